package ranking

import (
	"os"
	"testing"
)

// TestMain lets fits be short: the town of these tests is learned in two passes.
func TestMain(m *testing.M) {
	for i := range settings {
		settings[i].Passes = 2
	}
	os.Exit(m.Run())
}
