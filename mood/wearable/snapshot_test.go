package wearable_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// taught has an hour of a day and eight reports behind it.
func taught(t testing.TB) *wearable.Wearer {
	w, rng, at := wearer(t), rand.New(rand.NewPCG(3, 4)), morning
	for i := range 360 {
		at = at.Add(physio.WindowStep)
		w.Take(minute(at, float64(i/30%2), rng), at)
		if i%40 == 39 {
			w.Learn(mood.Affect{Valence: -0.5, Arousal: 0.3, Confidence: 1, Source: mood.SelfReport, At: at})
		}
	}
	return w
}

func TestSnapshot(t *testing.T) {
	w := taught(t)
	state := w.AppendState([]byte("before"))[6:]
	again := wearer(t)
	if err := again.UnmarshalState(state); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.AppendState(nil), state) {
		t.Error("a snapshot of a snapshot differs")
	}
	at, rng := morning.Add(24*time.Hour), rand.New(rand.NewPCG(5, 6))
	for range 40 {
		at = at.Add(physio.WindowStep)
		win := minute(at, 0.5, rng)
		a, okA := w.Take(win, at)
		b, okB := again.Take(win, at)
		if a != b || !okA || !okB {
			t.Fatal("the wearer and its copy read differently")
		}
	}
	other := wearable.Default()
	other.Name = "another"
	of, _ := wearable.New(other)
	if err := of.UnmarshalState(state); err != nil {
		t.Fatal(err)
	}
	if fresh := of.AppendState(nil); bytes.Equal(fresh[17:], state[17:]) || !bytes.Equal(fresh[18:2000], state[18:2000]) {
		t.Error("with other weights the baseline must stay and the offsets must go")
	}
}

func TestSnapshotRefusesDamage(t *testing.T) {
	w := taught(t)
	state := w.AppendState(nil)
	for _, n := range []int{0, 1, 17, len(state) - 1} {
		if w.UnmarshalState(state[:n]) == nil {
			t.Errorf("%d of %d bytes were taken", n, len(state))
		}
	}
	for name, i := range map[string]int{"version": 0, "reports": 17, "windows": 18, "mean": 19, "offset": len(state) - 4} {
		damaged := bytes.Clone(state)
		damaged[i], damaged[min(i+1, len(state)-1)] = 0x7f, 0xf8
		if w.UnmarshalState(damaged) == nil {
			t.Errorf("a damaged %s was taken", name)
		}
	}
	if !bytes.Equal(w.AppendState(nil), state) {
		t.Error("a refused snapshot changed the wearer")
	}
}

// FuzzState: whatever was restored and whatever is measured, readings are numbers in range.
func FuzzState(f *testing.F) {
	f.Add(taught(f).AppendState(nil), 60.0, 3.0)
	f.Add(wearer(f).AppendState(nil), math.Inf(1), math.NaN())
	f.Add([]byte{}, -1e300, 1e300)
	f.Fuzz(func(t *testing.T, state []byte, a, b float64) {
		w := wearer(t)
		if w.UnmarshalState(state) == nil && !bytes.Equal(w.AppendState(nil)[17:19], state[17:19]) && state[17] > 0 {
			return // of other weights
		}
		win := physio.Window{End: morning, Quality: 1}
		for i := range 50 {
			win.End = win.End.Add(physio.WindowStep)
			for f := range win.Values {
				win.Values[f] = []float64{a, b, a - b, float64(f)}[(i+f)%4]
			}
			r, ok := w.Take(win, win.End)
			if !ok {
				continue
			}
			if !(math.Abs(r.Valence) <= 1 && math.Abs(r.Arousal) <= 1 && r.Stress >= 0 && r.Stress <= 1 && r.Filtered >= 0 && r.Filtered <= 1) {
				t.Fatalf("%v %v %v %v", r.Valence, r.Arousal, r.Stress, r.Filtered)
			}
			if affect, ok := r.Affect(); ok && affect.Check("") != nil {
				t.Fatal(affect.Check(""))
			}
			w.Learn(mood.Affect{Valence: 1, Arousal: -1, Confidence: 1, Source: mood.SelfReport, At: win.End})
		}
		if wearer(t).UnmarshalState(w.AppendState(nil)) != nil {
			t.Fatal("a wearer's own snapshot is refused")
		}
	})
}
