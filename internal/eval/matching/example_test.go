package matching_test

import (
	"context"
	"fmt"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/eval/matching"
)

// Without a second city nothing can be said of how cities vary.
func Example() {
	_, err := matching.Evaluate(context.Background(), matching.Options{Grid: hex.Grid{}, Seeds: 1, People: 6, Days: 6})
	fmt.Println(err)
	// Output: invalid_field: seeds: must be from 2 to 1000
}
