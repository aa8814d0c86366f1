package offerkit_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write REFERENCE.md anew")

// REFERENCE.md is made from the comments and the examples of this package: go test ./sdk-mobile/offerkit -run Reference -update
func TestReference(t *testing.T) {
	fset, files := token.NewFileSet(), []*ast.File{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if name != "export_test.go" {
			files = append(files, f)
		}
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/flaneur-io/flaneur/sdk-mobile/offerkit")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("# offerkit: reference\n\n" +
		"<!-- Made from the comments and examples of the package: go test ./sdk-mobile/offerkit -run Reference -update -->\n\n" +
		"Java and Kotlin write the names with a small first letter, as in `kit.track(fix)`; fields become `getTitle()` and `setTitle(…)`.\n" +
		"Objective-C has the prefix FL: `[kit track:fix error:&error]`; Swift: `try kit.track(fix)`. The examples are run by the tests.\n")
	fmt.Fprintf(&b, "\n%s\n## Constants\n\n", markdown(p, p.Doc))
	for _, c := range p.Consts {
		source(t, &b, fset, c.Decl)
	}
	for _, f := range p.Funcs {
		function(t, &b, fset, p, f, "### ", "")
	}
	for _, typ := range p.Types {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", typ.Name, markdown(p, typ.Doc))
		if typ.Name != "Kit" {
			source(t, &b, fset, typ.Decl)
		}
		for _, f := range append(typ.Funcs, typ.Methods...) {
			function(t, &b, fset, p, f, "### ", typ.Name)
		}
	}
	if *update {
		if err := os.WriteFile("REFERENCE.md", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile("REFERENCE.md"); err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("REFERENCE.md is not what the package says: run this test with -update (%v)", err)
	}
}

// markdown writes a comment with the anchors that pages of Markdown have.
func markdown(p *doc.Package, text string) []byte {
	pr := p.Printer()
	pr.HeadingID = func(*comment.Heading) string { return "" }
	pr.DocLinkURL = func(l *comment.DocLink) string { return "#" + strings.ToLower(l.Name) }
	return pr.Markdown(p.Parser().Parse(text))
}

// function writes a function or method with its example, which every method of Kit must have.
func function(t *testing.T, b *bytes.Buffer, fset *token.FileSet, p *doc.Package, f *doc.Func, level, of string) {
	t.Helper()
	fmt.Fprintf(b, "\n%s%s\n\n", level, f.Name)
	if of == "Kit" && f.Recv != "" {
		fmt.Fprintf(b, "`%s` · Java: `%s`\n\n", signature(t, fset, f.Decl), java(f.Decl))
	} else {
		fmt.Fprintf(b, "`%s`\n\n", signature(t, fset, f.Decl))
	}
	b.Write(markdown(p, f.Doc))
	if of == "Kit" && f.Recv != "" && len(f.Examples) == 0 {
		t.Errorf("%s has no example", f.Name)
	}
	for _, e := range f.Examples {
		var code bytes.Buffer
		if err := format.Node(&code, fset, &printer.CommentedNode{Node: e.Code, Comments: e.Comments}); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(code.String()), "{"), "}")
		text, _, _ = strings.Cut(strings.ReplaceAll(text, "\n\t", "\n"), "// Output:")
		fmt.Fprintf(b, "\n```go\n%s\n// prints: %s\n```\n", strings.TrimSpace(text), strings.TrimSpace(e.Output))
	}
}

func signature(t *testing.T, fset *token.FileSet, d *ast.FuncDecl) string {
	t.Helper()
	only := *d
	only.Body, only.Doc, only.Recv = nil, nil, nil
	var b bytes.Buffer
	if err := format.Node(&b, fset, &only); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// java is how gobind spells a method.
func java(d *ast.FuncDecl) string {
	types := map[string]string{
		"string": "String", "int32": "int", "int64": "long", "float64": "double", "bool": "boolean", "[]byte": "byte[]",
	}
	name := func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.Ident:
			if n := types[e.Name]; n != "" {
				return n
			}
			return e.Name
		case *ast.StarExpr:
			return e.X.(*ast.Ident).Name
		default:
			return types["[]byte"]
		}
	}
	var params []string
	for _, p := range d.Type.Params.List {
		for _, n := range p.Names {
			params = append(params, name(p.Type)+" "+n.Name)
		}
	}
	out, throws := "void", ""
	if d.Type.Results != nil {
		for _, r := range d.Type.Results.List {
			if id, ok := r.Type.(*ast.Ident); ok && id.Name == "error" {
				throws = " throws Exception"
				continue
			}
			out = name(r.Type)
		}
	}
	first := []rune(d.Name.Name)
	first[0] = unicode.ToLower(first[0])
	return fmt.Sprintf("%s %s(%s)%s", out, string(first), strings.Join(params, ", "), throws)
}

func source(t *testing.T, b *bytes.Buffer, fset *token.FileSet, d *ast.GenDecl) {
	t.Helper()
	d.Doc = nil
	b.WriteString("\n```go\n")
	if err := (&printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 4}).Fprint(b, fset, d); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n```\n")
}
