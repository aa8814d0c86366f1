package mood_test

import (
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
)

// wear lets a wearable say the same every ten seconds, from one moment on for some time, and returns the end.
func wear(e *mood.Estimator, from time.Time, d time.Duration, a mood.Affect) time.Time {
	a.Source = mood.Wearable
	for a.At = from; a.At.Before(from.Add(d)); a.At = a.At.Add(10 * time.Second) {
		e.Observe(a)
	}
	return a.At
}

// TestHoursOfADeviceDoNotOutweighATap: thousands of windows of one wearable share its error.
func TestHoursOfADeviceDoNotOutweighATap(t *testing.T) {
	var e mood.Estimator
	claim := mood.Affect{Valence: 0.3, Arousal: -0.2, Confidence: 1}
	at := wear(&e, noon, 6*time.Hour, claim)
	e.Observe(report(-0.6, 0.5, at))
	const middle = (0.3 - 0.6) / 2
	if got := e.At(at).Valence; got >= middle {
		t.Errorf("after a tap at -0.6 valence is %.2f", got)
	}
	at = wear(&e, at.Add(time.Second), 30*time.Minute, claim)
	if got := e.At(at); got.Valence >= middle || got.State() != mood.Stressed {
		t.Errorf("the wearable that goes on talks the tap away within half an hour: %+v", got.Export())
	}
}

func TestConfidenceInADeviceSaturates(t *testing.T) {
	claim := mood.Affect{Valence: 0.3, Arousal: -0.2, Confidence: 1}
	after := func(d time.Duration) float64 {
		var e mood.Estimator
		return e.At(wear(&e, noon, d, claim)).Confidence
	}
	tap := func() float64 {
		var e mood.Estimator
		e.Observe(report(0.3, -0.2, noon))
		return e.At(noon).Confidence
	}()
	one, hour, day := after(time.Second), after(time.Hour), after(24*time.Hour)
	if one > hour || hour > day+0.02 || day > hour+0.05 || day >= tap {
		t.Errorf("confidence %.3f after a window, %.3f after an hour, %.3f after a day; %.3f after a tap", one, hour, day, tap)
	}
	var often, seldom mood.Estimator // a minute in sixty parts says what a minute says
	for i := range 61 {
		a := claim
		a.Source, a.At = mood.Wearable, noon.Add(time.Duration(i)*time.Second)
		often.Observe(a)
		if i%60 == 0 {
			seldom.Observe(a)
		}
	}
	if a, b := often.At(noon.Add(time.Minute)), seldom.At(noon.Add(time.Minute)); math.Abs(a.Confidence-b.Confidence) > 0.01 {
		t.Errorf("every second gives %.3f, every minute %.3f", a.Confidence, b.Confidence)
	}
}

// TestAChangeIsSeen: what a device says newly is seen within minutes, although what it always says is not believed.
func TestAChangeIsSeen(t *testing.T) {
	var e mood.Estimator
	at := wear(&e, noon, time.Hour, mood.Affect{Arousal: -0.3, Confidence: 1})
	before := e.At(at)
	at = wear(&e, at, 5*time.Minute, mood.Affect{Arousal: 0.5, Confidence: 1})
	if after := e.At(at); after.Arousal < before.Arousal+0.3 {
		t.Errorf("arousal went from %.2f to %.2f", before.Arousal, after.Arousal)
	}
}

