package face_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/face"
)

var update = flag.Bool("update", false, "write what the code says into testdata/vectors.json")

// vectors is the conformance file for implementations in other languages: invented faces, and what is read of them.
type vectors struct {
	About   string   `json:"about"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name   string  `json:"name"`
	Phases []phase `json:"phases"`
	Want   []want  `json:"want"`
}

type phase struct {
	Frames   int                `json:"frames"`
	StepMS   int64              `json:"step_ms"`            // from each frame to the next; of the last, to the next phase
	Shapes   map[string]float64 `json:"shapes"`             // of every frame
	Odd      map[string]float64 `json:"odd,omitempty"`      // instead, in the second, fourth … frame of the phase
	Presence float64            `json:"presence"`           //
	Yaw      float64            `json:"yaw,omitempty"`      //
	Pitch    float64            `json:"pitch,omitempty"`    //
	Width    float64            `json:"width,omitempty"`    //
	GapMS    int64              `json:"gap_ms,omitempty"`   // after the phase, on top
	Restored bool               `json:"restored,omitempty"` // the reader is written and read back before the phase
}

type want struct {
	AtMS       int64   `json:"at_ms"` // since the first frame
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
}

func (p *phase) frame(t *testing.T, i int, at time.Time) face.Frame {
	f := face.Frame{At: at, Presence: p.Presence, Yaw: p.Yaw, Pitch: p.Pitch, Width: p.Width}
	shapes := p.Shapes
	if i%2 == 1 && p.Odd != nil {
		shapes = p.Odd
	}
	for name, v := range shapes {
		s, ok := face.ShapeByName(name)
		if !ok {
			t.Fatalf("no shape %q", name)
		}
		f.Shapes[s] = v
	}
	return f
}

func (v *vector) run(t *testing.T) []want {
	var r face.Reader
	at, got := noon, []want{}
	for _, p := range v.Phases {
		if p.Restored {
			state := r.AppendState(nil)
			r = face.Reader{}
			if err := r.UnmarshalState(state); err != nil {
				t.Fatal(err)
			}
		}
		for i := range p.Frames {
			if a, ok := r.Take(p.frame(t, i, at)); ok {
				got = append(got, want{a.At.Sub(noon).Milliseconds(), round(a.Valence), round(a.Arousal), round(a.Confidence)})
			}
			at = at.Add(time.Duration(p.StepMS) * time.Millisecond)
		}
		at = at.Add(time.Duration(p.GapMS) * time.Millisecond)
	}
	return got
}

func round(v float64) float64 { return math.Round(v*1e6)/1e6 + 0 } // + 0: no negative zero

func TestVectors(t *testing.T) {
	const file = "testdata/vectors.json"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all vectors
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all.Vectors {
		v := &all.Vectors[i]
		t.Run(v.Name, func(t *testing.T) {
			got := v.run(t)
			if *update {
				v.Want = got
				return
			}
			if len(got) != len(v.Want) {
				t.Fatalf("%d affects, want %d", len(got), len(v.Want))
			}
			for i, g := range got {
				w := v.Want[i]
				if g.AtMS != w.AtMS || math.Abs(g.Valence-w.Valence) > 2e-6 || math.Abs(g.Arousal-w.Arousal) > 2e-6 ||
					math.Abs(g.Confidence-w.Confidence) > 2e-6 {
					t.Errorf("affect %d is %+v, want %+v", i, g, w)
				}
			}
		})
	}
	if *update {
		b, err := json.MarshalIndent(all, "", "  ")
		if err == nil {
			err = os.WriteFile(file, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
