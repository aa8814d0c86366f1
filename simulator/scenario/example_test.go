package scenario_test

import (
	"fmt"
	"strings"

	"github.com/flaneur-io/flaneur/simulator/scenario"
)

func ExampleRead() {
	_, err := scenario.Read(strings.NewReader(`
name: A coffee around the corner
places:
  cafe: {at: [47.99, 7.85]}
peopel:
  ben: {way: [{place: cafe}]}
`))
	fmt.Println(err)
	// Output:
	// 5:1: peopel: unknown key "peopel"; did you mean "people"?
}
