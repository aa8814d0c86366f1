package offers

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers/trial"
)

var (
	calm    = mood.Estimate{Valence: 0.6, Arousal: -0.5, Confidence: 0.9}
	drained = mood.Estimate{Valence: -0.6, Arousal: -0.5, Confidence: 0.9}
)

// What somebody takes in a mood speaks for its group in that mood alone, by little, never beyond the cap, and not at all if the mood is
// not known well enough.
func TestMoodTastes(t *testing.T) {
	var none *moodTastes
	if v := none.value(mood.Calm, 1, 1); v != 0 {
		t.Errorf("nothing known says %v", v)
	}
	p, m := &Person{}, &Matcher{rails: railsForTest(t)}
	book, bar := &Offer{ID: "off_a", Category: "shop.books"}, &Offer{ID: "off_b", Category: "bar"}
	now := time.Unix(1_780_000_000, 0)
	for range 3 {
		m.Felt(p, now, calm, Liked, book)
		m.Felt(p, now, drained, Dismissed, book)
		m.Felt(p, now, drained, Liked, bar)
		m.Felt(p, now, mood.Estimate{}, Liked, book)
	}
	few := p.moodTastes.value(mood.Calm, moodGroupOf("shop"), 0.9)
	if few <= 0 || few > 0.15 {
		t.Errorf("three answers say %v", few)
	}
	if v := p.moodTastes.value(mood.Drained, moodGroupOf("bar"), 1); v != 0 {
		t.Errorf("what is sensitive was learned: %v", v)
	}
	for range 500 {
		m.Felt(p, now, calm, Liked, book)
		m.Felt(p, now, drained, Dismissed, book)
	}
	high, low := p.moodTastes.value(mood.Calm, moodGroupOf("shop"), 1), p.moodTastes.value(mood.Drained, moodGroupOf("shop"), 1)
	if math.Abs(float64(high)-moodMost) > 1e-6 || math.Abs(float64(low)+moodMost) > 1e-6 {
		t.Errorf("many answers say %v and %v, capped at %v", high, low, moodMost)
	}
	for _, v := range []float32{p.moodTastes.value(mood.Calm, moodGroupOf("shop"), mood.MinConfidence-0.01), p.moodTastes.value(mood.Unknown, 3, 1), p.moodTastes.value(mood.Stressed, 3, 1)} {
		if v != 0 {
			t.Errorf("a mood that is not known, or of which nothing is, says %v", v)
		}
	}
	rest, moods, ok := p.Apart()
	if rest.moodTastes != nil || moods.moodTastes == nil || !ok {
		t.Error("what was learned of moods is not kept apart")
	}
	data, err := moods.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var again Person
	if err := again.UnmarshalJSON(data); err != nil || again.moodTastes.cells != p.moodTastes.cells {
		t.Errorf("it is not read as it was written: %v", err)
	}
	p.ForgetMood()
	minor := &Person{Minor: true}
	m.Felt(minor, now, calm, Liked, book)
	if p.moodTastes != nil || minor.moodTastes != nil {
		t.Error("it stays after mood was withdrawn, or is learned of minors")
	}
}

func railsForTest(t *testing.T) *Guardrails {
	g, err := DefaultGuardrails()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Who was only ever seen in one mood says nothing of moods, however much or little they take.
func TestOneMoodSaysNothing(t *testing.T) {
	for _, a := range []Action{Liked, Dismissed} {
		p, m := &Person{}, &Matcher{rails: railsForTest(t)}
		for i := range 300 {
			m.Felt(p, time.Unix(1_780_000_000, 0), calm, a, &Offer{ID: "off_a", Category: "shop.books"})
			for s := mood.Drained; s <= mood.Upbeat; s++ {
				if v := p.moodTastes.value(s, moodGroupOf("shop"), 1); v != 0 {
					t.Fatalf("after %d answers in one mood, %v says %v", i+1, s, v)
				}
			}
		}
	}
}

// A trial counts with the probability with which it was drawn, whatever was won before it is answered.
func TestTrialsKeepTheirPropensity(t *testing.T) {
	l := NewLearner(DefaultLearnerOptions())
	m := &Matcher{rails: railsForTest(t), learners: [2]*Learner{Live: l}}
	p := &Person{moodTastes: &moodTastes{}}
	now := time.Unix(1_780_000_000, 0)
	m.Asked(p, &Moment{Now: now, Mood: calm, MoodLevel: mood.Help, Pull: true})
	with := 0.0
	if p.moodTastes.trial.with {
		with = 1
	}
	l.moodWon.Store(true)
	m.Felt(p, now.Add(time.Minute), calm, Liked, &Offer{ID: "off_a", Category: "shop"})
	var want trial.Tally
	want.Add(0.5, 1, with, 1-with)
	if l.moods != want {
		t.Error("a trial that was drawn at one in two counts as if it had been drawn at nine in ten")
	}
}

// Whatever was answered in whatever moods: within the cap, nothing without a known mood, and surer moods say no less.
func TestMoodTastesAreBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for range 300 {
		var tastes moodTastes
		for range rng.IntN(2000) {
			s := mood.State(1 + rng.IntN(moodStates))
			tastes.note(s, uint8(rng.IntN(moodGroups)), rng.Float64() < float64(s)/5)
		}
		for s := mood.Unknown; s <= mood.Upbeat; s++ {
			for g := range uint8(moodGroups) {
				half, full := float64(tastes.value(s, g, 0.5)), float64(tastes.value(s, g, 1))
				if !(math.Abs(full) <= moodMost+1e-6) || math.Abs(half) > math.Abs(full) || half*full < 0 {
					t.Fatalf("%v, group %d: %v and %v", s, g, half, full)
				}
				if s == mood.Unknown && full != 0 || tastes.value(s, g, mood.MinConfidence-1e-9) != 0 {
					t.Fatalf("%v, group %d speaks for a mood that is not known", s, g)
				}
			}
		}
	}
}

