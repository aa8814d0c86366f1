package mood_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

func snapshot(reports ...mood.Affect) []byte {
	var e mood.Estimator
	for _, a := range reports {
		e.Observe(a)
	}
	return e.AppendState(nil)
}

func TestSnapshotRefusesDamage(t *testing.T) {
	good := snapshot(report(0.2, 0.1, noon), report(-0.3, 0.5, noon.Add(time.Hour)))
	set := func(i int, v float64) []byte { // the i-th number: seven means, then the covariances by rows of the lower triangle
		b := append([]byte(nil), good...)
		binary.BigEndian.PutUint64(b[41+8*i:], math.Float64bits(v))
		return b
	}
	age := func(i int, ms uint32) []byte {
		b := append([]byte(nil), good...)
		binary.BigEndian.PutUint32(b[9+4*i:], ms)
		return b
	}
	negative := set(7, -1) // all three of the person's, so that their products look right
	for _, i := range []int{9, 12} {
		copy(negative[41+8*i:], negative[41+8*7:41+8*8])
	}
	for name, b := range map[string][]byte{
		"another version": append([]byte{2}, good[1:]...),
		"cut":             good[:len(good)-1],
		"longer":          append(append([]byte(nil), good...), 0),
		"never observed":  append(append(append([]byte(nil), good[:9]...), make([]byte, 32)...), good[41:]...),
		"no newest":       age(0, 1),
		"out of order":    age(2, 1),
		"twice":           age(1, 0),
		"a gap":           age(3, 7_200_000),
		"mean NaN":        set(0, math.NaN()),
		"mean far off":    set(2, 17),
		"variance NaN":    set(7, math.NaN()),
		"variance < 0":    negative,
		"variance > 1":    set(9, 1),
		"covariance":      set(8, 0.5),
		"covariance NaN":  set(8, math.NaN()),
		"calmer than any": set(35, 0.1),
		"scale NaN":       set(35, math.NaN()),
		"reports < 0":     set(36, -1),
		"told":            set(2*37, math.NaN()),
		"claim NaN":       set(2*37+11, math.NaN()),
		"claim < 0":       set(2*37+11, -0.1),
		"waived too much": set(2*37+12, 11),
	} {
		var e mood.Estimator
		e.Observe(report(0.9, 0.1, noon))
		before := e
		err := e.UnmarshalState(b)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.CodeMalformed {
			t.Errorf("%s: %v, want a malformed fault", name, err)
		}
		if e != before {
			t.Errorf("%s: the estimator changed", name)
		}
	}
}

// FuzzUnmarshalState: what is taken is what AppendState writes, and behaves.
func FuzzUnmarshalState(f *testing.F) {
	f.Add(snapshot())
	f.Add(snapshot(report(0.2, 0.1, noon)))
	f.Add(snapshot(report(0.2, 0.1, noon), report(-0.9, 0.9, noon.Add(time.Minute)), report(1, -1, noon.AddDate(9, 0, 0))))
	f.Add(snapshot(mood.Affect{Valence: -0.3, Confidence: 0.5, Stress: 0.9, Source: mood.Wearable, At: noon}, report(0.5, 0, noon)))
	f.Add([]byte{3})
	f.Fuzz(func(t *testing.T, b []byte) {
		var e mood.Estimator
		if e.UnmarshalState(b) != nil {
			return
		}
		if !bytes.Equal(e.AppendState(nil), b) {
			t.Fatal("the same state has two snapshots")
		}
		for i, at := range []time.Time{noon, noon.Add(-time.Hour), time.UnixMilli(math.MaxInt64), noon} {
			checkSane(t, e.At(at))
			e.Observe(report(float64(i%3-1), float64((i+1)%3-1), at))
			checkSane(t, e.At(at))
		}
	})
}

// FuzzObserve: two observations of any kind never make an estimate that is not in range.
func FuzzObserve(f *testing.F) {
	f.Add(0.1, 0.2, 1.0, uint8(1), int64(0), 0.3, 0.4, 0.5, 0.9, uint8(2), int64(60_000))
	f.Add(math.NaN(), 0.2, 1.0, uint8(1), int64(0), -1.0, 1.0, 1e-300, 1e-300, uint8(5), int64(math.MinInt64))
	f.Fuzz(func(t *testing.T, v1, a1, c1 float64, s1 uint8, t1 int64, v2, a2, c2, stress float64, s2 uint8, t2 int64) {
		var e mood.Estimator
		e.Observe(mood.Affect{Valence: v1, Arousal: a1, Confidence: c1, Source: mood.Source(s1), At: time.UnixMilli(t1)})
		e.Observe(mood.Affect{Valence: v2, Arousal: a2, Confidence: c2, Stress: stress, Source: mood.Source(s2), At: time.UnixMilli(t2)})
		for _, at := range []int64{t1, t2, 0, math.MaxInt64} {
			checkSane(t, e.At(time.UnixMilli(at)))
		}
		var back mood.Estimator
		if err := back.UnmarshalState(e.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
	})
}
