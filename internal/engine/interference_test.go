package engine_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// town is the same day of the same people in the same streets, with mood or without: same ways, same clocks, same offers.
type town struct {
	*world
	people []*resident
	passed []string // what footfall heard
	trace  []trace
}

// trace is an event with a name for the person that is the same in every run.
type trace struct {
	who int
	event.Event
}

type resident struct {
	*rand.Rand // of the way; moods and answers have streams of their own, so that they move nothing else
	session    *engine.Session
	at, to     geo.Point
	sad        bool
	answers    []engine.Feedback // waiting
}

// Constant table: what is offered in the town. The first five are alike to the guard rails.
var townOffers = []struct {
	category string
	percent  float64
}{{"cafe", 10}, {"bakery", 10}, {"shop.books", 10}, {"restaurant.thai", 10}, {"shop.clothes", 10}, {"bar.wine", 10}, {"culture.cinema", 60}}

const plain = 5

// newTown plays a day. Every other resident is sad at times, if there is mood at all; all of them say how they feel.
func newTown(t *testing.T, seed uint64, people int, level mood.Level, answer bool) *town {
	t.Helper()
	w := &town{world: newWorld(t)}
	names := map[id.User]int{}
	w.heard = func(e event.Event) { w.trace = append(w.trace, trace{names[e.User], e}) }
	w.footfall = func(user id.User, _ offers.Mode, cell geo.Cell, at time.Time) {
		w.passed = append(w.passed, fmt.Sprint(names[user], cell, at))
	}
	w.restart(t)
	for i, o := range townOffers {
		at, merchant := geo.Destination(market, float64(i*360/len(townOffers)), 250), id.Merchant(fmt.Sprint("mer_", i))
		place := offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Merchant: merchant, Name: "p", Category: o.category, Point: at}
		w.catalogue.PutMerchant(&offers.Merchant{ID: merchant, Name: "m"})
		if err := w.catalogue.PutPlace(&place); err != nil {
			t.Fatal(err)
		}
		if err := w.catalogue.PutOffers(&offers.Offer{
			ID: id.Offer(fmt.Sprint("off_", i)), Title: fmt.Sprint("t", i), Category: o.category, Merchant: merchant, Place: place.ID, Radius: 160,
			Triggers: offers.Nearby | offers.Enter, Reward: offers.Reward{Kind: offers.Percent, Value: o.percent},
		}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range people {
		changes := []privacy.Change{{Purpose: privacy.Location, Granted: true, Policy: "1"}, {Purpose: privacy.Push, Granted: true, Policy: "1"}, {Purpose: privacy.Purchases, Granted: true, Policy: "1"}}
		if level != mood.Off {
			changes = append(changes, privacy.Change{Purpose: privacy.Mood, Granted: true, Policy: "1", Level: level})
		}
		in, err := w.OptIn(t.Context(), engine.OptIn{Simulated: true, Interests: []string{"cafe", "shop", "restaurant", "bar", "culture"}, Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		names[in.User] = i
		s, err := w.Authenticate(t.Context(), in.Token)
		if err != nil {
			t.Fatal(err)
		}
		w.Attach(s)
		prefs := w.Preferences(s)
		prefs.Push = push.Policy{Mode: push.Surprise, DailyCap: 6, MinGapMinutes: 20}
		prefs.Mood = []offers.MoodChoice{{State: mood.Stressed, Categories: []string{"shop.books"}}, {State: mood.Upbeat, Categories: []string{"cafe"}}}
		if err := w.SetPreferences(t.Context(), s, prefs); err != nil {
			t.Fatal(err)
		}
		r := &resident{Rand: rand.New(rand.NewPCG(seed, uint64(i))), session: s, sad: i%2 == 0} //nolint:gosec // small
		r.at, r.to = r.somewhere(), r.somewhere()
		w.people = append(w.people, r)
	}
	w.play(t, seed, level, answer)
	return w
}

func (r *resident) somewhere() geo.Point {
	return geo.Destination(market, 360*r.Float64(), 600*r.Float64())
}

func (w *town) play(t *testing.T, seed uint64, level mood.Level, answer bool) {
	feelings, heard := rand.New(rand.NewPCG(seed, 1<<40)), 0
	bad := make([]bool, len(w.people))
	for minute := range 10 * 60 {
		w.now = time.Date(2026, 6, 2, 9, minute, 0, 0, time.UTC)
		for i, r := range w.people {
			if minute%60 == 0 {
				bad[i] = feelings.Float64() < 0.5 && r.sad
			}
			if tell := minute % 10; tell == i%10 && level != mood.Off {
				a := mood.Affect{Valence: 0.5 + 0.3*feelings.Float64(), Arousal: 0.3, Confidence: 1, Source: mood.SelfReport, At: w.now}
				if bad[i] {
					a.Valence, a.Arousal = -0.9, 0.5
				}
				if err := w.Mood(t.Context(), r.session, a); err != nil {
					t.Fatal(err)
				}
			}
			if geo.Distance(r.at, r.to) < 80 {
				r.to = r.somewhere()
			}
			r.at = geo.Destination(r.at, geo.Bearing(r.at, r.to), 70)
			fix := geo.Fix{Point: r.at, Accuracy: 8, Speed: 1.2, Course: geo.Bearing(r.at, r.to), Time: w.now}
			if _, err := w.Position(t.Context(), r.session, []geo.Fix{fix}); err != nil {
				t.Fatal(err)
			}
			for _, f := range r.answers {
				if f.At = w.now; w.Feedback(t.Context(), r.session, f) != nil {
					t.Fatal("an answer was refused")
				}
			}
			r.answers = r.answers[:0]
			for ; answer && heard < len(w.trace); heard++ {
				if e := &w.trace[heard]; e.Type == event.Delivered {
					r.answers = append(r.answers, engine.Feedback{Delivery: e.Delivery, Action: response(e.who, e.Offer)})
				}
			}
		}
	}
}

// response is what somebody does with an offer, however they feel.
func response(who int, o id.Offer) offers.Action {
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, who, o)
	return [...]offers.Action{offers.Opened, offers.Liked, offers.Dismissed, offers.Opened}[h.Sum32()%4]
}

// visible are the events of which merchants can learn anything, by webhook or in their numbers: no more than that.
func (w *town) visible(types ...event.Type) []trace {
	var out []trace
	for _, e := range w.trace {
		if slices.Contains(types, e.Type) && !offers.AboutMood(e.Code) {
			e.ID, e.Delivery, e.User = "", "", "" // drawn anew in each run
			out = append(out, e)
		}
	}
	return out
}

// At level quiet, and as long as people answer nothing, all that merchants can see is the same with mood and without, to the
// bit, but for the pushes that were withheld: they are missing, and nothing comes in their place or later.
func TestMoodMovesNothingThatMerchantsSee(t *testing.T) {
	off, on := newTown(t, 1, 40, mood.Off, false), newTown(t, 1, 40, mood.Quiet, false)
	for _, types := range [][]event.Type{
		{event.EnteredReach, event.ExitedReach, event.DwelledReach, event.CrossedReach}, {event.Suppressed}, {event.VisitedPlace, event.Opened, event.Dismissed, event.Liked},
	} {
		a, b := off.visible(types...), on.visible(types...)
		if !slices.Equal(a, b) {
			t.Errorf("%v: %d without mood, %d with it, not the same", types, len(a), len(b))
		}
	}
	if len(off.passed) == 0 || !slices.Equal(off.passed, on.passed) {
		t.Errorf("footfall hears of %d cells without mood, of %d with it", len(off.passed), len(on.passed))
	}
	sent, received := off.visible(event.Delivered), on.visible(event.Delivered)
	missing := slices.Clone(sent)
	for _, e := range received {
		i := slices.Index(missing, e)
		if i < 0 {
			t.Fatalf("a delivery that would not have been without mood: %+v", e)
		}
		missing = slices.Delete(missing, i, i+1)
	}
	for _, e := range missing {
		if !on.people[e.who].sad {
			t.Errorf("a delivery to somebody who felt well is missing: %+v", e)
		}
	}
	if len(missing) < len(sent)/10 {
		t.Errorf("%d of %d deliveries are missing: the town says little", len(missing), len(sent))
	}
	on.conclude(t, received)
}

// conclude tells what is left to guess from: of people who came to a reach, those who got nothing of it all day. How much
// more likely they are sad depends on how likely it is for others to get nothing; here, where nobody competes, it is rare.
func (w *town) conclude(t *testing.T, received []trace) {
	came, got := map[sight]bool{}, map[sight]bool{}
	for _, e := range w.visible(event.EnteredReach) {
		came[sight{e.who, string(e.Offer)}] = true
	}
	for _, e := range received {
		got[sight{e.who, string(e.Offer)}] = true
	}
	var all, none [2]float64
	for s := range came {
		group := 0
		if w.people[s.who].sad {
			group = 1
		}
		if all[group]++; !got[s] {
			none[group]++
		}
	}
	t.Logf("of those who came, %.0f %% are sad at times; of those who got nothing of it, %.0f %%: %.1f times as likely, at most %.1f times",
		100*all[1]/(all[0]+all[1]), 100*none[1]/(none[0]+none[1]), none[1]/all[1]/(none[0]/all[0]), all[0]/none[0])
}

// view is what merchants see, made comparable: for each feature, what was seen of whom.
type view map[string][]sight

type sight struct {
	who   int
	value string
}

// look takes the features out of what is visible. Shares are compared among merchants that the guard rails treat alike.
func look(visible []trace) view {
	v := view{}
	entered := map[string]time.Time{}
	see := func(feature string, e *trace, format string, args ...any) {
		v[feature] = append(v[feature], sight{e.who, fmt.Sprintf(format, args...)})
	}
	for i := range visible {
		e := &visible[i]
		name := fmt.Sprint(e.who, e.Offer)
		switch e.Type {
		case event.EnteredReach:
			entered[name] = e.At
			see("reaches", e, "%s", e.Merchant)
		case event.Suppressed:
			if e.Code != offers.CodeDismissed { // repeats the person's own answer, which is there as such
				see("held back", e, "%s", e.Code)
			}
		case event.Delivered:
			if strings.TrimPrefix(string(e.Merchant), "mer_") < fmt.Sprint(plain) {
				see("merchants", e, "%s", e.Merchant)
			}
			see("hours", e, "%d", e.At.Hour())
			see("triggers", e, "%s %s %s", e.Trigger, e.Channel, e.Place)
			see("terms", e, "%d %g", e.Version, e.Discount)
			see("latency", e, "%.0f", e.At.Sub(entered[name]).Minutes())
		case event.Opened, event.Liked, event.Dismissed:
			see("answers", e, "%s", e.Type)
		}
	}
	return v
}

// chi is the statistic of independence of what is seen and who is sad.
func chi(list []sight, sad []bool) (sum float64) {
	counts := map[string]*[2]float64{}
	var all [2]float64
	for _, s := range list {
		group := 0
		if sad[s.who] {
			group = 1
		}
		if counts[s.value] == nil {
			counts[s.value] = new([2]float64)
		}
		counts[s.value][group]++
		all[group]++
	}
	for _, c := range counts {
		for g := range all {
			if want := (c[0] + c[1]) * all[g] / (all[0] + all[1]); want > 0 {
				sum += (c[g] - want) * (c[g] - want) / want
			}
		}
	}
	return sum
}

// differing returns the features that tell who is sad, each by a permutation test at the level 1/1000: the labels are dealt out
// anew among people, whole people at a time, 999 times; the feature tells if no deal comes near the truth.
func differing(v view, sad []bool) (out []string) {
	for feature, list := range v {
		truth, dealt, beaten := chi(list, sad), slices.Clone(sad), false
		r := rand.New(rand.NewPCG(9, 9))
		for range 999 {
			r.Shuffle(len(dealt), func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] })
			if chi(list, dealt) >= truth {
				beaten = true
				break
			}
		}
		if !beaten {
			out = append(out, feature)
		}
	}
	slices.Sort(out)
	return out
}

