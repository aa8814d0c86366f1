package ranking_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/eval/ranking"
)

// Files that are not there are named.
func Example() {
	_, err := ranking.Read("visits.csv", "testdata/nothing/places.csv", "instances.csv")
	fmt.Println(err)
	// Output: testdata/nothing/places.csv: open testdata/nothing/places.csv: no such file or directory
}
