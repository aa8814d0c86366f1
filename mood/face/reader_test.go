package face_test

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
	"github.com/flaneur-io/flaneur/mood/face"
)

func TestNames(t *testing.T) {
	for s := range face.NumShapes {
		if got, ok := face.ShapeByName(s.String()); !ok || got != s {
			t.Errorf("%v is found as %v, %v", s, got, ok)
		}
	}
	for name, want := range map[string]face.Shape{
		"browDown_L": face.BrowDownLeft, "mouthUpperUp_R": face.MouthUpperUpRight, "eyeLookIn_L": face.EyeLookInLeft,
		"mouthLeft": face.MouthLeft, "jawOpen": face.JawOpen, "_neutral": face.Neutral, "tongueOut": face.TongueOut,
	} {
		if got, ok := face.ShapeByName(name); !ok || got != want {
			t.Errorf("%s is found as %v, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "_L", "browDown", "browDownLeft_L", "jawOpen_L", "mouth", "BrowDownLeft"} {
		if got, ok := face.ShapeByName(name); ok {
			t.Errorf("%q is found as %v", name, got)
		}
	}
	for s := face.BrowDownLeft; s < face.NoseSneerRight; s++ { // MediaPipe's order is that of the alphabet, _neutral first
		if s.String() >= (s + 1).String() {
			t.Errorf("%v stands before %v", s, s+1)
		}
	}
	if face.Neutral != 0 || face.NoseSneerRight != 51 || face.NumShapes != 53 {
		t.Error("the order is not MediaPipe's")
	}
	if face.MouthSmileLeft.Unit() != 12 || face.BrowDownRight.Unit() != 4 || face.Neutral.Unit() != 0 || face.NumShapes.Unit() != 0 {
		t.Error("the action units are wrong")
	}
}

func TestCheckNamesTheField(t *testing.T) {
	for _, c := range []struct {
		spoil func(*face.Frame)
		field string
	}{
		{func(*face.Frame) {}, ""},
		{func(f *face.Frame) { f.Shapes[face.JawOpen] = 1.0000001 }, ""},
		{func(f *face.Frame) { f.At = time.Time{} }, "frame.at"},
		{func(f *face.Frame) { f.Presence = 0 }, "frame.presence"},
		{func(f *face.Frame) { f.Presence = math.NaN() }, "frame.presence"},
		{func(f *face.Frame) { f.Yaw = math.Inf(1) }, "frame.yaw"},
		{func(f *face.Frame) { f.Pitch = math.NaN() }, "frame.pitch"},
		{func(f *face.Frame) { f.Width = -1 }, "frame.width"},
		{func(f *face.Frame) { f.Shapes[face.MouthSmileLeft] = 80 }, "frame.shapes.mouthSmileLeft"}, // percent
		{func(f *face.Frame) { f.Shapes[face.TongueOut] = math.NaN() }, "frame.shapes.tongueOut"},
	} {
		f := face.Frame{At: noon, Presence: 0.9, Yaw: -10, Pitch: 5, Width: 200}
		c.spoil(&f)
		err := f.Check("frame")
		var e *fault.Error
		switch {
		case c.field == "" && err != nil:
			t.Error(err)
		case c.field != "" && (!errors.As(err, &e) || e.Kind != fault.Invalid || e.Field != c.field || e.Detail == ""):
			t.Errorf("%v, want an invalid %s", err, c.field)
		}
		if bare := fault.From(f.Check("")); err != nil && "frame."+bare.Field != c.field {
			t.Errorf("without a path the field is %q", bare.Field)
		}
	}
}

// TestPace: twenty seconds of a face give nothing, however much it shows; no more than one affect in ten seconds.
func TestPace(t *testing.T) {
	var c camera
	c.hold(29, anger)
	if len(c.got) > 0 {
		t.Errorf("%d affects of a stranger's first 29 seconds", len(c.got))
	}
	c.hold(120, atRest)
	if n := len(c.got); n < 11 || n > 12 {
		t.Errorf("%d affects in two minutes", n)
	}
	for i := 1; i < len(c.got); i++ {
		if gap := c.got[i].At.Sub(c.got[i-1].At); gap < 10*time.Second {
			t.Errorf("two affects within %v", gap)
		}
	}
}

// TestQuality: the worse the view, the less it counts; none is nothing.
func TestQuality(t *testing.T) {
	confidence := func(spoil func(*face.Frame)) float64 {
		var r face.Reader
		got := 0.0
		for i := range 300 {
			l := atRest
			if i > 200 {
				l = duchenne
			}
			c := camera{at: noon.Add(time.Duration(i) * 500 * time.Millisecond)}
			f := c.frame(l)
			spoil(&f)
			if a, ok := r.Take(f); ok {
				got = a.Confidence
			}
		}
		return got
	}
	best := confidence(func(*face.Frame) {})
	for name, spoil := range map[string]func(*face.Frame){
		"half a face": func(f *face.Frame) { f.Presence = 0.5 },
		"turned":      func(f *face.Frame) { f.Yaw = -30 },
		"looks down":  func(f *face.Frame) { f.Pitch = 25 },
		"small":       func(f *face.Frame) { f.Width = 80 },
	} {
		if got := confidence(spoil); got == 0 || got > 0.75*best {
			t.Errorf("%s: %.3f, in full view %.3f", name, got, best)
		}
	}
	for name, spoil := range map[string]func(*face.Frame){
		"in profile": func(f *face.Frame) { f.Yaw = 60 },
		"far away":   func(f *face.Frame) { f.Width = 30 },
		"not a face": func(f *face.Frame) { f.Presence = 0 },
		"garbage":    func(f *face.Frame) { f.Shapes[face.BrowInnerUp] = math.NaN() },
	} {
		if got := confidence(spoil); got != 0 {
			t.Errorf("%s: %.3f", name, got)
		}
	}
}

// TestClock: repetitions and frames out of order are not used, gaps are not filled, and a clock set back is followed.
func TestClock(t *testing.T) {
	var c camera
	c.hold(60, atRest)
	before := c.Reader
	for _, back := range []time.Duration{40 * time.Millisecond, time.Second, 9 * time.Second} {
		f := c.frame(anger)
		f.At = f.At.Add(-back)
		if _, ok := c.Take(f); ok || c.Reader != before {
			t.Errorf("a frame from %v ago was used", back)
		}
	}
	c.got = nil
	for range 20 { // a second of face in every twenty
		c.hold(1, anger)
		c.at = c.at.Add(19 * time.Second)
	}
	if len(c.got) > 1 {
		t.Errorf("%d affects of glimpses", len(c.got))
	}
	c.at, c.got = noon.AddDate(-1, 0, 0), nil
	c.hold(25, duchenne)
	if len(c.got) != 2 {
		t.Errorf("%d affects after the clock was set back", len(c.got))
	}
}

func TestState(t *testing.T) {
	stern := both(look{face.BrowDownLeft: 0.5})
	var c, back camera
	if len(c.AppendState(nil)) != 0 {
		t.Error("a stranger has a state")
	}
	c.hold(130, stern)
	state := c.AppendState(nil)
	if err := back.UnmarshalState(state); err != nil || len(state) != 297 {
		t.Fatal(err, len(state))
	}
	if !bytes.Equal(back.AppendState(nil), state) {
		t.Error("the state changed on its way")
	}
	c.at = c.at.Add(time.Hour)
	back.at = c.at
	if a, b := c.next(t, held(anger)), back.next(t, held(anger)); a != b {
		t.Errorf("%+.4f, restored %+.4f", a.Valence, b.Valence)
	}
	before := back.Reader
	for name, b := range map[string][]byte{
		"cut": state[:100], "longer": append(bytes.Clone(state), 0), "another version": append([]byte{9}, state[1:]...),
		"seen NaN":  append(append([]byte{1}, bytes.Repeat([]byte{0xff}, 8)...), state[9:]...),
		"mean NaN":  append(append(bytes.Clone(state[:9]), bytes.Repeat([]byte{0xff}, 8)...), state[17:]...),
		"no weight": append(bytes.Clone(state[:289]), make([]byte, 8)...),
	} {
		if err := back.UnmarshalState(b); fault.From(err) == nil || fault.From(err).Code != fault.CodeMalformed || back.Reader != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := back.UnmarshalState(nil); err != nil || back.Reader != (face.Reader{}) {
		t.Error("no state is not a stranger")
	}
}

// TestNothingLeaks plants a value that no encoder, log line or message may show.
func TestNothingLeaks(t *testing.T) {
	const canary = 0.7654321
	var c camera
	c.hold(30, look{face.BrowInnerUp: canary})
	frame := c.frame(look{face.BrowInnerUp: canary})
	for _, v := range []any{frame, &frame, c.Reader, &c.Reader, struct{ Face any }{&frame}, []any{frame, &c.Reader}} {
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
		slog.New(slog.NewJSONHandler(&log, timeless)).Info("now", "face", v)
		slog.New(slog.NewTextHandler(&log, timeless)).Info("now", "face", v)
		fmt.Fprintf(&log, "%v %+v %s", v, v, v)
		if strings.Contains(log.String(), "0.76") {
			t.Errorf("%T shows: %s", v, &log)
		}
	}
}

// FuzzTake: whatever a tracker sends, what is returned is an affect, ten seconds apart, and the state can be read back.
func FuzzTake(f *testing.F) {
	f.Add(int64(33), 0.5, 0.2, 1.0, 10.0, 0.0, 200.0, int64(0))
	f.Add(int64(1000), math.NaN(), -1.0, math.Inf(1), 1e300, math.NaN(), -5.0, int64(-3_600_000))
	f.Add(int64(math.MaxInt64), 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, int64(math.MinInt64))
	f.Add(int64(50), 1.01, -0.01, 0.1, 0.0, 0.0, 0.0, int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, step int64, x, y, presence, yaw, pitch, width float64, jump int64) {
		var r face.Reader
		at, last := noon.UnixMilli(), time.Time{}
		for i := range 1500 {
			frame := face.Frame{At: time.UnixMilli(at), Presence: presence, Yaw: yaw, Pitch: pitch, Width: width}
			for s := range frame.Shapes {
				frame.Shapes[s] = []float64{x, y, 0, 1}[(i+s)%4]
			}
			if i%7 == 0 {
				frame = face.Frame{At: frame.At, Presence: 1}
			}
			if a, ok := r.Take(frame); ok {
				if err := a.Check(""); err != nil || a.Source != mood.Face {
					t.Fatal(err, a.Source)
				}
				if !last.IsZero() && a.At.After(last) && a.At.Sub(last) < 10*time.Second {
					t.Fatal("too often")
				}
				last = a.At
			}
			at += step
			if i == 900 {
				at += jump
			}
		}
		var back face.Reader
		if err := back.UnmarshalState(r.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzUnmarshalState: what is taken is what AppendState writes.
func FuzzUnmarshalState(f *testing.F) {
	var c camera
	c.hold(30, anger)
	f.Add(c.AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r face.Reader
		if r.UnmarshalState(b) == nil && !bytes.Equal(r.AppendState(nil), b) {
			t.Fatal("the same state has two snapshots")
		}
	})
}

func TestTakeAllocatesNothing(t *testing.T) {
	var c camera
	c.hold(30, atRest)
	f := c.frame(anger)
	if n := testing.AllocsPerRun(2000, func() {
		f.At = f.At.Add(33 * time.Millisecond)
		c.Take(f)
	}); n != 0 {
		t.Errorf("%v allocations for a frame", n)
	}
}

func BenchmarkTake(b *testing.B) {
	var c camera
	c.hold(30, atRest)
	f := c.frame(anger)
	b.ReportAllocs()
	for b.Loop() {
		f.At = f.At.Add(33 * time.Millisecond)
		c.Take(f)
	}
}

// timeless handlers leave out the time: its digits could be taken for what must not show.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}
