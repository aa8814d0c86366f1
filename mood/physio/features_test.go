package physio_test

import (
	"fmt"
	"math"

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
