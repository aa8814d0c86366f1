package matching_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/eval/matching"
)

// In a small world people take more of what the learned matcher sends than of the first scorer's, and more of that than of chance's.
func TestLearnedBeatsFirstBeatsChance(t *testing.T) {
	o := matching.Options{Grid: hex.Grid{}, Seeds: 2, People: 24, Days: 12}
	r, err := matching.Evaluate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	chance, first, learned := r.Arms[0].Taken.Value, r.Arms[1].Taken.Value, r.Arms[2].Taken.Value
	if !(chance < first && first < learned) {
		t.Errorf("taken per delivery: chance %.3f, first scorer %.3f, learned %.3f", chance, first, learned)
	}
}

func TestSameSeedsGiveTheSame(t *testing.T) {
	var runs [2][]byte
	for i := range runs {
		r, err := matching.Evaluate(t.Context(), matching.Options{Grid: hex.Grid{}, Seeds: 2, People: 6, Days: 4})
		if err != nil {
			t.Fatal(err)
		}
		if runs[i], err = json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(runs[0], runs[1]) {
		t.Errorf("a second run differs: %s, %s", runs[0], runs[1])
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []matching.Options{{Seeds: 1, People: 10, Days: 10}, {Seeds: 2, People: 1, Days: 10}, {Seeds: 2, People: 10, Days: 1}} {
		if _, err := matching.Evaluate(t.Context(), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
