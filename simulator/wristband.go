package simulator

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
	"github.com/flaneur-io/flaneur/simulator/wearer"
	"github.com/flaneur-io/flaneur/wire"
)

// A wristband tells now and then, and sooner if the probability of stress jumps: readings share most of what they saw.
const (
	tellEvery  = 5 * time.Minute
	tellSooner = time.Minute
	stressJump = 0.3

	putOn      = 30 * time.Minute // before the day begins: a baseline needs some time
	bitterness = -0.3             // that stress on the way takes from valence, more than a laboratory's
	pointEvery = 5 * time.Minute  // of the timeline in the report
	mostPoints = 600
)

// wristband is a device on somebody's wrist and what their phone makes of it. Signals, windows and readings stay here:
// what leaves is the frames of kind mood that tell returns.
type wristband struct {
	body    *wearer.Wearer
	wrist   *physio.Wrist
	head    *wearable.Wearer
	strains []strain
	second  wearer.Second
	latest  mood.Affect // not yet told; zero: none
	told    mood.Affect
	belief  mood.Estimator // of all that the phone told, the person's taps included: as the server's
	seed    uint64

	timeline Timeline
}

// tap notes what the person tapped.
func (b *wristband) tap(a mood.Affect) {
	b.belief.Observe(a)
	b.head.Learn(a)
}

// strain is an episode of stress.
type strain struct{ from, to time.Time }

// WearWristbands puts wristbands on the first n of the people who allow mood and have a day of their own: they agree to
// the source wearable when they opt in. Each has two episodes of stress on the way, at noon and in the late afternoon.
func WearWristbands(people []*Person, seed uint64, n int) {
	for i, p := range people {
		if n == 0 {
			return
		}
		if p.begins.IsZero() || !p.allows("mood") {
			continue
		}
		n--
		rng := rand.New(rand.NewPCG(seed, wristbandStream+uint64(i)))
		p.band = &wristband{seed: rng.Uint64(), timeline: Timeline{User: p.Alias}}
		for _, hour := range [...]float64{11.5, 16.2} {
			from := midnight(p.begins).Add(time.Duration((hour + 1.2*rng.Float64()) * float64(time.Hour)))
			p.band.strains = append(p.band.strains, strain{from, from.Add(time.Duration(30+rng.IntN(25)) * time.Minute)})
		}
	}
}

// wristbandStream keeps the random streams of wristbands apart from those of people.
const wristbandStream = 1 << 41

// sourceWearable is the name of the source in consents.
const sourceWearable = "wearable"

// agree asks for the source wearable as an app does: with the notices in force. Where they leave it out, nobody wears one.
func (p *Person) agree(n *api.Notices) {
	if !slices.ContainsFunc(n.Sources, func(s api.Notice) bool { return s.Source == sourceWearable }) {
		p.band = nil
		return
	}
	p.OptIn.Consents["mood"] = api.Grant{Granted: true, Policy: n.Version, Sources: []string{"self", sourceWearable}}
}

// putOn begins to measure.
func (b *wristband) putOn(at time.Time) (err error) {
	b.body = wearer.New(wearer.Invent(b.seed), b.seed, at.Add(-putOn).Truncate(time.Second))
	if b.head, err = wearable.New(nil); err != nil {
		return err
	}
	b.wrist, err = physio.New(wearer.Wristband())
	return err
}

// measure lets the device measure until a moment, and calls tell for what the phone tells meanwhile.
func (b *wristband) measure(until time.Time, doing wearer.Activity, tell func(mood.Affect) error) error {
	scene := wearer.Scene{Activity: doing}
	for b.body.Now().Before(until) {
		now := b.body.Now()
		scene.Stress, scene.Valence = 0, 0
		if slices.ContainsFunc(b.strains, func(s strain) bool { return !now.Before(s.from) && now.Before(s.to) }) {
			scene.Stress, scene.Valence = 1, bitterness
		}
		b.body.Next(&scene, &b.second)
		b.second.Feed(b.wrist)
		for w, ok := b.wrist.Next(); ok; w, ok = b.wrist.Next() {
			if r, ok := b.head.Take(w, w.End.In(until.Location())); ok {
				if a, sure := r.Affect(); sure {
					b.latest = a
				}
			}
		}
		if b.due() {
			b.told, b.latest = b.latest, mood.Affect{}
			b.belief.Observe(b.told)
			if err := tell(b.told); err != nil {
				return err
			}
		}
		b.timeline.note(b.body.Now().In(until.Location()), b.body.Feeling(), &b.belief, b.told)
	}
	return nil
}

func (b *wristband) due() bool {
	if b.latest.At.IsZero() {
		return false
	}
	since := b.latest.At.Sub(b.told.At)
	return since >= tellEvery || since >= tellSooner && math.Abs(b.latest.Stress-b.told.Stress) >= stressJump
}

// wear lets the device of the person measure until now: they rested since the last moment, and walked for as long as the
// way to the new position takes.
func (s *session) wear(ctx context.Context, m Moment) error {
	b := s.person.band
	if b == nil {
		return nil
	}
	if b.body == nil {
		if err := b.putOn(m.At); err != nil {
			return err
		}
		s.person.feel.truth, s.tally.timeline = b.body, &b.timeline
	}
	var walked time.Duration
	if to := (geo.Point{Lat: m.Fix.Lat, Lon: m.Fix.Lon}); m.Act == nil && m.Fix.Speed > 0 && s.tally.Fixes > 0 {
		walked = time.Duration(geo.Distance(s.tally.at, to) / m.Fix.Speed * float64(time.Second))
	}
	tell := func(a mood.Affect) error {
		if a.At.Before(s.person.begins) { // not opted in yet
			return nil
		}
		_, err := s.exchange(ctx, moodFrame(a))
		if refused(err) {
			s.tally.refuse(err)
			return nil
		}
		s.tally.Moods++
		b.timeline.Told++
		return err
	}
	if err := b.measure(m.At.Add(-walked), wearer.Sitting, tell); err != nil {
		return err
	}
	return b.measure(m.At, wearer.Walking, tell)
}

func moodFrame(a mood.Affect) *wire.Mood {
	return &wire.Mood{
		Valence: a.Valence, Arousal: a.Arousal, Confidence: a.Confidence, Stress: a.Stress, Source: a.Source.String(), At: a.At.UnixMilli(),
	}
}
