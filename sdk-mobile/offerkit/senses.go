package offerkit

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/face"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/typing"
	"github.com/flaneur-io/flaneur/mood/voice"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

const (
	tellEvery = time.Minute      // how often a device's reading is told
	tellJump  = 0.2              // of the probability of stress: told at once
	moodFresh = 10 * time.Minute // what is older is not worth telling
	saveMood  = 5 * time.Minute  // how often what was learned about the person's body is kept
)

// senses turns raw signals into affect, on the device. Raw signals are gone when a call returns; what was learned about
// the person lives in the host's store, as long as mood is allowed.
type senses struct {
	store   Store
	wrist   *physio.Wrist
	signals physio.Signals
	wearer  *wearable.Wearer
	face    face.Reader
	voice   voice.Reader
	typing  typing.Reader
	now     mood.Estimator
	told    time.Time // the last reading of a wearable
	stress  float64   // in it
	saved   time.Time
	queue   []api.Mood // at most one of a source, but for the person's own
}

// newSenses goes on from what was learned, if mood is allowed.
func newSenses(store Store, mem *memory) *senses {
	s := &senses{store: store}
	s.wearer, _ = wearable.New(nil) // nil is always good
	if !mem.granted(PurposeMood) {
		return s
	}
	raw, err := store.Load(keyMood)
	if err != nil {
		return s
	}
	for _, part := range s.parts() {
		if len(raw) < 4 || int(binary.BigEndian.Uint32(raw)) > len(raw)-4 {
			break
		}
		n := 4 + int(binary.BigEndian.Uint32(raw))
		_ = part.UnmarshalState(raw[4:n]) // what can't be read is learned anew
		raw = raw[n:]
	}
	return s
}

// memorable is what learns about a person.
type memorable interface {
	AppendState(b []byte) []byte
	UnmarshalState(b []byte) error
}

// parts are what is kept, in the order of the record.
func (s *senses) parts() []memorable {
	return []memorable{s.wearer, &s.now, &s.face, &s.voice, &s.typing}
}

func (s *senses) save(now time.Time) error {
	if now.Sub(s.saved) < saveMood {
		return nil
	}
	s.saved = now
	var raw []byte
	for _, part := range s.parts() {
		at := len(raw)
		raw = part.AppendState(append(raw, 0, 0, 0, 0))
		binary.BigEndian.PutUint32(raw[at:], uint32(len(raw)-at-4)) //nolint:gosec // some kilobytes
	}
	if err := s.store.Save(keyMood, raw); err != nil {
		return storeFault(err)
	}
	return nil
}

// forget drops everything.
func (s *senses) forget() error {
	store := s.store
	*s = *newSenses(store, &memory{})
	if err := store.Remove(keyMood); err != nil {
		return storeFault(err)
	}
	return nil
}

// observe takes an affect into the device's own estimate, and queues it for the server.
func (s *senses) observe(a mood.Affect, source string, now time.Time) error {
	s.now.Observe(a)
	m := api.Mood{
		Valence: a.Valence, Arousal: a.Arousal, Confidence: a.Confidence, Source: source, Stress: a.Stress, At: a.At.UnixMilli(),
	}
	for i := range s.queue {
		if s.queue[i].Source == source && a.Source != mood.SelfReport {
			s.queue[i] = m
			return s.save(now)
		}
	}
	if s.queue = append(s.queue, m); len(s.queue) > 16 {
		s.queue = s.queue[1:]
	}
	return s.save(now)
}

// windows reads what the wrist has seen.
func (s *senses) windows(now time.Time) error {
	for {
		w, ok := s.wrist.Next()
		if !ok {
			return nil
		}
		r, ok := s.wearer.Take(w, now)
		if !ok {
			continue
		}
		if now.Sub(s.told) < tellEvery && math.Abs(r.Filtered-s.stress) < tellJump {
			continue
		}
		a, ok := r.Affect()
		if !ok {
			continue
		}
		s.told, s.stress = now, r.Filtered
		if err := s.observe(a, "wearable", now); err != nil {
			return err
		}
	}
}

func (s *senses) waiting(now time.Time) bool {
	s.expire(now)
	return len(s.queue) > 0
}

func (s *senses) expire(now time.Time) {
	for len(s.queue) > 0 && now.Sub(time.UnixMilli(s.queue[0].At)) > moodFresh {
		s.queue = s.queue[1:]
	}
}

func (s *senses) next(now time.Time) (api.Mood, bool) {
	s.expire(now)
	if len(s.queue) == 0 {
		return api.Mood{}, false
	}
	return s.queue[0], true
}

func (s *senses) sent(m api.Mood) {
	if len(s.queue) > 0 && s.queue[0] == m {
		s.queue = s.queue[1:]
	}
}

