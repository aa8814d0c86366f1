package wire

import (
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

const protocol = "../docs/protocol.md"

// The page for people names every frame, every error code and every close code.
func TestProtocolPageIsComplete(t *testing.T) {
	data, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for _, r := range kinds {
		if !strings.Contains(page, "\n| `"+r.name+"` | ") {
			t.Errorf("frame %s has no row", r.name)
		}
	}
	for name, value := range constants(t, "../internal/fault/codes.go", "Code") {
		if !strings.Contains(page, "\n| `"+strings.Trim(value, `"`)+"` | ") {
			t.Errorf("%s, %s, has no row", name, value)
		}
	}
	for name, value := range constants(t, "close.go", "Close") {
		if !strings.Contains(page, "\n| "+value+" | ") {
			t.Errorf("%s, %s, has no row", name, value)
		}
	}
}

// The worked example is what the codec writes.
func TestProtocolPageExample(t *testing.T) {
	data, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(data), "The position of the example above:")
	if !ok {
		t.Fatal("no example")
	}
	example, _, _ = strings.Cut(example, "##")
	var shown strings.Builder
	for _, row := range regexp.MustCompile(`(?m)^ {4}((?:[0-9a-f]{2} )+) `).FindAllStringSubmatch(example, -1) {
		shown.WriteString(strings.ReplaceAll(row[1], " ", ""))
	}
	text := regexp.MustCompile(`\{"t":"position".*\}`).FindString(string(data))
	f, err := NewDecoder(JSON, Device).Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	want, err := Binary.Append(nil, f)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown.String(); got != hex.EncodeToString(want) {
		t.Errorf("the page shows %s, the codec writes %s", got, hex.EncodeToString(want))
	}
}

// constants returns the literal constants of a file whose names begin with prefix.
func constants(t *testing.T, file, prefix string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 && strings.HasPrefix(v.Names[0].Name, prefix) {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				found[v.Names[0].Name] = lit.Value
			}
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("%s: no constants %s…", file, prefix)
	}
	return found
}
