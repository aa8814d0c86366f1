package typing_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/goccy/go-yaml"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/typing"
)

var (
	noon   = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	update = flag.Bool("update", false, "write what the code says into testdata/vectors.json")
)

// message is the i-th message of somebody who types that many keys a second.
func message(i int, speed float64) typing.Burst {
	wave := math.Sin(float64(i) * 1.7)
	return typing.Burst{
		At: noon.Add(time.Duration(i) * 10 * time.Minute), Keys: 150, Corrections: 9 + i%3,
		Typing: time.Duration(150 / speed * (1 + 0.1*wave) * float64(time.Second)),
		Paused: time.Duration((4 + wave) * float64(time.Second)),
		Held:   time.Duration(150 * (0.09 + 0.005*wave) * float64(time.Second)),
	}
}

// after lets a reader know somebody's typing, and returns what it makes of another burst.
func after(t *testing.T, speed float64, change func(*typing.Burst)) mood.Affect {
	t.Helper()
	var r typing.Reader
	for i := range 60 {
		r.Take(message(i, speed))
	}
	b := message(74, speed) // wave near 0
	b.At = noon.AddDate(0, 0, 2)
	change(&b)
	a, ok := r.Take(b)
	if !ok {
		t.Fatal("not read")
	}
	if err := a.Check(""); err != nil || a.Source != mood.Typing {
		t.Fatal(err, a.Source)
	}
	return a
}

func TestDirections(t *testing.T) {
	same := after(t, 4, func(*typing.Burst) {})
	if math.Abs(same.Arousal) > 0.1 || math.Abs(same.Valence-0.3) > 0.05 || math.Abs(same.Confidence-0.3) > 1e-9 {
		t.Errorf("typing as usual is read as %+.3f, %+.3f with %.3f", same.Valence, same.Arousal, same.Confidence)
	}
	fast := after(t, 4, func(b *typing.Burst) { b.Typing = b.Typing * 7 / 10 })
	slow := after(t, 4, func(b *typing.Burst) { b.Typing *= 2 })
	if fast.Arousal < same.Arousal+0.15 || slow.Arousal > same.Arousal-0.15 || fast.Valence != same.Valence {
		t.Errorf("fast %+.3f, slow %+.3f", fast.Arousal, slow.Arousal)
	}
	if a := after(t, 4, func(b *typing.Burst) { b.Paused *= 10 }); a.Arousal >= same.Arousal {
		t.Errorf("many pauses: arousal %+.3f", a.Arousal)
	}
	if a := after(t, 4, func(b *typing.Burst) { b.Corrections = 60 }); a.Valence >= same.Valence || a.Valence < 0.1 || a.Arousal != same.Arousal {
		t.Errorf("many corrections: %+.3f, %+.3f", a.Valence, a.Arousal)
	}
	if a := after(t, 4, func(b *typing.Burst) { b.Held *= 2 }); a.Valence >= same.Valence || a.Valence < 0.1 {
		t.Errorf("long holds: %+.3f", a.Valence)
	}
	if a := after(t, 4, func(b *typing.Burst) { b.Held = 0 }); math.Abs(a.Valence-same.Valence) > 0.05 {
		t.Errorf("unknown holds: %+.3f", a.Valence)
	}
}

// TestAnyTypist: twice as fast in all is the same person.
func TestAnyTypist(t *testing.T) {
	hasty := func(b *typing.Burst) { b.Typing = b.Typing * 8 / 10 }
	a, b := after(t, 2, hasty), after(t, 6, hasty)
	if math.Abs(a.Arousal-b.Arousal) > 0.05 || a.Confidence != b.Confidence {
		t.Errorf("slow typist %+.4f, fast typist %+.4f", a.Arousal, b.Arousal)
	}
}

func TestPace(t *testing.T) {
	var r typing.Reader
	first, told := 0, 0
	for i := range 60 {
		b := message(i, 4)
		b.At = noon.Add(time.Duration(i) * time.Minute)
		if a, ok := r.Take(b); ok {
			if told++; told == 1 {
				first = i + 1
				if a.Confidence > 0.1 {
					t.Errorf("somebody hardly known has %.3f", a.Confidence)
				}
			}
		}
	}
	if first != 9 || told != 11 {
		t.Errorf("%d affects in an hour, the first of burst %d", told, first)
	}
	before := r
	for _, back := range []time.Duration{0, time.Minute, 23 * time.Hour} {
		b := message(0, 4)
		b.At = noon.Add(59*time.Minute - back)
		if _, ok := r.Take(b); ok || r != before {
			t.Errorf("a burst from %v ago was used", back)
		}
	}
	b := message(0, 4)
	b.Keys, b.Corrections, b.Typing, b.Held, b.At = 29, 0, 8*time.Second, 0, noon.Add(2*time.Hour)
	if _, ok := r.Take(b); ok || r != before {
		t.Error("a word was read")
	}
	b = message(0, 4)
	b.At = noon.AddDate(-1, 0, 0)
	if _, ok := r.Take(b); !ok {
		t.Error("a clock that was set back is not followed")
	}
}

