package acceptance_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/eval/acceptance"
)

// Files that are not there are named.
func Example() {
	_, err := acceptance.Read(acceptance.UCI, "testdata/nothing.csv")
	fmt.Println(err)
	// Output: open testdata/nothing.csv: no such file or directory
}
