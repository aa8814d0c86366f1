package affect_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/eval/affect"
)

// A folder without recordings is refused in words that say what should be there.
func Example() {
	_, _, err := affect.Read("testdata/nothing")
	fmt.Println(err != nil)
	// Output: true
}
