package physio_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// What a device does not measure is not a number, and never zero.
func ExampleWindow() {
	strap := physio.Window{Quality: 0.9}
	for f := range strap.Values {
		strap.Values[f] = math.NaN()
	}
	strap.Values[physio.HRMean] = 64
	fmt.Println(strap.Values[physio.HRMean], strap.Values[physio.LnSCL])
	// Output: 64 NaN
}

func TestNames(t *testing.T) {
	seen := make(map[string]bool)
	for f := range physio.NumFeatures {
		got, ok := physio.ParseFeature(f.String())
		if !ok || got != f || seen[f.String()] || f.String() == "" {
			t.Errorf("feature %d is called %q, which is feature %d", f, f, got)
		}
		seen[f.String()] = true
	}
	if _, ok := physio.ParseFeature("none"); ok {
		t.Error("none is a feature")
	}
}
