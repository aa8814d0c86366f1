package httpapi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/offers"
)

// The closed list of what people may tell about themselves is the same in the documents.
func TestDocumentsListTheAttributes(t *testing.T) {
	spec, err := os.ReadFile("../../docs/openapi.yaml")
	must(t, err)
	if n := strings.Count(string(spec), "enum: ["+strings.Join(offers.Attributes(), ", ")+"]"); n != 4 {
		t.Errorf("docs/openapi.yaml lists them %d times, want 4: opt-in, preferences, audience twice", n)
	}
	page, err := os.ReadFile("../../docs/offers.md")
	must(t, err)
	for _, a := range offers.Attributes() {
		if !strings.Contains(string(page), a) {
			t.Errorf("docs/offers.md does not list %s", a)
		}
	}
}
