package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/flaneur-io/flaneur/geo"
)

// Mistake is something in a file that can't be right.
type Mistake struct {
	Line   int    `json:"line"` // from 1; 0: the file as a whole
	Column int    `json:"column"`
	Path   string `json:"path,omitzero"` // people.ben.way[1].at
	Detail string `json:"detail"`        // what would be right
}

// Error returns line:column: path: detail.
func (m Mistake) Error() string {
	where := ""
	if m.Line > 0 {
		where = fmt.Sprintf("%d:%d: ", m.Line, m.Column)
	}
	if m.Path != "" {
		where += m.Path + ": "
	}
	return where + m.Detail
}

// Mistakes is what is wrong with a file, in the order of its lines.
type Mistakes []Mistake

// Error returns one mistake per line.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].Error()
	}
	return strings.Join(lines, "\n")
}

const (
	maxMistakes = 20
	maxDepth    = 32      // of nesting, aliases included
	maxValues   = 500_000 // aliases included: some grow without bound
)

// decoder turns YAML into the types of this package, and collects mistakes on the way.
type decoder struct {
	found   Mistakes
	anchors map[string]ast.Node
	depth   int
	values  int

	// What other values are read by; the header is read first.
	zone   *time.Location
	clock  time.Time
	origin *geo.Point
	last   time.Time // the latest time that the file names
	uses   []use
}

// use is a name that something else of the file must define.
type use struct {
	kind, name, path string
	node             ast.Node
}

// reader is a value that reads itself.
type reader interface {
	read(d *decoder, n ast.Node, path string)
}

func (d *decoder) fail(n ast.Node, path, format string, args ...any) {
	if len(d.found) >= maxMistakes {
		return
	}
	m := Mistake{Path: path, Detail: fmt.Sprintf(format, args...)}
	m.Line, m.Column = position(n)
	d.found = append(d.found, m)
}

func position(n ast.Node) (line, column int) {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key // a block begins at its first key
	}
	if n == nil || n.GetToken() == nil {
		return 0, 0
	}
	p := n.GetToken().Position
	return p.Line, p.Column
}

// bare strips anchors, aliases and tags.
func (d *decoder) bare(n ast.Node) ast.Node {
	for range maxDepth {
		switch x := n.(type) {
		case *ast.AnchorNode:
			n = x.Value
		case *ast.TagNode:
			n = x.Value
		case *ast.AliasNode:
			to, ok := d.anchors[x.Value.String()]
			if !ok {
				return n
			}
			n = to
		default:
			return n
		}
	}
	return n
}

// enter goes one level down, unless that is too deep or there was too much. Leave goes up again.
func (d *decoder) enter(n ast.Node, path string) bool {
	d.values++
	switch {
	case d.depth >= maxDepth:
		d.fail(n, path, "is nested too deeply")
	case d.values == maxValues:
		d.fail(n, path, "there is too much in the file, aliases included")
	case d.values < maxValues:
		d.depth++
		return true
	}
	return false
}

func (d *decoder) leave() { d.depth-- }

// value reads n into v, whose type says how.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	if !d.enter(n, path) {
		return
	}
	defer d.leave()
	n = d.bare(n)
	if r, ok := v.Addr().Interface().(reader); ok {
		r.read(d, n, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Slice:
		for i, item := range d.list(n) {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			d.value(item, v.Index(i), index(path, i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.members(n, path, func(key string, _, value ast.Node, path string) {
			item := reflect.New(v.Type().Elem()).Elem()
			d.value(value, item, path)
			v.SetMapIndex(reflect.ValueOf(key), item)
		})
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	text, ok := d.text(n, path)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if b, ok := truth(text); ok {
			v.SetBool(b)
		} else {
			d.fail(n, path, "must be yes or no, not %q", text)
		}
	case reflect.Float64:
		if f, err := strconv.ParseFloat(text, 64); err == nil && f-f == 0 {
			v.SetFloat(f)
		} else {
			d.fail(n, path, "must be a number without a unit, not %q", text)
		}
	case reflect.Int, reflect.Int64:
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			v.SetInt(i)
		} else {
			d.fail(n, path, "must be a whole number, not %q", text)
		}
	default:
		d.fail(n, path, "can't be read")
	}
}

// text returns a scalar as it was written.
func (d *decoder) text(n ast.Node, path string) (string, bool) {
	switch x := n.(type) {
	case *ast.LiteralNode:
		return x.Value.Value, true
	case *ast.NullNode, nil:
		d.fail(n, path, "must not be empty")
	case *ast.MappingNode, *ast.SequenceNode, *ast.AliasNode:
		d.fail(n, path, "must be one value, not %s", kindOf(n))
	case ast.ScalarNode:
		return x.GetToken().Value, true
	default:
		d.fail(n, path, "must be one value, not %s", kindOf(n))
	}
	return "", false
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode:
		return "a map"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AliasNode:
		return "an alias that nothing defines"
	case *ast.NullNode, nil:
		return "nothing"
	}
	return fmt.Sprintf("%q", n.GetToken().Value)
}

func truth(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "yes", "on", "true":
		return true, true
	case "no", "off", "false":
		return false, true
	}
	return false, false
}