// ReportMood takes how the person says they feel: valence (unpleasant to pleasant) and arousal (drained to activated),
// each -1 to 1. It needs the consent to mood.
func (k *Kit) ReportMood(valence float64, arousal float64) (err error) {
	defer guard(&err)
	a := mood.Affect{Valence: valence, Arousal: arousal, Confidence: 1, Source: mood.SelfReport, At: k.now()}
	if err := a.Check(""); err != nil {
		return err
	}
	return k.sense("self", func() error {
		k.senses.wearer.Learn(a)
		return k.senses.observe(a, "self", k.now())
	})
}

// ReportMoodLabel takes a word or an emoji of Moods, such as "happy".
func (k *Kit) ReportMoodLabel(label string) (err error) {
	defer guard(&err)
	l, err := mood.ParseLabel(label)
	if err != nil {
		return fault.Field("label", "must be an id or an emoji of Moods")
	}
	return k.ReportMood(l.Valence, l.Arousal)
}

// HeartRate takes a notification of a Bluetooth heart-rate strap (GATT characteristic 0x2A37) as it came. It needs the
// consent to mood from a wearable.
func (k *Kit) HeartRate(payload []byte, unixMillis int64) (err error) {
	defer guard(&err)
	h, err := physio.ParseHeartRate(payload)
	if err != nil {
		return err
	}
	return k.sense("wearable", func() error {
		if err := k.wears(func(s *physio.Signals) *float64 { s.Beats = true; return nil }, 0); err != nil {
			return err
		}
		k.senses.wrist.Beats(time.UnixMilli(unixMillis), h.Intervals())
		return k.senses.windows(k.now())
	})
}

// Samples takes raw samples of a wrist device: kind bvp (optical pulse), eda (skin conductance, µS), temperature (of the
// skin, °C) or acceleration (g; x, y, z in turn), at hz samples a second, as little-endian 32-bit floats; unixMillis is
// the time of the first. They are gone when the method returns. It needs the consent to mood from a wearable.
func (k *Kit) Samples(kind string, hz float64, values []byte, unixMillis int64) (err error) {
	defer guard(&err)
	x, err := floats(values, "values")
	if err != nil {
		return err
	}
	field, ok := map[string]func(*physio.Signals) *float64{
		"bvp":          func(s *physio.Signals) *float64 { return &s.Pulse },
		"eda":          func(s *physio.Signals) *float64 { return &s.Skin },
		"temperature":  func(s *physio.Signals) *float64 { return &s.Temperature },
		"acceleration": func(s *physio.Signals) *float64 { return &s.Motion },
	}[kind]
	switch {
	case !ok:
		return fault.Field("kind", "must be bvp, eda, temperature or acceleration")
	case kind == "acceleration" && len(x)%3 != 0:
		return fault.Field("values", "must be x, y and z in turn")
	}
	at := time.UnixMilli(unixMillis)
	return k.sense("wearable", func() error {
		if err := k.wears(field, hz); err != nil {
			return err
		}
		switch kind {
		case "bvp":
			k.senses.wrist.Pulse(at, x)
		case "eda":
			k.senses.wrist.Skin(at, x)
		case "temperature":
			k.senses.wrist.Temperature(at, x)
		case "acceleration":
			triples := make([][3]float64, len(x)/3)
			for i := range triples {
				triples[i] = [3]float64(x[3*i : 3*i+3])
			}
			k.senses.wrist.Motion(at, triples)
		}
		return k.senses.windows(k.now())
	})
}

// wears makes sure that a signal is among those that the device measures; a new one starts the wrist anew.
func (k *Kit) wears(field func(*physio.Signals) *float64, hz float64) error {
	s := k.senses
	wanted := s.signals
	if rate := field(&wanted); rate != nil {
		*rate = hz
	}
	if s.wrist != nil && wanted == s.signals {
		return nil
	}
	wrist, err := physio.New(wanted)
	if err != nil {
		return err
	}
	s.wrist, s.signals = wrist, wanted
	return nil
}

// Mood is how the person seems to feel, as this device reckons it; unknown without consent and when nothing told it of late.
func (k *Kit) Mood() *Affect {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.mem.granted(PurposeMood) {
		return &Affect{}
	}
	e := k.senses.now.At(k.now())
	return &Affect{Known: e.Known(), Valence: e.Valence, Arousal: e.Arousal, Confidence: e.Confidence}
}

// sense runs f if mood may come from this source.
func (k *Kit) sense(source string, f func() error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.ctx.Err() != nil:
		return fault.New(fault.Unavailable, fault.CodeShuttingDown, "The kit was shut down.")
	case k.mem.Token == "":
		return errNotIn
	case !k.mem.granted(PurposeMood):
		return needs(PurposeMood)
	case !slices.Contains(k.mem.sources(), source):
		return needs(PurposeMood + "." + source)
	}
	err := f()
	if len(k.senses.queue) > 0 {
		k.wake()
	}
	return err
}

// floats reads little-endian 32-bit floats.
func floats(b []byte, field string) ([]float64, error) {
	if len(b)%4 != 0 || len(b) > 1<<20 {
		return nil, fault.Field(field, "must be 32-bit floats, little-endian, at most 1 MB")
	}
	out := make([]float64, len(b)/4)
	for i := range out {
		out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return out, nil
}
