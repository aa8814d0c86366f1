package push

import (
	"os"
	"strings"
	"testing"
)

// TestCodesAreDocumented holds the table of suppressions in docs/controls.md complete.
func TestCodesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/controls.md")
	if err != nil {
		t.Fatal(err)
	}
	for code, s := range suppressionTexts {
		if row := "| `" + code + "` | " + s[0] + " |"; !strings.Contains(string(doc), row) {
			t.Errorf("docs/controls.md lacks %s", row)
		}
	}
}