// list returns the items of a list; anything else is a list of itself, and nothing is none.
func (d *decoder) list(n ast.Node) []ast.Node {
	switch x := d.bare(n).(type) {
	case *ast.SequenceNode:
		return x.Values
	case *ast.NullNode:
		return nil
	}
	return []ast.Node{n}
}

// members calls fn with each member of a map, those of merged ones (<<) included.
func (d *decoder) members(n ast.Node, path string, fn func(name string, key, value ast.Node, path string)) {
	switch x := d.bare(n).(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		for _, m := range x.Values {
			if m.Key.IsMergeKey() {
				if d.enter(n, path) {
					for _, from := range d.list(m.Value) {
						d.members(from, path, fn)
					}
					d.leave()
				}
				continue
			}
			name := m.Key.GetToken().Value
			fn(name, m.Key, m.Value, join(path, name))
		}
	default:
		d.fail(n, path, "must be a map, not %s", kindOf(n))
	}
}

// fields reads a map into a struct, whose json tags are the keys. What the struct has no field for goes to its Body, if it
// embeds one.
func (d *decoder) fields(n ast.Node, v reflect.Value, path string) {
	if src := v.FieldByName("Source"); src.IsValid() && src.Type() == reflect.TypeFor[Source]() { // a feeling's source is another
		src.Set(reflect.ValueOf(sourceOf(n, path)))
	}
	d.members(n, path, func(name string, key, value ast.Node, path string) {
		if f, ok := fieldOf(v.Type(), name); ok {
			d.value(value, v.FieldByIndex(f.Index), path)
			if options := f.Tag.Get("enum"); options != "" {
				d.enum(value, v.FieldByIndex(f.Index), options, path)
			}
			return
		}
		if rest := v.FieldByName("Rest"); rest.IsValid() {
			if rest.Addr().Interface().(restReader).member(d, name, value, path) {
				return
			}
		}
		d.unknown(key, path, name, keysOf(v.Type()))
	})
}

// enum refuses what is not among the options, in one value or a list.
func (d *decoder) enum(n ast.Node, v reflect.Value, options, path string) {
	list := strings.Split(options, ",")
	values := []string{}
	switch v.Kind() {
	case reflect.String:
		values = []string{v.String()}
	case reflect.Slice:
		values = v.Interface().([]string)
	}
	for _, s := range values {
		if s != "" && !slices.Contains(list, s) {
			d.fail(n, path, "must be %s, not %q%s", either(list), s, didYouMean(s, list))
		}
	}
}

func (d *decoder) unknown(key ast.Node, path, name string, known []string) {
	hint := otherWord(name, known)
	if hint == "" {
		hint = didYouMean(name, known)
	}
	if hint == "" {
		slices.Sort(known)
		hint = "; known here: " + strings.Join(known, ", ")
	}
	d.fail(key, path, "unknown key %q%s", name, hint)
}

// Source is where in the file something stands.
type Source struct {
	Line, Column int
	Path         string
	Text         string // as written, on one line
}

func sourceOf(n ast.Node, path string) Source {
	s := Source{Path: path}
	s.Line, s.Column = position(n)
	if n != nil {
		s.Text = strings.Join(strings.Fields(n.String()), " ")
	}
	return s
}

func (s Source) mistake(format string, args ...any) Mistake {
	return Mistake{Line: s.Line, Column: s.Column, Path: s.Path, Detail: fmt.Sprintf(format, args...)}
}

// fieldOf finds the field for a key.
func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); nameOf(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// nameOf returns the key of a field, or "".
func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.TrimPrefix(name, "-") // "-" is no key
}

func keysOf(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if name := nameOf(f); name != "" {
			keys = append(keys, name)
		} else if f.Name == "Rest" {
			keys = append(keys, reflect.New(f.Type).Interface().(restReader).keys()...)
		}
	}
	return keys
}
