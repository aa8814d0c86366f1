"""Parses every Swift file and compares what it says to the core with the generated Objective-C header (the first argument)."""

import pathlib
import plistlib
import re
import sys

import tree_sitter
import tree_sitter_swift

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))
here = pathlib.Path(__file__).parent
failed = checked = 0


def fail(text):
    global failed
    failed += 1
    print("FAILED ios:", text)


class Method:
    """A method as Swift sees it: the labels of all arguments, whether it throws, what it returns, and what may be left out."""

    def __init__(self, labels, throws, returns, optional=()):
        self.labels, self.throws, self.returns, self.optional = labels, throws, returns, optional


def imported(line):
    """Name and Method of a declaration in Objective-C. An error at the end throws, but where no answer can say that it failed."""
    returns, selector = re.match(r"- \(([^)]*)\)(.*);", line).groups()
    parts = re.findall(r"(\w+):\(", selector)
    if not parts:
        return selector, Method([], False, bare(returns))
    labels, throws = ["", *parts[1:]], False
    if selector.count("NSError") and (returns == "BOOL" or "_Nullable" in returns):
        labels, throws = labels[:-1], True
    return parts[0], Method(labels, throws, bare(returns))


def bare(name):
    found = re.search(r"FLOfferkit\w+", name)
    return found.group() if found else None


def interfaces(header, kind):
    for name, body in re.findall(rf"^@{kind} (FLOfferkit\w+)\b[^;\n]*\n(.*?)^@end", header, re.S | re.M):
        methods = dict(imported(line) for line in re.findall(r"^- \(.*;", body, re.M) if "instancetype" not in line)
        yield name, methods, set(re.findall(r"^@property .*?(\w+);", body, re.M))


def below(node, kind):
    """All nodes of a kind, in order."""
    if node.type == kind:
        yield node
    for child in node.children:
        yield from below(child, kind)


def text(node):
    return node.text.decode()


def outer(node, kinds):
    while node and node.type not in kinds:
        node = node.parent
    return node


def arguments(call):
    """The labels of a call's arguments in parentheses."""
    found = [a for s in call.children if s.type == "call_suffix" for a in s.children if a.type == "value_arguments"]
    labels = []
    for a in found[0].children if found else []:
        if a.type == "value_argument":
            label = [c for c in a.children if c.type == "value_argument_label"]
            labels.append(text(label[0]) if label else "")
    return labels


def declared(function):
    """Name and Method of a function in Swift."""
    name = [text(c) for c in function.children if c.type == "simple_identifier"][0]
    labels = [text(p.children[0]).replace("_", "") for p in function.children if p.type == "parameter"]
    defaults = {text(c.prev_sibling.children[0]) for c in function.children if c.type == "="}
    return name, Method(labels, any(c.type == "throws" for c in function.children), None, defaults)


header = pathlib.Path(sys.argv[1]).read_text()
types = {name: (methods, fields) for name, methods, fields in interfaces(header, "interface")}
protocols = {name + "Protocol": methods for name, methods, _ in interfaces(header, "protocol")}
functions = {
    name: 0 if args == "void" else args.count(",") + 1
    for name, args in re.findall(r"^FOUNDATION_EXPORT .*?\b(FLOfferkit\w+)\((.*)\);", header, re.M)
}
known = set(re.findall(r"\bFLOfferkit\w+", header)) | set(protocols)

facade = parser.parse((here / "Sources/Flaneur/Flaneur.swift").read_bytes()).root_node
for body in (c for c in below(facade, "class_declaration") if any(text(n) == "Flaneur" for n in c.children)):
    members = [c for c in outer(next(below(body, "class_body")), ["class_body"]).children]
    names = {text(next(below(p, "pattern"))).split(":")[0] for p in members if p.type == "property_declaration"}
    types["Flaneur"] = (dict(declared(f) for f in members if f.type == "function_declaration"), names)


