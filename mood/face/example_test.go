package face_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/face"
)

// What the tracker says goes in frame by frame; an affect comes out now and then, for an estimator (or for the server, if
// the person consents).
func Example() {
	tracker := func(second int) map[string]float64 { // stands for the phone's tracker
		if second < 60 {
			return map[string]float64{"browDown_L": 0.3, "browDown_R": 0.3} // this person's resting face
		}
		return map[string]float64{
			"browDown_L": 0.3, "browDown_R": 0.3,
			"mouthSmile_L": 0.7, "mouthSmile_R": 0.8, "cheekSquint_L": 0.5, "cheekSquint_R": 0.5,
		}
	}

	var reader face.Reader
	var me mood.Estimator
	start := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i := range 100 * 10 { // ten frames a second
		f := face.Frame{At: start.Add(time.Duration(i) * 100 * time.Millisecond), Presence: 1}
		for name, v := range tracker(i / 10) {
			if s, ok := face.ShapeByName(name); ok {
				f.Shapes[s] = v
			}
		}
		if affect, ok := reader.Take(f); ok && me.Observe(affect) && affect.Valence > 0.2 {
			fmt.Printf("%v: smiles (valence %+.2f)\n", affect.At.Sub(start).Round(time.Second), affect.Valence)
		}
	}
	// Output:
	// 1m10s: smiles (valence +0.41)
	// 1m20s: smiles (valence +0.41)
	// 1m30s: smiles (valence +0.40)
	// 1m40s: smiles (valence +0.40)
}
