package offers

import (
	"os"
	"strings"
	"testing"
)

// TestCodesAreDocumented holds the tables of codes in docs/controls.md complete.
func TestCodesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/controls.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, texts := range []map[string]sentence{reasonTexts, suppressionTexts} {
		for code, s := range texts {
			if row := "| `" + code + "` | " + strings.ReplaceAll(s.en, "%s", "…") + " |"; !strings.Contains(string(doc), row) {
				t.Errorf("docs/controls.md lacks %s", row)
			}
		}
	}
}
