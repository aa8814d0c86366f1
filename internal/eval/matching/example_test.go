package matching_test

import (
	"context"
	"fmt"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/eval/matching"
)

// A small world has all that a large one has.
func Example() {
	r, err := matching.Evaluate(context.Background(), matching.Options{Grid: hex.Grid{}, Seeds: 2, People: 6, Days: 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Strong.Arms {
		fmt.Println(f.Name, f.Delivered.Value > 0)
	}
	// Output:
	// random true
	// first scorer true
	// learned true
}