// What somebody takes in a mood gets into no log, message or file by accident.
func TestMoodTastesAreHidden(t *testing.T) {
	taste := MoodTaste{State: "drained", Group: "shops", Shown: 3, Taken: 2}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", taste, taste, taste, taste), taste.LogValue().String()} {
		if strings.Contains(text, "drained") || !strings.Contains(text, hiddenTaste) {
			t.Errorf("written: %s", text)
		}
	}
	if b, err := json.Marshal(taste); err == nil {
		t.Errorf("marshalled: %s", b)
	}
	if b, err := taste.MarshalBinary(); err == nil {
		t.Errorf("marshalled: %x", b)
	}
}

// The comparison of pulls with and without them is won if they help, and not if they do not; before it is won, half of the pulls go
// without, and afterwards a tenth.
func TestMoodTastesMustWin(t *testing.T) {
	for _, helps := range []bool{true, false} {
		l := NewLearner(DefaultLearnerOptions())
		m := &Matcher{rails: railsForTest(t), learners: [2]*Learner{Live: l}}
		p := &Person{moodTastes: &moodTastes{}}
		with := 0
		for i := range 4000 {
			now := time.Unix(1_780_000_000+int64(i)*7200, 0)
			m.Asked(p, &Moment{Now: now, Mood: calm, MoodLevel: mood.Help, Draw: uint64(i), Pull: true})
			if p.moodTastes.trial.with && i < 1000 {
				with++
			}
			if i%4 == 0 || helps && p.moodTastes.trial.with && i%2 == 0 {
				m.Felt(p, now.Add(time.Minute), calm, Liked, &Offer{ID: "off_a", Category: "shop"})
			}
		}
		if l.moodWon.Load() != helps {
			t.Errorf("helps: %v, won: %v", helps, l.moodWon.Load())
		}
		if !helps && (with < 440 || with > 560) {
			t.Errorf("%d of 1000 pulls were with them", with)
		}
		var kept []byte
		if err := l.Save(func(name string, data []byte) error {
			if name == partMoods {
				kept = append(kept, data...)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		again := NewLearner(DefaultLearnerOptions())
		if err := again.Load(partMoods, kept); err != nil || again.moodWon.Load() != helps {
			t.Errorf("after it was read, won: %v, %v", again.moodWon.Load(), err)
		}
	}
}

func FuzzMoodTastes(f *testing.F) {
	f.Add((&moodTastes{}).appendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := unmarshalMoodTastes(b)
		if err != nil || m == nil {
			return
		}
		for s := mood.Drained; s <= mood.Upbeat; s++ {
			if v := m.value(s, 2, 1); math.IsNaN(float64(v)) || v > moodMost || v < -moodMost {
				t.Errorf("%x says %v", b, v)
			}
		}
	})
}

// What is paid for, sensitive, or presses in a low mood gains nothing by a mood, however much the person takes of it then; and nothing does
// below help, in pushes, or of people under age.
func TestMoodTastesNeverSpeakForWhatIsPaidFor(t *testing.T) {
	tastes := &moodTastes{}
	for range 100 {
		for g := range uint8(moodGroups) {
			tastes.note(mood.Drained, g, true)
			tastes.note(mood.Calm, g, false)
		}
	}
	l := NewLearner(DefaultLearnerOptions())
	l.moodWon.Store(true)
	m := &Matcher{rails: railsForTest(t), learners: [2]*Learner{Live: l}}
	now := time.Unix(1_780_000_000, 0)
	plain := Offer{ID: "off_a", Title: "Books", Category: "shop.books", Reward: Reward{Kind: Percent, Value: 5}, Ends: now.AddDate(0, 1, 0)}
	with := uint64(0)
	for !l.moodCounts(with) {
		with++
	}
	says := func(change func(*Offer, *Person, *Moment)) float32 {
		o, p := plain, &Person{moodTastes: tastes}
		mo := &Moment{Now: now, Mode: Live, Mood: mood.Estimate{Valence: -0.5, Arousal: -0.3, Confidence: 1}, MoodLevel: mood.Help, Pull: true, Radius: 500, Draw: with}
		change(&o, p, mo)
		var at instant
		m.prepare(&at, p, mo)
		match := Match{verdict: m.rails.of(o.Category)}
		match.verdict.presses = m.rails.presses(&o)
		m.score(&match, newEntry(&o, nil), p, mo, &at)
		return match.terms[termMood]
	}
	if v := says(func(*Offer, *Person, *Moment) {}); v <= 0 {
		t.Fatalf("a mood in which all is taken says %v", v)
	}
	for name, change := range map[string]func(*Offer, *Person, *Moment){
		"sponsored":   func(o *Offer, _ *Person, _ *Moment) { o.Sponsored = "Brand" },
		"sensitive":   func(o *Offer, _ *Person, _ *Moment) { o.Category = "bar" },
		"presses":     func(o *Offer, _ *Person, _ *Moment) { o.Reward.Value = 80 },
		"quiet":       func(_ *Offer, _ *Person, mo *Moment) { mo.MoodLevel = mood.Quiet },
		"push":        func(_ *Offer, _ *Person, mo *Moment) { mo.Pull = false },
		"under age":   func(_ *Offer, p *Person, _ *Moment) { p.Minor = true },
		"in distress": func(_ *Offer, _ *Person, mo *Moment) { mo.Mood.Distress = 0.9 },
		"not known":   func(_ *Offer, _ *Person, mo *Moment) { mo.Mood.Confidence = 0.2 },
	} {
		if v := says(change); v > 0 {
			t.Errorf("%s: a mood says %v", name, v)
		}
	}
}
