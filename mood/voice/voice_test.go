package voice_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/voice"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// calm is a voice as it usually is, at the i-th stretch; hertz is its pitch.
func calm(i int, hertz float64) voice.Prosody {
	wave := math.Sin(float64(i) * 1.7)
	p := voice.New(noon.Add(time.Duration(i)*2*time.Minute), 20*time.Second)
	p.F0Mean, p.F0SD = voice.Hertz(voice.Semitones(hertz)+0.8*wave), 2.5+0.3*wave
	p.Level, p.LevelSD, p.Rate = -25+2*wave, 5+0.5*wave, 4.5+0.4*wave
	p.Jitter, p.Shimmer, p.HNR, p.Pauses = 1.2-0.1*wave, 0.4-0.03*wave, 15+wave, 0.25-0.03*wave
	return p
}

// hear lets a reader know a voice, and returns what it makes of another stretch.
func hear(t *testing.T, hertz float64, change func(*voice.Prosody)) mood.Affect {
	t.Helper()
	var r voice.Reader
	for i := range 60 {
		r.Take(calm(i, hertz))
	}
	p := calm(74, hertz) // wave near 0
	p.At = noon.AddDate(0, 0, 1)
	change(&p)
	a, ok := r.Take(p)
	if !ok {
		t.Fatal("not read")
	}
	if err := a.Check(""); err != nil || a.Source != mood.Voice {
		t.Fatal(err, a.Source)
	}
	return a
}

func excited(p *voice.Prosody) {
	p.F0Mean *= 1.25
	p.F0SD++
	p.Level += 5
	p.LevelSD++
	p.Rate++
	p.Pauses -= 0.08
}

func subdued(p *voice.Prosody) {
	p.F0Mean /= 1.15
	p.F0SD -= 0.8
	p.Level -= 5
	p.Rate--
	p.Pauses += 0.15
}

func TestDirections(t *testing.T) {
	usual := hear(t, 120, func(*voice.Prosody) {})
	if math.Abs(usual.Arousal) > 0.15 || math.Abs(usual.Valence-0.3) > 0.05 {
		t.Errorf("a voice as usual is read as %+.3f, %+.3f", usual.Valence, usual.Arousal)
	}
	up, down := hear(t, 120, excited), hear(t, 120, subdued)
	if up.Arousal < 0.4 || down.Arousal > -0.3 {
		t.Errorf("excited %+.3f, subdued %+.3f", up.Arousal, down.Arousal)
	}
	rough := hear(t, 120, func(p *voice.Prosody) { p.Jitter, p.Shimmer, p.HNR = 2, 0.7, 9 })
	if rough.Valence >= usual.Valence || math.Abs(rough.Arousal-usual.Arousal) > 0.01 || rough.Valence < 0 {
		t.Errorf("a rough voice is read as %+.3f, %+.3f", rough.Valence, rough.Arousal)
	}
	for name, more := range map[string]func(*voice.Prosody){
		"higher": func(p *voice.Prosody) { p.F0Mean *= 1.1 }, "livelier": func(p *voice.Prosody) { p.F0SD++ },
		"louder": func(p *voice.Prosody) { p.Level += 4 }, "faster": func(p *voice.Prosody) { p.Rate++ },
		"without pauses": func(p *voice.Prosody) { p.Pauses = 0.1 },
	} {
		if a := hear(t, 120, more); a.Arousal <= usual.Arousal || a.Arousal > usual.Arousal+0.4 {
			t.Errorf("%s: arousal %+.3f, as usual %+.3f", name, a.Arousal, usual.Arousal)
		}
	}
}

// TestAnyVoice: the same change in a deep and in a high voice is the same.
func TestAnyVoice(t *testing.T) {
	deep, high := hear(t, 95, excited), hear(t, 240, excited)
	if math.Abs(deep.Arousal-high.Arousal) > 1e-9 || math.Abs(deep.Valence-high.Valence) > 1e-9 || deep.Confidence != high.Confidence {
		t.Errorf("deep %+.4f, high %+.4f", deep.Arousal, high.Arousal)
	}
}

// TestScale: less of a change is read as less, never as the opposite.
func TestScale(t *testing.T) {
	last := hear(t, 120, func(*voice.Prosody) {}).Arousal
	for _, share := range []float64{0.25, 0.5, 0.75, 1} {
		a := hear(t, 120, func(p *voice.Prosody) {
			q := *p
			excited(&q)
			p.F0Mean += share * (q.F0Mean - p.F0Mean)
			p.F0SD += share * (q.F0SD - p.F0SD)
			p.Level += share * (q.Level - p.Level)
			p.LevelSD += share * (q.LevelSD - p.LevelSD)
			p.Rate += share * (q.Rate - p.Rate)
			p.Pauses += share * (q.Pauses - p.Pauses)
		}).Arousal
		if a <= last {
			t.Errorf("%.0f %% of the change: arousal %+.3f, before %+.3f", 100*share, a, last)
		}
		last = a
	}
}

