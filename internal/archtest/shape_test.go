package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

const (
	maxFileLines = 400
	maxFuncLines = 60
	maxMethods   = 3
)

// pure rooms have no clock, do no I/O, start no goroutine and log nothing.
var pure = []string{
	"offers", "push", "internal/privacy", "geo", "wire",
	"mood", "mood/baseline", "mood/face", "mood/physio", "mood/typing", "mood/voice", "mood/wearable",
}

// impureImports may not appear in a pure room. log/slog may, for LogValue alone.
var impureImports = []string{"log", "os", "os/exec", "os/signal", "net", "net/http", "syscall", "io/ioutil"}

// slogValues are the names of log/slog that a LogValue method needs, besides the ...Value constructors.
var slogValues = []string{"LogValuer", "Attr", "String", "Int", "Int64", "Uint64", "Float64", "Bool", "Time", "Duration"}

// clocks are the names of package time that read or wait for a clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// junk names say nothing about what is inside.
var junk = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc", "manager", "base", "shared"}

func checkPurity(all []source, r *report) {
	for _, s := range all {
		if s.test || !slices.Contains(pure, s.dir) {
			continue
		}
		for imp, line := range s.imports() {
			if slices.Contains(impureImports, imp) {
				r.add(s, line, "pure", "%s is pure and may not import %s", s.dir, imp)
			}
		}
		s.uses("time", func(sel *ast.SelectorExpr) {
			if slices.Contains(clocks, sel.Sel.Name) {
				r.at(s, sel.Pos(), "pure", "%s has no clock: take the time as an argument instead of time.%s", s.dir, sel.Sel.Name)
			}
		})
		s.uses("log/slog", func(sel *ast.SelectorExpr) {
			if name := sel.Sel.Name; !slices.Contains(slogValues, name) && !strings.HasSuffix(name, "Value") {
				r.at(s, sel.Pos(), "pure", "%s logs nothing: slog.%s is not for it", s.dir, name)
			}
		})
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				r.at(s, g.Pos(), "pure", "%s starts no goroutine", s.dir)
			}
			return true
		})
	}
}

// checkPackages wants a doc.go and a runnable Example of every package. A command has its help and scripts instead, and
// packages that only serve tests (archtest, fcmtest) are shown at work by those tests.
func checkPackages(all []source, r *report) {
	for _, files := range byDir(all) {
		first := files[0]
		var code, doc, example bool
		for _, s := range files {
			base := path.Base(s.path)
			doc = doc || base == "doc.go" && s.ast.Doc != nil
			code = code || !s.test && base != "doc.go"
			for _, d := range s.ast.Decls {
				f, ok := d.(*ast.FuncDecl)
				example = example || ok && s.test && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Example")
			}
			if name := s.ast.Name.Name; slices.Contains(junk, strings.TrimSuffix(name, "_test")) {
				r.at(s, s.ast.Package, "name", "%q says nothing about what is inside", name)
			}
		}
		command := first.ast.Name.Name == "main"
		if !doc && !command {
			r.at(first, first.ast.Package, "doc", "%s has no doc.go with a package comment", first.dir)
		}
		if code && !example && !command && !strings.HasSuffix(first.dir, "test") {
			r.at(first, first.ast.Package, "example", "%s has no runnable Example", first.dir)
		}
	}
}

func checkSize(all []source, r *report) {
	for _, s := range all {
		if s.test || s.generated {
			continue
		}
		if s.lines > maxFileLines {
			r.at(s, s.ast.Package, "size", "%d lines, more than %d", s.lines, maxFileLines)
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxFuncLines {
					r.at(s, f.Pos(), "size", "%s has %d lines, more than %d", f.Name.Name, n, maxFuncLines)
				}
			}
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok {
				// What the SDK tells an app is one listener: gomobile can't pass functions.
				if m := methods(i); m > maxMethods && s.dir != "sdk-mobile/offerkit" {
					r.at(s, i.Pos(), "size", "an interface of %d methods, more than %d", m, maxMethods)
				}
			}
			return true
		})
	}
}

// methods counts the methods that an interface declares itself: one that is put together from small ones may be large.
func methods(i *ast.InterfaceType) int {
	n := 0
	for _, f := range i.Methods.List {
		n += len(f.Names)
	}
	return n
}

// checkHabits forbids what hides control flow: init, exits outside main, and tests that wait for a real clock.
func checkHabits(all []source, r *report) {
	for _, s := range all {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				r.at(s, f.Pos(), "init", "no init functions: construct things where they are needed")
			}
		}
		if s.test {
			checkSleep(s, r)
			continue
		}
		if s.ast.Name.Name == "main" {
			continue
		}
		s.uses("os", func(sel *ast.SelectorExpr) {
			if sel.Sel.Name == "Exit" {
				r.at(s, sel.Pos(), "exit", "only main may exit: return an error")
			}
		})
		s.uses("log", func(sel *ast.SelectorExpr) {
			if strings.HasPrefix(sel.Sel.Name, "Fatal") || strings.HasPrefix(sel.Sel.Name, "Panic") {
				r.at(s, sel.Pos(), "exit", "only main may exit: return an error")
			}
		})
	}
}

// checkSleep allows time.Sleep only inside a call of synctest.Test, where it moves a fake clock.
func checkSleep(s source, r *report) {
	var bubbles []ast.Node
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Test" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "synctest" {
					bubbles = append(bubbles, n)
				}
			}
		}
		return true
	})
	s.uses("time", func(sel *ast.SelectorExpr) {
		inside := func(n ast.Node) bool { return n.Pos() <= sel.Pos() && sel.End() <= n.End() }
		if sel.Sel.Name == "Sleep" && !slices.ContainsFunc(bubbles, inside) {
			r.at(s, sel.Pos(), "sleep", "no time.Sleep in tests outside synctest.Test: wait for what you wait for")
		}
	})
}
