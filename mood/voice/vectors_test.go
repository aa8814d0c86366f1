package voice_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/voice"
)

var update = flag.Bool("update", false, "write what the code says into testdata/vectors.json")

// vectors is the conformance file for implementations in other languages: one invented voice after the other.
type vectors struct {
	About   string   `json:"about"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name      string    `json:"name"`
	Stretches []stretch `json:"stretches"`
}

// stretch is a stretch of speech, and what is read of it, if anything. What is absent was not measured.
type stretch struct {
	AtMS     int64    `json:"at_ms"` // since any moment
	SpeechMS int64    `json:"speech_ms"`
	F0Mean   *float64 `json:"f0_mean,omitempty"`
	F0SD     *float64 `json:"f0_sd,omitempty"`
	Level    *float64 `json:"level,omitempty"`
	LevelSD  *float64 `json:"level_sd,omitempty"`
	Rate     *float64 `json:"rate,omitempty"`
	Jitter   *float64 `json:"jitter,omitempty"`
	Shimmer  *float64 `json:"shimmer,omitempty"`
	HNR      *float64 `json:"hnr,omitempty"`
	Pauses   *float64 `json:"pauses,omitempty"`
	Want     *want    `json:"want,omitempty"`
}

type want struct {
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
}

func (s *stretch) prosody() voice.Prosody {
	number := func(v *float64) float64 {
		if v == nil {
			return math.NaN()
		}
		return *v
	}
	return voice.Prosody{
		At: noon.Add(time.Duration(s.AtMS) * time.Millisecond), Speech: time.Duration(s.SpeechMS) * time.Millisecond,
		F0Mean: number(s.F0Mean), F0SD: number(s.F0SD), Level: number(s.Level), LevelSD: number(s.LevelSD), Rate: number(s.Rate),
		Jitter: number(s.Jitter), Shimmer: number(s.Shimmer), HNR: number(s.HNR), Pauses: number(s.Pauses),
	}
}

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
	round := func(v float64) float64 { return math.Round(v*1e6)/1e6 + 0 }
	for _, v := range all.Vectors {
		var r voice.Reader
		for i := range v.Stretches {
			s := &v.Stretches[i]
			a, ok := r.Take(s.prosody())
			got := want{round(a.Valence), round(a.Arousal), round(a.Confidence)}
			switch {
			case *update && ok:
				s.Want = &got
			case *update:
				s.Want = nil
			case ok != (s.Want != nil):
				t.Errorf("%s: stretch %d is read: %v", v.Name, i, ok)
			case ok && max(math.Abs(got.Valence-s.Want.Valence), math.Abs(got.Arousal-s.Want.Arousal), math.Abs(got.Confidence-s.Want.Confidence)) > 2e-6:
				t.Errorf("%s: stretch %d is %+v, want %+v", v.Name, i, got, *s.Want)
			}
		}
	}
	if *update {
		b, err := json.MarshalIndent(all, "", " ")
		if err == nil {
			err = os.WriteFile(file, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
