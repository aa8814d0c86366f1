package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// feelings names the types that say how somebody feels, not what they allow or which sensor there is, by folder.
var feelings = map[string][]string{
	"mood":         {"Affect", "Estimate", "Estimator", "Export", "State"},
	"wire":         {"Mood"},
	"internal/api": {"Mood", "MoodNow"},
}

// blind lists the rooms that merchants, operators and files see the work of. They import neither mood (see above), nor name
// anything of another room that holds or passes on how somebody feels.
var blind = []string{
	"push", "wire", "internal/api", "internal/catalogue", "internal/cluster", "internal/event", "internal/insight", "internal/obs",
	"internal/store", "internal/webhook",
}

// felt is what tells how somebody feels: exported names, by import path.
type felt map[string]map[string]bool

func (f felt) has(importPath, name string) bool { return f[importPath][name] }

// checkMood holds that how a person feels can't be seen from the blind rooms, through other rooms' types either.
// It reads declarations alone: what a method of an innocent type returns is for the compiler's friends to find.
func checkMood(all []source, r *report) {
	known := felt{}
	for dir, names := range feelings {
		known[module+"/"+dir] = map[string]bool{}
		for _, name := range names {
			known[module+"/"+dir][name] = true
		}
	}
	for again := true; again; {
		again = false
		for _, s := range all {
			if !s.test && known.learn(s) {
				again = true
			}
		}
	}
	for _, s := range all {
		if s.test || !slices.Contains(blind, room(s.dir)) && !slices.ContainsFunc(blind, func(b string) bool { return within(s.dir, b) }) {
			continue
		}
		for imp := range s.imports() {
			s.uses(imp, func(sel *ast.SelectorExpr) {
				if known.has(imp, sel.Sel.Name) {
					r.at(s, sel.Pos(), "mood", "%s.%s tells how somebody feels: %s may not know it", path.Base(imp), sel.Sel.Name, s.dir)
				}
			})
		}
	}
}

// learn adds the types and functions that a file declares with what is known already; it reports whether there were any.
func (f felt) learn(s source) (found bool) {
	own := module + "/" + s.dir
	add := func(name *ast.Ident, declared ast.Node) {
		if f.has(own, name.Name) || !f.mentioned(s, own, declared) {
			return
		}
		if f[own] == nil {
			f[own] = map[string]bool{}
		}
		f[own][name.Name] = true
		found = true
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					add(t.Name, t.Type)
				}
			}
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name, d.Type)
			}
		}
	}
	return found
}

// mentioned reports whether a declaration in the package own names what is known.
func (f felt) mentioned(s source, own string, declared ast.Node) (yes bool) {
	ast.Inspect(declared, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field: // its names are not types
			ast.Inspect(n.Type, func(t ast.Node) bool {
				yes = yes || t != nil && f.names(s, own, t)
				_, selector := t.(*ast.SelectorExpr)
				return !selector
			})
			return false
		case *ast.SelectorExpr:
			yes = yes || f.names(s, own, n)
			return false
		case *ast.Ident:
			yes = yes || f.names(s, own, n)
		}
		return true
	})
	return yes
}

// names reports whether a node is a name that is known.
func (f felt) names(s source, own string, n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		return f.has(own, n.Name)
	case *ast.SelectorExpr:
		x, ok := n.X.(*ast.Ident)
		if !ok {
			return false
		}
		for imp := range s.imports() {
			if strings.HasPrefix(imp, module) && path.Base(imp) == x.Name && f.has(imp, n.Sel.Name) {
				return true
			}
		}
	}
	return false
}