class File:
    """A file, and the types of its names as far as they are the core's or the facade."""

    def __init__(self, name, source):
        self.name, self.root = name, parser.parse(source).root_node
        self.names = {"kit": "FLOfferkitKit", "flaneur": "Flaneur"}
        source = source.decode()
        for name, kind in re.findall(r"\b(\w+)(?:: | = )(FLOfferkit\w+)", source):
            self.names[name] = kind.replace("FLOfferkitNew", "FLOfferkit")
        for _ in range(2):  # what is called on what was found
            for name, owner, method in re.findall(r"\blet (\w+) = (\w+)\??\.(\w+)\(", source):
                found = types.get(self.names.get(owner), ({}, ()))[0].get(method)
                if found and found.returns:
                    self.names[name] = found.returns

    def kind(self, node):
        """The type of an expression, or None."""
        if node.type == "navigation_expression":
            last = text(node.children[-1]).lstrip(".")
            return "Flaneur" if text(node) == "Flaneur.shared" else self.names.get(last) if last in ("kit", "flaneur", "plan") else None
        if node.type == "call_expression" and text(node.children[0]).startswith("FLOfferkitNew"):
            return text(node.children[0]).replace("FLOfferkitNew", "FLOfferkit")
        if text(node) == "$0":
            closure = outer(node, ["lambda_literal"])
            call = outer(closure, ["call_expression"])
            name = re.split(r"[.?]", text(call.children[0]))[-1] if call else ""
            return {"call": "FLOfferkitKit", "text": "FLOfferkitKit", "attempt": "Flaneur"}.get(name)
        if node.type == "call_expression" and node.children[0].type == "navigation_expression":
            owner, method = self.kind(node.children[0].children[0]), text(node.children[0].children[-1]).lstrip(".")
            found = types.get(owner, ({}, ()))[0].get(method)
            return found.returns if found else None
        return self.names.get(text(node)) if node.type == "simple_identifier" else None

    def check(self):
        global checked
        if self.root.has_error:
            fail(f"{self.name} does not parse")
        for name in sorted(set(re.findall(r"\bFLOfferkit\w+", text(self.root))) - known):
            fail(f"{self.name}: there is no {name}")
        for node in below(self.root, "navigation_expression"):
            kind, member = self.kind(node.children[0]), text(node.children[-1]).lstrip(".")
            if kind not in types or member in ("map", "flatMap"):  # of an optional
                continue
            checked += 1
            methods, fields = types[kind]
            whole = node.parent if node.parent.type == "prefix_expression" else node  # the grammar takes !f() for (!f)()
            called = whole.parent.type == "call_expression" and whole.parent.children[0] == whole
            where = f"{self.name}:{node.start_point[0] + 1}"
            if not called:
                if member not in fields:
                    fail(f"{where}: {kind} has no {member}")
            elif member not in methods:
                fail(f"{where}: {kind} has no method {member}")
            else:
                self.call(where, whole.parent, member, methods[member])
        for call in below(self.root, "call_expression"):
            name = text(call.children[0])
            if name in functions:
                checked += 1
                if len(arguments(call)) != functions[name]:
                    fail(f"{self.name}:{call.start_point[0] + 1}: {name} wants {functions[name]} arguments")
        for node in below(self.root, "class_declaration"):
            self.conforms(node)

    def call(self, where, call, name, want):
        labels = arguments(call)
        closure = any(c.type == "lambda_literal" for s in call.children if s.type == "call_suffix" for c in s.children)
        wanted = [label for label in want.labels[: len(want.labels) - closure] if label in labels or label not in want.optional]
        if labels != wanted:
            fail(f"{where}: {name} wants {want.labels}, has {labels}")
        if want.throws and not outer(call, ["try_expression", "function_declaration"]).type.startswith("try"):
            fail(f"{where}: {name} throws")

    def conforms(self, node):
        global checked
        has = {name: method for name, method in map(declared, below(node, "function_declaration"))}
        for protocol in (text(s) for s in node.children if s.type == "inheritance_specifier"):
            for name, want in protocols.get(protocol, {}).items():
                checked += 1
                if name not in has or has[name].labels != want.labels or has[name].throws != want.throws:
                    fail(f"{self.name}: {protocol} wants {name}{want.labels}{' throws' if want.throws else ''}")


files = sorted([*here.glob("Sources/**/*.swift"), *here.glob("Sample/**/*.swift"), *here.glob("Tests/**/*.swift"), here / "Package.swift"])
for file in files:
    File(file.relative_to(here), file.read_bytes()).check()
readme = (here / "README.md").read_text()
examples = re.findall(r"```swift\n(.*?)```", readme, re.S)
if sum(1 for line in "".join(examples).splitlines() if line.strip() and not line.startswith("//")) > 10:
    fail("README.md: the quick start has more than ten lines")
examples += [code for code in re.findall(r"`([^`\n]+)`", readme) if re.search(r"\btry await\b|^flaneur\.|Flaneur\.shared", code)]
for example in examples:
    File(f"README.md: {example.splitlines()[-1]}", f"func example() async throws {{\n{example}\n}}".encode()).check()

for file in [*here.glob("**/*.plist"), *here.glob("**/*.xcprivacy")]:
    if ".build" not in file.parts:
        plistlib.loads(file.read_bytes())
info = plistlib.loads((here / "Sample/Sample/Info.plist").read_bytes())
for key in re.findall(r"^\| `(\w+)`", readme.split("## Info.plist")[1], re.M):
    if not info.get(key):
        fail(f"Info.plist: {key} is missing")
task = re.search(r'identifier = "(.*)"', (here / "Sources/Flaneur/Background.swift").read_text()).group(1)
if task not in info["BGTaskSchedulerPermittedIdentifiers"]:
    fail(f"Info.plist: {task} is not permitted")

if checked < 120:
    fail(f"only {checked} uses of the core were found")
if not failed:
    print(f"ok ios: {len(files)} files and {len(examples)} examples parse, {checked} uses of the core and the facade fit")
sys.exit(failed > 0)