func TestStressRaisesDistress(t *testing.T) {
	stressed := mood.Affect{Valence: 0.2, Confidence: 0.3, Stress: 0.95}
	t.Run("and fades", func(t *testing.T) {
		var e mood.Estimator
		at := wear(&e, noon, time.Minute, stressed).Add(-10 * time.Second)
		last := e.At(at).Distress
		if math.Abs(last-0.95) > 1e-9 {
			t.Errorf("a claim of 0.95 gives %.3f", last)
		}
		for m := range 240 {
			got := e.At(at.Add(time.Duration(m) * time.Minute)).Distress
			if got > last {
				t.Fatalf("it grows after %d minutes, from %.3f to %.3f", m, last, got)
			}
			if last = got; m == 15 && got < 0.3 || m == 45 && got > 0.1 {
				t.Errorf("after %d minutes it is %.3f", m, got)
			}
		}
	})
	t.Run("the newest counts", func(t *testing.T) {
		var e mood.Estimator
		at := wear(&e, noon, time.Minute, stressed)
		at = wear(&e, at, 10*time.Second, mood.Affect{Valence: 0.2, Confidence: 0.3, Stress: 0.02})
		if got := e.At(at).Distress; got > 0.05 {
			t.Errorf("the device takes back its claim and %.3f remains", got)
		}
	})
	t.Run("of the loudest device", func(t *testing.T) {
		var e mood.Estimator
		at := wear(&e, noon, time.Minute, stressed)
		e.Observe(mood.Affect{Valence: 0.2, Confidence: 0.3, Stress: 0.01, Source: mood.Face, At: at})
		if got := e.At(at).Distress; got < 0.9 {
			t.Errorf("another device talks it down to %.3f", got)
		}
	})
	t.Run("whatever device says what", func(t *testing.T) {
		for _, s := range []mood.Source{mood.Wearable, mood.Face, mood.Voice, mood.Typing} {
			var e mood.Estimator
			e.Observe(report(-0.9, 0, noon))
			e.Observe(mood.Affect{Valence: 0.4, Confidence: 1, Stress: 1e-9, Source: s, At: noon.Add(time.Second)})
			if got := e.At(noon.Add(time.Second)).Distress; got < 0.9 {
				t.Errorf("%v talked an own alarm down to %.3f", s, got)
			}
		}
	})
}

// TestThePersonOverrulesDevices: a tap answers what devices claim at that moment, not what they will claim.
func TestThePersonOverrulesDevices(t *testing.T) {
	stress := func(p float64) mood.Affect { return mood.Affect{Valence: 0.1, Confidence: 0.3, Stress: p} }
	calmed := func(claim, tap float64) (*mood.Estimator, time.Time) {
		e := new(mood.Estimator)
		at := wear(e, noon, 10*time.Minute, stress(claim))
		e.Observe(report(tap, 0, at))
		return e, at
	}
	t.Run("I feel fine", func(t *testing.T) {
		e, at := calmed(0.95, 0.4)
		at = wear(e, at.Add(time.Second), 10*time.Minute, stress(0.95))
		if got := e.At(at).Distress; got > 0.1 {
			t.Errorf("ten minutes after, the same claim gives %.3f", got)
		}
		at = wear(e, at, time.Hour, stress(0.95))
		if got := e.At(at).Distress; got < 0.2 {
			t.Errorf("an hour after, a claim that stays gives %.3f only", got)
		}
	})
	t.Run("not so fine", func(t *testing.T) {
		e, at := calmed(0.95, -0.35)
		if got := e.At(at).Distress; got < 0.1 {
			t.Errorf("a low tap calms the device down to %.3f", got)
		}
	})
	t.Run("a claim that grows is heard", func(t *testing.T) {
		e, at := calmed(0.3, 0.4)
		at = wear(e, at.Add(time.Second), time.Minute, stress(0.99))
		if got := e.At(at).Distress; got < 0.5 {
			t.Errorf("a new alarm gives %.3f", got)
		}
	})
	t.Run("another device is heard", func(t *testing.T) {
		e, at := calmed(0.95, 0.4)
		e.Observe(mood.Affect{Valence: 0.1, Confidence: 0.3, Stress: 0.9, Source: mood.Voice, At: at})
		if got := e.At(at).Distress; got < 0.8 {
			t.Errorf("it gives %.3f", got)
		}
	})
	t.Run("a tap that comes late answers nothing", func(t *testing.T) {
		var e mood.Estimator
		at := wear(&e, noon, 10*time.Minute, stress(0.95))
		e.Observe(report(0.4, 0, noon.Add(-time.Hour)))
		if got := e.At(at).Distress; got < 0.9 {
			t.Errorf("it leaves %.3f", got)
		}
	})
}