// TestConfidence: little speech, few numbers or a voice that is hardly known count for less.
func TestConfidence(t *testing.T) {
	full := hear(t, 120, excited).Confidence
	if math.Abs(full-0.2) > 1e-9 {
		t.Errorf("a long stretch of a known voice has confidence %.3f", full)
	}
	if got := hear(t, 120, func(p *voice.Prosody) { p.Speech = 5 * time.Second }).Confidence; math.Abs(got-full/3) > 1e-9 {
		t.Errorf("five seconds have %.3f", got)
	}
	nan := math.NaN()
	pitch := hear(t, 120, func(p *voice.Prosody) { p.Level, p.LevelSD, p.Rate, p.Pauses, p.F0SD = nan, nan, nan, nan, nan })
	if pitch.Confidence > 0.4*full || pitch.Confidence == 0 {
		t.Errorf("pitch alone has %.3f", pitch.Confidence)
	}
	var r voice.Reader
	first := 0
	for i := range 60 {
		if a, ok := r.Take(calm(i, 120)); ok {
			if first == 0 {
				first = i + 1
				if a.Confidence > full/3 {
					t.Errorf("a voice that is hardly known has %.3f", a.Confidence)
				}
			}
		}
	}
	if first != 9 {
		t.Errorf("the first stretch that was read is number %d", first)
	}
	r = voice.Reader{}
	for i := range 60 {
		p := voice.New(noon.Add(time.Duration(i)*2*time.Minute), time.Minute)
		p.Jitter, p.HNR = 1, 15
		if _, ok := r.Take(p); ok {
			t.Fatal("jitter alone was read")
		}
	}
}

func TestClock(t *testing.T) {
	var r voice.Reader
	told := 0
	for i := range 400 { // every ten seconds
		p := calm(i, 120)
		p.At = noon.Add(time.Duration(i) * 10 * time.Second)
		if _, ok := r.Take(p); ok {
			told++
		}
	}
	if told < 60 || told > 67 {
		t.Errorf("%d affects in 66 minutes", told)
	}
	before := r
	for _, back := range []time.Duration{0, time.Minute, 23 * time.Hour} {
		p := calm(0, 120)
		p.At = noon.Add(3990*time.Second - back)
		if _, ok := r.Take(p); ok || r != before {
			t.Errorf("a stretch from %v ago was used", back)
		}
	}
	p := calm(0, 120)
	p.At = noon.AddDate(-1, 0, 0)
	if a, ok := r.Take(p); !ok || !a.At.Equal(p.At) {
		t.Error("a clock that was set back is not followed")
	}
}