// TestNoRoomForContent: nothing in a burst could hold a key, a word or the name of a field.
func TestNoRoomForContent(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[typing.Burst]()) {
		switch f.Type {
		case reflect.TypeFor[int](), reflect.TypeFor[time.Duration](), reflect.TypeFor[time.Time]():
		default:
			t.Errorf("%s is neither a count nor a time: %v", f.Name, f.Type)
		}
	}
}

func TestCheckNamesTheField(t *testing.T) {
	for _, c := range []struct {
		spoil func(*typing.Burst)
		field string
	}{
		{func(*typing.Burst) {}, ""},
		{func(b *typing.Burst) { b.Paused, b.Held, b.Corrections = 0, 0, 0 }, ""},
		{func(b *typing.Burst) { b.At = time.Time{} }, "b.at"},
		{func(b *typing.Burst) { b.Keys = 0 }, "b.keys"},
		{func(b *typing.Burst) { b.Keys = 1 << 40 }, "b.keys"},
		{func(b *typing.Burst) { b.Corrections = -1 }, "b.corrections"},
		{func(b *typing.Burst) { b.Corrections = b.Keys + 1 }, "b.corrections"},
		{func(b *typing.Burst) { b.Typing = 0 }, "b.typing"},
		{func(b *typing.Burst) { b.Typing = time.Second }, "b.typing"}, // a paste
		{func(b *typing.Burst) { b.Typing = math.MaxInt64 }, "b.typing"},
		{func(b *typing.Burst) { b.Paused = -1 }, "b.paused"},
		{func(b *typing.Burst) { b.Held = 90 }, "b.held"}, // the mean, in milliseconds
		{func(b *typing.Burst) { b.Held = -time.Second }, "b.held"},
	} {
		b := message(1, 4)
		c.spoil(&b)
		err := b.Check("b")
		var e *fault.Error
		switch {
		case c.field == "" && err != nil:
			t.Error(err)
		case c.field != "" && (!errors.As(err, &e) || e.Kind != fault.Invalid || e.Field != c.field || e.Detail == ""):
			t.Errorf("%v, want an invalid %s", err, c.field)
		}
		if err != nil {
			if bare := fault.From(b.Check("")); "b."+bare.Field != c.field {
				t.Errorf("without a path the field is %q", bare.Field)
			}
			var r typing.Reader
			if r.Take(b); r != (typing.Reader{}) {
				t.Errorf("%s was taken", c.field)
			}
		}
	}
}