// With answers and all that is learned from them runs drift apart, and only distributions can be compared: no feature of
// what merchants see tells who is sad at times. What would tell is found: each leak is planted once.
func TestMoodIsNotInTheDistribution(t *testing.T) {
	everything := []event.Type{event.EnteredReach, event.Suppressed, event.Delivered, event.Opened, event.Liked, event.Dismissed}
	w := newTown(t, 2, 160, mood.Quiet, true)
	sad := make([]bool, len(w.people))
	for i, r := range w.people {
		sad[i] = r.sad
	}
	if got := differing(look(w.visible(everything...)), sad); len(got) > 0 {
		t.Errorf("who is sad shows in %v", got)
	}
	var withheld []trace
	for _, e := range w.trace {
		if e.Type == event.Suppressed && offers.AboutMood(e.Code) {
			withheld = append(withheld, e)
		}
	}
	delivered := func(change func(n int, e trace) []trace) []trace {
		var out []trace
		for n, e := range w.visible(everything...) {
			if e.Type == event.Delivered && sad[e.who] {
				out = append(out, change(n, e)...)
			} else {
				out = append(out, e)
			}
		}
		return out
	}
	instead := func(later time.Duration, merchant id.Merchant) []trace {
		out := w.visible(everything...)
		for _, e := range withheld {
			e.Type, e.Code, e.At, e.Trigger, e.Channel = event.Delivered, "", e.At.Add(later), offers.Nearby, "socket"
			if merchant != "" {
				e.Merchant = merchant
			}
			out = append(out, e)
		}
		return out
	}
	for _, leak := range []struct {
		name, feature string
		seen          []trace
	}{
		{"reasons are counted among others", "held back", func() []trace {
			out := w.visible(everything...)
			for _, e := range withheld {
				e.Code = "other"
				out = append(out, e)
			}
			return out
		}()},
		{"terms depend on distress", "terms", delivered(func(n int, e trace) []trace {
			if n%3 == 0 {
				e.Discount = 5
			}
			return []trace{e}
		})},
		{"one merchant alone loses deliveries", "merchants", delivered(func(n int, e trace) []trace {
			if e.Merchant == "mer_0" && n%4 != 0 {
				return nil
			}
			return []trace{e}
		})},
		{"another merchant moves up", "merchants", instead(0, "mer_1")},
		{"what was withheld comes in the evening", "hours", instead(5*time.Hour, "")},
		{"deliveries come later", "latency", delivered(func(_ int, e trace) []trace {
			e.At = e.At.Add(time.Minute)
			return []trace{e}
		})},
	} {
		if got := differing(look(leak.seen), sad); !slices.Contains(got, leak.feature) {
			t.Errorf("%s: seen in %v, want %s", leak.name, got, leak.feature)
		}
	}
}
