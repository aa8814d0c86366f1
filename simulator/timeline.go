package simulator

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// Timeline is the day of somebody with a wristband: what they felt, and what their phone made of it. Both are invented.
type Timeline struct {
	User     string        `json:"user"`
	Told     int           `json:"told"`     // moods that left the phone, with source wearable
	Stressed int           `json:"stressed"` // minutes under stress, in truth
	Sent     int           `json:"sent"`     // offers that came unasked in these minutes
	Held     int           `json:"held"`     // offers held back in them for the mood
	Points   []MoodPoint   `json:"points"`
	Marks    []PushOutcome `json:"marks"`
}

// MoodPoint is a moment of a Timeline.
type MoodPoint struct {
	At       time.Time `json:"at"`
	Valence  float64   `json:"valence"`  // in truth
	Stress   float64   `json:"stress"`   // in truth, 0 to 1
	Estimate float64   `json:"estimate"` // of valence
	Within   float64   `json:"within"`   // half of the interval around the estimate that holds it at 80 %
	Known    bool      `json:"known"`    // the estimate may be used
	Device   float64   `json:"device"`   // probability of stress as the phone told it last
	Distress float64   `json:"distress"` // as the estimate has it
}

// PushOutcome is an offer that was sent, or held back because of the mood.
type PushOutcome struct {
	At    time.Time `json:"at"`
	Offer string    `json:"offer"`
	Held  bool      `json:"held"`
	Code  string    `json:"code,omitzero"` // why it was held back
}

const (
	stressed = 0.5 // from this hidden stress on somebody counts as under stress

	// valenceSpread is the standard deviation of valence when nothing is known of a person, as in package mood: set-point
	// 0.042 and 0.06 within the person. A confidence of 1-c says that it is down to c of that.
	valenceSpread = 0.32
	eighty        = 1.28 // standard deviations to each side hold 80 %
)

// forMood are the codes of what the server holds back because of the mood.
var forMood = [...]string{"guard_mood", "guard_distress", "guard_vulnerable", "guard_pressure"}

// note takes a second.
func (t *Timeline) note(at time.Time, felt wearer.Feeling, belief *mood.Estimator, told mood.Affect) {
	if at.Truncate(pointEvery) != at || len(t.Points) == mostPoints {
		return
	}
	e := belief.At(at)
	p := MoodPoint{
		At: at, Valence: unit(felt.Valence), Stress: unit(felt.Stress), Estimate: unit(e.Valence), Within: unit(eighty * valenceSpread * (1 - e.Confidence)),
		Known: e.Known(), Distress: unit(e.Distress),
	}
	if at.Sub(told.At) <= 2*tellEvery {
		p.Device = unit(told.Stress)
	}
	if p.Stress >= stressed {
		t.Stressed += int(pointEvery / time.Minute)
	}
	t.Points = append(t.Points, p)
}

// finish marks what was sent and held back.
func (t *Timeline) finish(all *tally) {
	for i := range all.deliveries {
		d := &all.deliveries[i]
		t.mark(PushOutcome{At: d.At, Offer: d.Offer})
	}
	for _, h := range all.held {
		if slices.Contains(forMood[:], h.Code) {
			t.mark(PushOutcome{At: h.At, Offer: h.Offer, Held: true, Code: h.Code})
		}
	}
}

func (t *Timeline) mark(m PushOutcome) {
	t.Marks = append(t.Marks, m)
	if t.at(m.At).Stress < stressed {
		return
	}
	if m.Held {
		t.Held++
	} else {
		t.Sent++
	}
}

// at returns the point at or before a moment.
func (t *Timeline) at(at time.Time) (p MoodPoint) {
	for i := range t.Points {
		if t.Points[i].At.After(at) {
			break
		}
		p = t.Points[i]
	}
	return p
}
