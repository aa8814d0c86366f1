package matching_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/eval/matching"
)

func evaluate(t *testing.T, seeds, people, days int) *matching.Result {
	t.Helper()
	r, err := matching.Evaluate(t.Context(), matching.Options{Grid: hex.Grid{}, Seeds: seeds, People: people, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiscoveriesAndPage(t *testing.T) {
	r := evaluate(t, 2, 4, 7)
	if d := r.Discovery; !(d[0].Discovered.Value == 0 && d[1].Discovered.Value > 0 && d[2].Discovered.Value > d[1].Discovered.Value) {
		t.Errorf("shares of discoveries: %v, %v, %v", d[0].Discovered.Value, d[1].Discovered.Value, d[2].Discovered.Value)
	}
	var b bytes.Buffer
	if err := r.WritePage(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if !strings.Contains(page, "<svg") || strings.Contains(page, "http") || strings.Contains(page, "NaN") {
		t.Errorf("the page lacks charts, asks for something from elsewhere, or shows what is no number: %s", page)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []matching.Options{{Seeds: 1, People: 10, Days: 10}, {Seeds: 2, People: 1, Days: 10}, {Seeds: 2, People: 10, Days: 1}} {
		if _, err := matching.Evaluate(t.Context(), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

func TestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := matching.Evaluate(ctx, matching.Options{Grid: hex.Grid{}, Seeds: 2, People: 3, Days: 4}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
