package face_test

import (
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/face"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

type look map[face.Shape]float64

// both sets the left shapes of a look on the right side too.
func both(l look) look {
	out := look{}
	for s, v := range l {
		out[s], out[mirror(s)] = v, v
	}
	return out
}

var (
	atRest   = look{}
	duchenne = both(look{face.MouthSmileLeft: 0.8, face.CheekSquintLeft: 0.6})
	polite   = both(look{face.MouthSmileLeft: 0.8})
	lowered  = both(look{face.BrowDownLeft: 0.8})
	anger    = both(look{face.BrowDownLeft: 0.8, face.EyeWideLeft: 0.4, face.EyeSquintLeft: 0.5, face.MouthPressLeft: 0.6})
	sadness  = both(look{face.BrowInnerUp: 0.7, face.BrowDownLeft: 0.4, face.MouthFrownLeft: 0.7})
	disgust  = both(look{face.NoseSneerLeft: 0.8, face.MouthFrownLeft: 0.4})
	surprise = both(look{face.BrowInnerUp: 0.8, face.BrowOuterUpLeft: 0.8, face.EyeWideLeft: 0.7, face.JawOpen: 0.5})
	asleep   = both(look{face.EyeBlinkLeft: 0.9})
)

// camera feeds a reader with one look after the other.
type camera struct {
	face.Reader
	at   time.Time
	rate int // frames per second; 0: 30
	got  []mood.Affect
}

func (c *camera) frame(l look) face.Frame {
	f := face.Frame{At: c.at, Presence: 1}
	for s, v := range l {
		f.Shapes[s] = v
	}
	return f
}

func (c *camera) show(seconds float64, l func(second float64) look) {
	if c.at.IsZero() {
		c.at = noon
	}
	if c.rate == 0 {
		c.rate = 30
	}
	for i := range int(seconds * float64(c.rate)) {
		if a, ok := c.Take(c.frame(l(float64(i) / float64(c.rate)))); ok {
			c.got = append(c.got, a)
		}
		c.at = c.at.Add(time.Second / time.Duration(c.rate))
	}
}

func (c *camera) hold(seconds float64, l look) { c.show(seconds, func(float64) look { return l }) }

// read lets somebody rest for two minutes, then shows what is given for 10 seconds.
func read(t *testing.T, rest look, shown func(second float64) look) mood.Affect {
	t.Helper()
	var c camera
	c.hold(120, rest)
	return c.next(t, shown)
}

// next shows what is given and returns what is read of it.
func (c *camera) next(t *testing.T, shown func(second float64) look) mood.Affect {
	t.Helper()
	c.at = c.at.Add(time.Minute) // so that nothing from before is in it
	start := c.at
	c.show(10.4, shown)
	if len(c.got) == 0 || c.got[len(c.got)-1].At.Before(start) {
		t.Fatal("nothing was read")
	}
	a := c.got[len(c.got)-1]
	if err := a.Check(""); err != nil {
		t.Fatal(err)
	}
	return a
}

func held(l look) func(float64) look { return func(float64) look { return l } }

func TestExpressions(t *testing.T) {
	v := func(l look) float64 { return read(t, atRest, held(l)).Valence }
	a := func(l look) float64 { return read(t, atRest, held(l)).Arousal }
	if rest := read(t, atRest, held(atRest)); rest.Valence != 0 || rest.Arousal != 0 || rest.Confidence > 0.01 {
		t.Errorf("a face at rest is read as %+v", rest.Confidence)
	}
	for _, c := range []struct {
		claim string
		holds bool
	}{
		{"a Duchenne smile is pleasant", v(duchenne) > 0.3},
		{"more so than a polite one", v(duchenne) > v(polite)+0.05 && v(polite) > 0.2},
		{"a lowered brow is unpleasant", v(lowered) < -0.2},
		{"anger is more unpleasant than a lowered brow, and more aroused", v(anger) < v(lowered) && a(anger) > a(lowered)+0.1},
		{"sadness is unpleasant", v(sadness) < -0.3},
		{"and not aroused", a(sadness) < 0.1},
		{"disgust is unpleasant", v(disgust) < -0.2},
		{"surprise is aroused", a(surprise) > 0.4},
		{"and neither pleasant nor unpleasant", math.Abs(v(surprise)) < 0.1},
		{"closed eyes are not aroused", a(asleep) < -0.2},
		{"nothing is more aroused than surprise", a(surprise) > max(a(anger), a(sadness), a(disgust), a(duchenne))},
	} {
		if !c.holds {
			t.Errorf("not so: %s", c.claim)
		}
	}
	if smile := read(t, atRest, held(duchenne)); smile.Source != mood.Face || smile.Confidence < 0.2 || smile.Confidence > 0.25 {
		t.Errorf("a smile in full view has confidence %v of source %v", smile.Confidence, smile.Source)
	}
}

// TestOwnFace: what somebody always looks like is nothing that they express.
func TestOwnFace(t *testing.T) {
	stern := both(look{face.BrowDownLeft: 0.5, face.MouthFrownLeft: 0.3})
	if a := read(t, stern, held(stern)); math.Abs(a.Valence) > 0.01 || math.Abs(a.Arousal) > 0.01 {
		t.Errorf("a resting face that looks stern is read as %+.3f, %+.3f", a.Valence, a.Arousal)
	}
	smiling := both(look{face.BrowDownLeft: 0.5, face.MouthFrownLeft: 0.3, face.MouthSmileLeft: 0.8})
	if a := read(t, stern, held(smiling)); a.Valence < 0.3 {
		t.Errorf("its smile is read as %+.3f", a.Valence)
	}
	if a := read(t, duchenne, held(atRest)); a.Valence < 0 {
		t.Errorf("who smiled at first and no longer does is read as %+.3f", a.Valence)
	}
	var c camera // twenty seconds of anger do not become the neutral face, nor does a rest after them look happy
	c.hold(120, atRest)
	c.hold(20, anger)
	if a := c.next(t, held(anger)); a.Valence > -0.25 {
		t.Errorf("anger that lasts is read as %+.3f", a.Valence)
	}
	if a := c.next(t, held(atRest)); math.Abs(a.Valence) > 0.02 {
		t.Errorf("the rest after it as %+.3f", a.Valence)
	}
}

// TestTap: what somebody says of themselves stands, whatever their face does: at rest it doesn't argue, and no smile
// lowers an alarm.
func TestTap(t *testing.T) {
	for name, l := range map[string]look{"rest": atRest, "smile": duchenne} {
		var c camera
		c.hold(120, atRest)
		tap := mood.Affect{Valence: -0.7, Arousal: -0.3, Confidence: 1, Source: mood.SelfReport, At: c.at}
		var with, without mood.Estimator
		with.Observe(tap)
		without.Observe(tap)
		c.got = nil
		c.hold(300, l)
		for _, a := range c.got {
			with.Observe(a)
		}
		seen, told := with.At(c.at), without.At(c.at)
		if seen.Distress < told.Distress-0.01 {
			t.Errorf("%s: distress is %.2f, without a face %.2f", name, seen.Distress, told.Distress)
		}
		if name == "rest" && math.Abs(seen.Valence-told.Valence) > 0.05 {
			t.Errorf("a face at rest made %+.2f of %+.2f", seen.Valence, told.Valence)
		}
	}
}

// TestSpeech: a talking mouth weighs less, eyes and brows as much as ever.
func TestSpeech(t *testing.T) {
	talk := func(l look) func(float64) look {
		return func(s float64) look {
			out := look{face.JawOpen: 0.2 + 0.2*math.Sin(2*math.Pi*4*s)} // four syllables a second
			for k, v := range l {
				out[k] = v
			}
			return out
		}
	}
	if said, shown := read(t, atRest, talk(polite)), read(t, atRest, held(polite)); said.Valence > 0.5*shown.Valence ||
		said.Valence <= 0 || said.Confidence > 0.7*shown.Confidence {
		t.Errorf("a smile while talking is read as %+.3f (%.3f), else %+.3f (%.3f)", said.Valence, said.Confidence, shown.Valence, shown.Confidence)
	}
	if said, shown := read(t, atRest, talk(lowered)), read(t, atRest, held(lowered)); math.Abs(said.Valence-shown.Valence) > 0.01 {
		t.Errorf("a lowered brow while talking is read as %+.3f, else %+.3f", said.Valence, shown.Valence)
	}
	tremble := func(s float64) look { // a tracker's noise is no talk
		out := both(look{face.MouthSmileLeft: 0.8, face.JawOpen: 0.1})
		out[face.JawOpen] += 0.02 * math.Sin(2*math.Pi*11*s)
		return out
	}
	if a, shown := read(t, atRest, tremble), read(t, atRest, held(polite)); math.Abs(a.Valence-shown.Valence) > 0.01 {
		t.Errorf("a smile of a trembling face is read as %+.3f, else %+.3f", a.Valence, shown.Valence)
	}
	if a := read(t, atRest, talk(atRest)); math.Abs(a.Valence) > 0.01 || math.Abs(a.Arousal) > 0.03 {
		t.Errorf("talk alone is read as %+.3f, %+.3f", a.Valence, a.Arousal)
	}
}

// TestBlinks: eyes that close for a moment, as they do all the time, are no closed eyes.
func TestBlinks(t *testing.T) {
	blinking := func(s float64) look {
		if math.Mod(s, 2) < 0.3 {
			return asleep
		}
		return atRest
	}
	if a := read(t, atRest, blinking); a.Arousal != 0 {
		t.Errorf("blinking is read as arousal %+.3f", a.Arousal)
	}
}

// TestGlitch: a tracker that loses its mind for half a second changes nothing.
func TestGlitch(t *testing.T) {
	glitch := func(s float64) look {
		if s > 4 && s < 4.5 {
			return anger
		}
		return atRest
	}
	if a := read(t, atRest, glitch); math.Abs(a.Valence) > 0.001 {
		t.Errorf("a glitch is read as %+.4f", a.Valence)
	}
}

func TestMirror(t *testing.T) {
	for name, l := range map[string]look{
		"smile": duchenne, "anger": anger, "surprise": surprise,
		"one side": {face.MouthSmileLeft: 0.7, face.BrowDownRight: 0.3, face.EyeWideLeft: 0.2, face.JawLeft: 0.5},
	} {
		other := look{}
		for s, v := range l {
			other[mirror(s)] = v
		}
		if a, b := read(t, atRest, held(l)), read(t, atRest, held(other)); a != b {
			t.Errorf("%s: %+.4f, %+.4f, mirrored %+.4f, %+.4f", name, a.Valence, a.Arousal, b.Valence, b.Arousal)
		}
	}
}

// mirror returns the shape of the other side.
func mirror(s face.Shape) face.Shape {
	name := s.String()
	for _, sides := range [][2]string{{"Left", "_R"}, {"Right", "_L"}} {
		if n := len(name) - len(sides[0]); n > 0 && name[n:] == sides[0] {
			if other, ok := face.ShapeByName(name[:n] + sides[1]); ok {
				return other
			}
		}
	}
	return s
}

// TestRates: the same smile is the same at any rate of frames.
func TestRates(t *testing.T) {
	want := read(t, atRest, held(duchenne))
	for _, rate := range []int{1, 2, 5, 15, 60, 120} {
		c := camera{rate: rate}
		c.hold(120, atRest)
		c.at, c.got = c.at.Add(time.Minute), nil
		c.hold(23, duchenne)
		if len(c.got) == 0 {
			t.Errorf("%d frames a second: nothing", rate)
			continue
		}
		if a := c.got[len(c.got)-1]; math.Abs(a.Valence-want.Valence) > 0.02 || math.Abs(a.Confidence-want.Confidence) > 0.13 {
			t.Errorf("%d frames a second: %+.3f (%.3f), want %+.3f (%.3f)", rate, a.Valence, a.Confidence, want.Valence, want.Confidence)
		}
	}
}

// FuzzScale: a weaker form of any held expression is read with the same signs, and never as more.
func FuzzScale(f *testing.F) {
	f.Add([]byte{1, 200, 45, 200, 46, 100}, 0.5)
	f.Fuzz(func(t *testing.T, b []byte, scale float64) {
		if !(scale > 0.05 && scale < 1) || len(b) > 40 {
			return
		}
		full, weak := look{}, look{}
		for i := 0; i+1 < len(b); i += 2 {
			s := face.Shape(b[i]) % face.NumShapes
			full[s] = float64(b[i+1]) / 255
			weak[s] = scale * full[s]
		}
		delete(full, face.EyeBlinkLeft) // closed or not is a threshold
		delete(full, face.EyeBlinkRight)
		delete(weak, face.EyeBlinkLeft)
		delete(weak, face.EyeBlinkRight)
		x, y := camera{rate: 5}, camera{rate: 5}
		x.hold(60, atRest)
		y.hold(60, atRest)
		a, b2 := x.next(t, held(full)), y.next(t, held(weak))
		for _, d := range [][2]float64{{a.Valence, b2.Valence}, {a.Arousal, b2.Arousal}} {
			if math.Abs(d[0]) > 0.02 && d[0]*d[1] < 0 || math.Abs(d[1]) > math.Abs(d[0])+0.02 {
				t.Fatalf("%.3f, at %.2f of the intensity %.3f: %v", d[0], scale, d[1], full)
			}
		}
	})
}
