package archtest

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// dependency is one row of docs/dependencies.md.
type dependency struct {
	line  int
	rooms []string // that may import it; tests of rooms that are not strict may, always
	tests bool     // tests of any room may
}

// row is "| `module` | why | who may import it | how to leave |".
var row = regexp.MustCompile("^\\| `([^`]+)` \\|[^|]*\\|([^|]*)\\|")

var quoted = regexp.MustCompile("`([^`]+)`")

// checkDependencies holds docs/dependencies.md, go.mod and the imports together: every direct requirement has a row, every
// row is a direct requirement, and only the rooms that the row names import the module.
func checkDependencies(tree fs.FS, all []source, r *report) error {
	const docPath, modPath = "docs/dependencies.md", "go.mod"
	doc, err := fs.ReadFile(tree, docPath)
	if err != nil {
		return err
	}
	mod, err := fs.ReadFile(tree, modPath)
	if err != nil {
		return err
	}
	rows := map[string]dependency{}
	for i, line := range strings.Split(string(doc), "\n") {
		if m := row.FindStringSubmatch(line); m != nil {
			d := dependency{line: i + 1, tests: strings.Contains(m[2], "tests")}
			for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
				d.rooms = append(d.rooms, q[1])
			}
			rows[m[1]] = d
		}
	}
	direct := directRequires(string(mod))
	for name, line := range direct {
		if _, ok := rows[name]; !ok {
			r.add(source{path: modPath}, line, "dependency", "%s has no row in %s", name, docPath)
		}
	}
	for name, d := range rows {
		if _, ok := direct[name]; !ok {
			r.add(source{path: docPath}, d.line, "dependency", "%s is no direct requirement of go.mod", name)
		}
	}
	for _, s := range all {
		for imp, line := range s.imports() {
			if name := owner(imp, rows); name != "" && !rows[name].allows(s) {
				r.add(s, line, "dependency", "%s may not import %s: see %s", s.dir, name, docPath)
			}
		}
	}
	return nil
}

func (d dependency) allows(s source) bool {
	if s.test && (d.tests || !slices.Contains(strict, room(s.dir))) {
		return true
	}
	return slices.ContainsFunc(d.rooms, func(r string) bool { return s.dir == r || r != "push" && r != "geo" && within(s.dir, r) })
}

// owner returns the module, of those that have rows, that holds the imported package.
func owner(imp string, rows map[string]dependency) string {
	best := ""
	for name := range maps.Keys(rows) {
		if within(imp, name) && len(name) > len(best) {
			best = name
		}
	}
	return best
}

// directRequires returns the direct requirements of a go.mod with their lines.
func directRequires(mod string) map[string]int {
	out := map[string]int{}
	block := false
	for i, line := range strings.Split(mod, "\n") {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "require ("):
			block = true
			continue
		case strings.HasPrefix(line, ")"):
			block = false
		case strings.HasPrefix(line, "require "):
			fields = fields[1:]
		case !block:
			continue
		}
		if len(fields) >= 2 && !strings.Contains(line, "// indirect") {
			out[fields[0]] = i + 1
		}
	}
	return out
}
