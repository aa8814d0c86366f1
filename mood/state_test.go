package mood_test

import (
	"errors"
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

func TestStateBorders(t *testing.T) {
	for _, c := range []struct {
		valence, arousal, confidence float64
		want                         mood.State
	}{
		{0.6, 0.6, 0.5, mood.Upbeat},
		{0.6, 0, 0.5, mood.Upbeat},
		{0, 0.6, 0.5, mood.Upbeat},
		{-0.01, 0.6, 0.5, mood.Stressed},
		{-0.6, 0, 0.5, mood.Stressed},
		{-0.6, -0.01, 0.5, mood.Drained},
		{0.14, -0.6, 0.5, mood.Drained}, // tired and neither glad nor sad
		{0.16, -0.6, 0.5, mood.Calm},
		{0.6, -0.01, 0.5, mood.Calm},
		{0.1, 0.1, 0.5, mood.Unknown}, // nothing stands out
		{0, -0.149, 0.5, mood.Unknown},
		{0, -0.151, 0.5, mood.Drained},
		{0.6, 0.6, mood.MinConfidence, mood.Upbeat},
		{0.6, 0.6, mood.MinConfidence - 0.01, mood.Unknown},
	} {
		e := mood.Estimate{Valence: c.valence, Arousal: c.arousal, Confidence: c.confidence}
		if got := e.State(); got != c.want {
			t.Errorf("State at %+.3f, %+.3f with confidence %.2f is %v, want %v", c.valence, c.arousal, c.confidence, got, c.want)
		}
	}
}

func TestLabels(t *testing.T) {
	want := map[string]mood.State{
		"excited": mood.Upbeat, "energetic": mood.Upbeat, "happy": mood.Upbeat, "content": mood.Calm, "relaxed": mood.Calm,
		"okay": mood.Unknown, "tired": mood.Drained, "drained": mood.Drained, "bored": mood.Drained, "sad": mood.Drained,
		"worried": mood.Stressed, "stressed": mood.Stressed, "angry": mood.Stressed,
	}
	labels := mood.Labels()
	if len(labels) != len(want) {
		t.Errorf("%d labels, want %d", len(labels), len(want))
	}
	shown := make(map[string]bool)
	for _, l := range labels {
		for _, s := range []string{"en:" + l.EN, "de:" + l.DE, l.Emoji} {
			if shown[s] || len(s) < 3 || s == "en:" || s == "de:" {
				t.Errorf("%s: %q is missing or taken", l.ID, s)
			}
			shown[s] = true
		}
		for _, text := range []string{l.ID, l.Emoji, l.Emoji + "\ufe0f"} {
			if got, err := mood.ParseLabel(text); err != nil || got != l {
				t.Errorf("ParseLabel(%q) = %+v, %v", text, got, err)
			}
		}
		if got := mood.Nearest(l.Valence, l.Arousal); got != l {
			t.Errorf("nearest to %q is %q", l.ID, got.ID)
		}
		a := report(l.Valence, l.Arousal, noon)
		if err := a.Check(l.ID); err != nil {
			t.Error(err)
		}
		var e mood.Estimator // one tap of a stranger is enough to be understood
		e.Observe(a)
		if got := e.At(noon).State(); got != want[l.ID] {
			t.Errorf("a tap on %q is understood as %v, want %v", l.ID, got, want[l.ID])
		}
	}
	for _, text := range []string{"", "Happy", "\ufe0f", "☕"} {
		_, err := mood.ParseLabel(text)
		var f *fault.Error
		if !errors.As(err, &f) || f.Field != "label" {
			t.Errorf("ParseLabel(%q): %v", text, err)
		}
	}
	for _, c := range []struct {
		valence, arousal float64
		want             string
	}{{0.05, 0.05, "okay"}, {1, 0.3, "happy"}, {-1, 1, "angry"}, {0.7, -1, "relaxed"}, {-0.9, -0.5, "sad"}} {
		if got := mood.Nearest(c.valence, c.arousal).ID; got != c.want {
			t.Errorf("nearest to %+.2f, %+.2f is %s, want %s", c.valence, c.arousal, got, c.want)
		}
	}
	labels[0].ID = "changed"
	if mood.Labels()[0].ID == "changed" {
		t.Error("a caller can change the vocabulary")
	}
}

// TestLabelsLieOnTheCircle compares with the circular order of Russell 1980, as its abstract gives it.
func TestLabelsLieOnTheCircle(t *testing.T) {
	const pleasure, excitement, distress, depression, sleepiness, relaxation = 0, 45, 135, 225, 270, 315
	for id, want := range map[string]float64{
		"excited": excitement, "energetic": excitement, "happy": pleasure, "content": pleasure, "relaxed": relaxation,
		"tired": sleepiness, "drained": depression, "bored": depression, "sad": depression,
		"worried": distress, "stressed": distress, "angry": distress,
	} {
		l, err := mood.ParseLabel(id)
		if err != nil {
			t.Fatal(err)
		}
		got := math.Atan2(l.Arousal, l.Valence) * 180 / math.Pi
		if off := math.Abs(math.Remainder(got-want, 360)); off > 25 {
			t.Errorf("%s lies at %.0f°, %.0f° from where it should", id, got, off)
		}
	}
}
