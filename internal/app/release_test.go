package app

import "testing"

func TestBurstsEnd(t *testing.T) {
	var b bursts
	for i, look := range []struct {
		opened uint64
		over   bool
	}{
		{0, false},
		{10_000, false}, // still coming in
		{20_000, false},
		{20_010, true},
		{20_020, false}, // was given back
		{20_600, false},
		{21_200, true}, // slowly, but as many
		{21_200, false},
	} {
		if over := b.over(look.opened); over != look.over {
			t.Errorf("look %d, %d opened: over %t", i, look.opened, over)
		}
	}
}
