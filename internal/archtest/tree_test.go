package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/flaneur-io/flaneur"

// source is one parsed Go file. Paths are slash-separated and relative to the module's root.
type source struct {
	path, dir string
	test      bool
	generated bool
	lines     int
	fset      *token.FileSet
	ast       *ast.File
}

func (s source) line(p token.Pos) int { return s.fset.Position(p).Line }

// imports yields the file's imports as path and line.
func (s source) imports() map[string]int {
	out := make(map[string]int, len(s.ast.Imports))
	for _, spec := range s.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		out[p] = s.line(spec.Pos())
	}
	return out
}

// uses calls visit for every selector name.sel whose name is the package imported from importPath.
func (s source) uses(importPath string, visit func(sel *ast.SelectorExpr)) {
	local := ""
	for _, spec := range s.ast.Imports {
		if spec.Path.Value == strconv.Quote(importPath) {
			local = path.Base(importPath)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "" {
		return
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				visit(sel)
			}
		}
		return true
	})
}

// finding is one broken rule at one line.
type finding struct {
	path string
	line int
	rule string
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s: %s", f.path, f.line, f.rule, f.text) }

// report collects findings.
type report []finding

func (r *report) add(s source, line int, rule, format string, args ...any) {
	*r = append(*r, finding{s.path, line, rule, fmt.Sprintf(format, args...)})
}

func (r *report) at(s source, pos token.Pos, rule, format string, args ...any) {
	r.add(s, s.line(pos), rule, format, args...)
}

// load parses every Go file of the tree, in order of path; testdata, hidden and node_modules folders are not part of it.
func load(tree fs.FS) ([]source, error) {
	var out []source
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(p)
		if d.IsDir() {
			if p != "." && (strings.ContainsAny(base[:1], "._") || base == "testdata" || base == "node_modules") {
				return fs.SkipDir
			}
			if _, err := fs.Stat(tree, path.Join(p, "go.mod")); p != "." && err == nil {
				return fs.SkipDir // another module
			}
			return nil
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, source{
			path: p, dir: path.Dir(p), test: strings.HasSuffix(p, "_test.go"), generated: ast.IsGenerated(file),
			lines: strings.Count(string(text), "\n"), fset: fset, ast: file,
		})
		return nil
	})
	return out, err
}

// byDir groups sources by folder, keeping their order.
func byDir(all []source) [][]source {
	var out [][]source
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b source) int { return strings.Compare(a.dir, b.dir) })
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j].dir == sorted[i].dir {
			j++
		}
		out = append(out, sorted[i:j])
		i = j
	}
	return out
}