func TestCheckNamesTheField(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		spoil func(*voice.Prosody)
		field string
	}{
		{func(*voice.Prosody) {}, ""},
		{func(p *voice.Prosody) { p.F0Mean, p.Level, p.HNR = nan, nan, nan }, ""},
		{func(p *voice.Prosody) { p.At = time.Time{} }, "p.at"},
		{func(p *voice.Prosody) { p.Speech = 0 }, "p.speech"},
		{func(p *voice.Prosody) { p.Speech = time.Hour }, "p.speech"},
		{func(p *voice.Prosody) { p.F0Mean = 31 }, "p.f0Mean"}, // semitones
		{func(p *voice.Prosody) { p.F0Mean = math.Inf(1) }, "p.f0Mean"},
		{func(p *voice.Prosody) { p.F0SD = 30 }, "p.f0SD"}, // Hz
		{func(p *voice.Prosody) { p.Level = -1e9 }, "p.level"},
		{func(p *voice.Prosody) { p.LevelSD = -1 }, "p.levelSD"},
		{func(p *voice.Prosody) { p.Rate = 150 }, "p.rate"}, // words per minute
		{func(p *voice.Prosody) { p.Jitter = -0.1 }, "p.jitter"},
		{func(p *voice.Prosody) { p.Shimmer = 12 }, "p.shimmer"},
		{func(p *voice.Prosody) { p.HNR = 99 }, "p.hnr"},
		{func(p *voice.Prosody) { p.Pauses = 25 }, "p.pauses"}, // percent
	} {
		p := calm(1, 120)
		c.spoil(&p)
		err := p.Check("p")
		var e *fault.Error
		switch {
		case c.field == "" && err != nil:
			t.Error(err)
		case c.field != "" && (!errors.As(err, &e) || e.Kind != fault.Invalid || e.Field != c.field || e.Detail == ""):
			t.Errorf("%v, want an invalid %s", err, c.field)
		}
		if err != nil {
			if bare := fault.From(p.Check("")); "p."+bare.Field != c.field {
				t.Errorf("without a path the field is %q", bare.Field)
			}
			var r voice.Reader
			if r.Take(p); r != (voice.Reader{}) {
				t.Errorf("%s was taken", c.field)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	if got := voice.Semitones(440); math.Abs(got-48) > 1e-12 {
		t.Errorf("440 Hz is semitone %v", got)
	}
	if got := voice.Hertz(voice.Semitones(123.4)); math.Abs(got-123.4) > 1e-9 {
		t.Errorf("there and back: %v", got)
	}
	if got := voice.Spread(200, 200*(math.Exp2(0.1/12)-1)); math.Abs(got-0.1) > 0.001 {
		t.Errorf("a tenth of a semitone is %v", got)
	}
}

func TestState(t *testing.T) {
	var r, back voice.Reader
	if len(r.AppendState(nil)) != 0 {
		t.Error("a stranger has a state")
	}
	for i := range 30 {
		r.Take(calm(i, 120))
	}
	state := r.AppendState(nil)
	if err := back.UnmarshalState(state); err != nil || len(state) != 225 || !bytes.Equal(back.AppendState(nil), state) {
		t.Fatal(err, len(state))
	}
	p := calm(100, 120)
	excited(&p)
	if a, _ := r.Take(p); true {
		if b, ok := back.Take(p); !ok || a != b {
			t.Errorf("%+.4f, restored %+.4f", a.Arousal, b.Arousal)
		}
	}
	before := back
	for name, b := range map[string][]byte{
		"cut": state[:100], "longer": append(bytes.Clone(state), 0), "another version": append([]byte{9}, state[1:]...),
		"heard NaN": append(append([]byte{1}, bytes.Repeat([]byte{0xff}, 8)...), state[9:]...),
		"mean NaN":  append(append(bytes.Clone(state[:9]), bytes.Repeat([]byte{0xff}, 8)...), state[17:]...),
	} {
		if err := back.UnmarshalState(b); err == nil || fault.From(err).Code != fault.CodeMalformed || back != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := back.UnmarshalState(nil); err != nil || back != (voice.Reader{}) {
		t.Error("no state is not a stranger")
	}
}

// TestNothingLeaks plants a value that no encoder, log line or message may show.
func TestNothingLeaks(t *testing.T) {
	p := calm(1, 120)
	p.F0Mean = 123.456789
	var r voice.Reader
	r.Take(p)
	for _, v := range []any{p, &p, r, &r, struct{ Voice any }{&p}, []any{p, &r}} {
		for name, encode := range map[string]func(any) ([]byte, error){"json": json.Marshal, "cbor": cbor.Marshal, "yaml": yaml.Marshal, "gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		}} {
			if b, err := encode(v); err == nil {
				t.Errorf("%s encoded %T as %q", name, v, b)
			}
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, timeless)).Info("now", "voice", v)
		slog.New(slog.NewTextHandler(&log, timeless)).Info("now", "voice", v)
		fmt.Fprintf(&log, "%v %+v %s", v, v, v)
		if strings.Contains(log.String(), "123.4") {
			t.Errorf("%T shows: %s", v, &log)
		}
	}
}

// FuzzTake: whatever an app sends, what is returned is an affect, and the state can be read back.
func FuzzTake(f *testing.F) {
	f.Add(int64(120_000), int64(20), 120.0, 2.5, -25.0, 4.5, 1.0, 0.3)
	f.Add(int64(math.MaxInt64), int64(math.MinInt64), math.NaN(), math.Inf(1), -1e308, math.NaN(), -1.0, 2.0)
	f.Add(int64(-90_000_000), int64(600), 1000.0, 24.0, 150.0, 15.0, 30.0, 1.0)
	f.Fuzz(func(t *testing.T, step, seconds int64, f0, sd, level, rate, jitter, pauses float64) {
		var r voice.Reader
		at := noon.UnixMilli()
		for i := range 80 {
			p := voice.New(time.UnixMilli(at), time.Duration(seconds)*time.Second)
			p.F0Mean, p.F0SD, p.Level, p.Rate, p.Jitter, p.Pauses = f0, sd, level, rate, jitter, pauses
			if i%3 == 0 {
				p = calm(i, 120)
				p.At = time.UnixMilli(at)
			}
			if a, ok := r.Take(p); ok {
				if err := a.Check(""); err != nil {
					t.Fatal(err)
				}
			}
			at += step
		}
		var back voice.Reader
		if err := back.UnmarshalState(r.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzUnmarshalState: what is taken is what AppendState writes.
func FuzzUnmarshalState(f *testing.F) {
	var r voice.Reader
	for i := range 20 {
		r.Take(calm(i, 120))
	}
	f.Add(r.AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r voice.Reader
		if r.UnmarshalState(b) == nil && !bytes.Equal(r.AppendState(nil), b) {
			t.Fatal("the same state has two snapshots")
		}
	})
}

func TestTakeAllocatesNothing(t *testing.T) {
	var r voice.Reader
	p := calm(0, 120)
	if n := testing.AllocsPerRun(500, func() {
		p.At = p.At.Add(time.Minute)
		r.Take(p)
	}); n != 0 {
		t.Errorf("%v allocations for a stretch", n)
	}
}

func BenchmarkTake(b *testing.B) {
	var r voice.Reader
	p := calm(0, 120)
	b.ReportAllocs()
	for b.Loop() {
		p.At = p.At.Add(time.Minute)
		r.Take(p)
	}
}

// timeless handlers leave out the time: its digits could be taken for what must not show.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}
