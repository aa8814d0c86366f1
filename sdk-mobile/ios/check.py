"""Parses every Swift file and compares the calls of the core with the generated Objective-C header (the first argument)."""

import pathlib
import plistlib
import re
import sys

import tree_sitter
import tree_sitter_swift

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))
here = pathlib.Path(__file__).parent
failed = 0


def fail(text):
    global failed
    failed += 1
    print("FAILED ios:", text)


def swift_signatures(header):
    """The calls that Swift makes of the methods of a class: name and labels."""
    out = {}
    for line in re.findall(r"^- \([^)]*\)(.*);", header, re.M):
        parts = re.findall(r"(\w+):\(", line)
        name = parts[0] if parts else re.match(r"\w+", line).group()
        labels = tuple(parts[1:])
        if labels and labels[-1] == "error":
            labels = labels[:-1]
        elif parts and re.search(r"^\w+:\(NSError", line):
            labels = None  # nothing but the error
        out[name] = (labels, len(parts))
    return out


def calls(tree):
    """Each call of a member: its name, and the labels of its arguments."""
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        if node.type != "call_expression" or node.children[0].type != "navigation_expression":
            continue
        target = node.children[0]
        owner = target.children[0].text.decode()
        name = target.children[-1].text.decode().lstrip(".")
        args = [a for a in node.children[-1].children if a.type == "value_arguments"]
        labels = []
        for a in args[0].children if args else []:
            if a.type == "value_argument":
                label = [c for c in a.children if c.type == "value_argument_label"]
                labels.append(label[0].text.decode() if label else "")
        yield owner, name, labels, node.start_point[0] + 1


header = pathlib.Path(sys.argv[1]).read_text()
kit = swift_signatures(re.search(r"@interface FLOfferkitKit .*?@end", header, re.S).group())
known = set(re.findall(r"\bFLOfferkit\w+", header)) | {"FLOfferkitListenerProtocol", "FLOfferkitStoreProtocol"}
files = sorted([*here.glob("Sources/**/*.swift"), *here.glob("Sample/**/*.swift"), *here.glob("Tests/**/*.swift"), here / "Package.swift"])
checked = 0
for file in files:
    text = file.read_bytes()
    tree = parser.parse(text)
    if tree.root_node.has_error:
        fail(f"{file.relative_to(here)} does not parse")
    for name in sorted(set(re.findall(r"\bFLOfferkit\w+", text.decode())) - known):
        fail(f"{file.relative_to(here)}: there is no {name}")
    for owner, name, labels, line in calls(tree):
        # $0 is the kit in the library, and the facade in the sample
        if owner not in ("kit", "self.kit", "$0", "flaneur.kit") or owner == "$0" and (name not in kit or "Sample" in file.parts):
            continue
        checked += 1
        want = kit.get(name)
        if want is None:
            fail(f"{file.relative_to(here)}:{line}: the core has no method {name}")
            continue
        rest = [label for label in labels[1:] if label != "error"]
        if list(want[0] or ()) != rest:
            fail(f"{file.relative_to(here)}:{line}: {name} wants {want[0]}, has {rest}")
for i, block in enumerate(re.findall(r"```swift\n(.*?)```", (here / "README.md").read_text(), re.S)):
    checked += 1
    if parser.parse(block.encode()).root_node.has_error:
        fail(f"README.md: Swift block {i + 1} does not parse")
    for name in sorted(set(re.findall(r"\bFLOfferkit\w+", block)) - known):
        fail(f"README.md: there is no {name}")
for file in [*here.glob("**/*.plist"), *here.glob("**/*.xcprivacy")]:
    if ".build" not in file.parts:
        plistlib.loads(file.read_bytes())
if checked < 15:
    fail(f"only {checked} calls of the core were found")
if not failed:
    print(f"ok ios: {len(files)} files parse, {checked} calls of the core exist")
sys.exit(failed > 0)