func TestState(t *testing.T) {
	var r, back typing.Reader
	if len(r.AppendState(nil)) != 0 {
		t.Error("a stranger has a state")
	}
	for i := range 30 {
		r.Take(message(i, 4))
	}
	state := r.AppendState(nil)
	if err := back.UnmarshalState(state); err != nil || len(state) != 105 || !bytes.Equal(back.AppendState(nil), state) {
		t.Fatal(err, len(state))
	}
	a, _ := r.Take(message(100, 6))
	if b, ok := back.Take(message(100, 6)); !ok || a != b {
		t.Errorf("%+.4f, restored %+.4f", a.Arousal, b.Arousal)
	}
	before := back
	for name, b := range map[string][]byte{
		"cut": state[:100], "longer": append(bytes.Clone(state), 0), "another version": append([]byte{9}, state[1:]...),
		"typed NaN": append(append([]byte{1}, bytes.Repeat([]byte{0xff}, 8)...), state[9:]...),
		"mean NaN":  append(append(bytes.Clone(state[:9]), bytes.Repeat([]byte{0xff}, 8)...), state[17:]...),
	} {
		if err := back.UnmarshalState(b); err == nil || fault.From(err).Code != fault.CodeMalformed || back != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := back.UnmarshalState(nil); err != nil || back != (typing.Reader{}) {
		t.Error("no state is not a stranger")
	}
}

// TestNothingLeaks plants a value that no encoder, log line or message may show.
func TestNothingLeaks(t *testing.T) {
	b := message(1, 4)
	b.Keys = 7654
	b.Typing, b.Held = 30*time.Minute, 0
	var r typing.Reader
	r.Take(b)
	for _, v := range []any{b, &b, r, &r, struct{ Typing any }{&b}, []any{b, &r}} {
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
		slog.New(slog.NewJSONHandler(&log, timeless)).Info("now", "typing", v)
		slog.New(slog.NewTextHandler(&log, timeless)).Info("now", "typing", v)
		fmt.Fprintf(&log, "%v %+v %s", v, v, v)
		if strings.Contains(log.String(), "7654") {
			t.Errorf("%T shows: %s", v, &log)
		}
	}
}

// vectors is the conformance file for implementations in other languages: one invented typist after the other.
type vectors struct {
	About   string `json:"about"`
	Vectors []struct {
		Name   string  `json:"name"`
		Bursts []burst `json:"bursts"`
	} `json:"vectors"`
}

type burst struct {
	AtMS        int64 `json:"at_ms"` // since any moment
	Keys        int   `json:"keys"`
	Corrections int   `json:"corrections"`
	TypingMS    int64 `json:"typing_ms"`
	PausedMS    int64 `json:"paused_ms"`
	HeldMS      int64 `json:"held_ms"`
	Want        *want `json:"want,omitempty"` // what is read of it, if anything
}

type want struct {
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
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
		var r typing.Reader
		for i := range v.Bursts {
			s, ms := &v.Bursts[i], time.Millisecond
			a, ok := r.Take(typing.Burst{
				At: noon.Add(time.Duration(s.AtMS) * ms), Keys: s.Keys, Corrections: s.Corrections,
				Typing: time.Duration(s.TypingMS) * ms, Paused: time.Duration(s.PausedMS) * ms, Held: time.Duration(s.HeldMS) * ms,
			})
			got := want{round(a.Valence), round(a.Arousal), round(a.Confidence)}
			switch {
			case *update && ok:
				s.Want = &got
			case *update:
				s.Want = nil
			case ok != (s.Want != nil):
				t.Errorf("%s: burst %d is read: %v", v.Name, i, ok)
			case ok && max(math.Abs(got.Valence-s.Want.Valence), math.Abs(got.Arousal-s.Want.Arousal), math.Abs(got.Confidence-s.Want.Confidence)) > 2e-6:
				t.Errorf("%s: burst %d is %+v, want %+v", v.Name, i, got, *s.Want)
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

// FuzzTake: whatever an app sends, what is returned is an affect, and the state can be read back.
func FuzzTake(f *testing.F) {
	f.Add(int64(600_000), 100, 5, int64(25_000), int64(0), int64(0))
	f.Add(int64(math.MaxInt64), math.MaxInt, math.MinInt, int64(math.MaxInt64), int64(-1), int64(math.MinInt64))
	f.Add(int64(-90_000_000), 10_000, 10_000, int64(3_600_000), int64(3_600_000), int64(3_600_000))
	f.Fuzz(func(t *testing.T, step int64, keys, corrections int, span, paused, held int64) {
		var r typing.Reader
		at := noon.UnixMilli()
		for i := range 80 {
			b := typing.Burst{
				Keys: keys, Corrections: corrections, Typing: time.Duration(span) * time.Millisecond,
				Paused: time.Duration(paused) * time.Millisecond, Held: time.Duration(held) * time.Millisecond,
			}
			if i%3 == 0 {
				b = message(i, 4)
			}
			b.At = time.UnixMilli(at)
			if a, ok := r.Take(b); ok {
				if err := a.Check(""); err != nil {
					t.Fatal(err)
				}
			}
			at += step
		}
		var back typing.Reader
		if err := back.UnmarshalState(r.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzUnmarshalState: what is taken is what AppendState writes.
func FuzzUnmarshalState(f *testing.F) {
	var r typing.Reader
	for i := range 20 {
		r.Take(message(i, 4))
	}
	f.Add(r.AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r typing.Reader
		if r.UnmarshalState(b) == nil && !bytes.Equal(r.AppendState(nil), b) {
			t.Fatal("the same state has two snapshots")
		}
	})
}

func TestTakeAllocatesNothing(t *testing.T) {
	var r typing.Reader
	b := message(0, 4)
	if n := testing.AllocsPerRun(500, func() {
		b.At = b.At.Add(time.Minute)
		r.Take(b)
	}); n != 0 {
		t.Errorf("%v allocations for a burst", n)
	}
}

func BenchmarkTake(b *testing.B) {
	var r typing.Reader
	burst := message(0, 4)
	b.ReportAllocs()
	for b.Loop() {
		burst.At = burst.At.Add(time.Minute)
		r.Take(burst)
	}
}

// timeless handlers leave out the time: its digits could be taken for what must not show.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}
