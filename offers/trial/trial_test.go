package trial

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"
)

const actions = 5

// logOf draws a log in which a policy decided among five actions, each with its own chance of reward in each of two contexts; the policy in
// question prefers the last. truth is what that one brings.
func logOf(rng *rand.Rand, n int) (log []Decision, truth float64) {
	logging := [actions]float64{0.4, 0.25, 0.15, 0.1, 0.1}
	target := [actions]float64{0.05, 0.1, 0.15, 0.3, 0.4}
	chance := func(context, a int) float64 { return 0.1 + 0.12*float64(a) + 0.1*float64(context) }
	model := func(context, a int) float64 { return chance(context, a)*0.8 + 0.05 } // not quite right
	for a, p := range target {
		truth += p * (chance(0, a) + chance(1, a)) / 2
	}
	for range n {
		context, u, a := rng.IntN(2), rng.Float64(), 0
		for a < actions-1 && u >= logging[a] {
			u -= logging[a]
			a++
		}
		d := Decision{Propensity: logging[a], Target: target[a], Expected: model(context, a)}
		for b, p := range target {
			d.ExpectedTarget += p * model(context, b)
		}
		if rng.Float64() < chance(context, a) {
			d.Reward = 1
		}
		log = append(log, d)
	}
	return log, truth
}

// Intervals hold the truth as often as they say, or nearly; doubly robust is surer than inverse propensity.
func TestIntervalsHoldTheTruth(t *testing.T) {
	const seeds = 400
	var held [3]int
	var ips, dr float64
	for seed := range uint64(seeds) {
		log, truth := logOf(rand.New(rand.NewPCG(seed, 1)), 1500)
		e, err := Of(log, true)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range [...]Estimate{e.IPS, e.SNIPS, e.DR} {
			if v.Low <= truth && truth <= v.High {
				held[i]++
			}
		}
		ips += (e.IPS.Value - truth) * (e.IPS.Value - truth)
		dr += (e.DR.Value - truth) * (e.DR.Value - truth)
	}
	for i, name := range [...]string{"IPS", "SNIPS", "DR"} {
		if share := float64(held[i]) / seeds; share < 0.93 {
			t.Errorf("the intervals of %s hold the truth in %.3f of the logs", name, share)
		}
	}
	if dr >= ips {
		t.Errorf("mean squared errors: IPS %.6f, DR %.6f", ips/seeds, dr/seeds)
	}
}

// By hand: two decisions, weights 2 and 0.5.
func TestByHand(t *testing.T) {
	log := []Decision{{Propensity: 0.25, Target: 0.5, Reward: 1, Expected: 0.5, ExpectedTarget: 0.6}, {Propensity: 0.8, Target: 0.4, Reward: 0, Expected: 0.5, ExpectedTarget: 0.6}}
	e, err := Of(log, true)
	if !errors.Is(err, ErrTooFew) {
		t.Errorf("two decisions are enough: %v", err)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"IPS", e.IPS.Value, 1},
		{"SNIPS", e.SNIPS.Value, 0.8},
		{"DM", e.DM.Value, 0.6},
		{"DR", e.DR.Value, 0.6 + (2*0.5-0.5*0.5)/2},
		{"logged", e.Logged.Value, 0.5},
		{"effective", e.Effective, 2.5 * 2.5 / 4.25},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", c.name, c.got, c.want)
		}
	}
	if _, err := Of([]Decision{{Propensity: 0, Target: 1}}, false); err == nil {
		t.Error("a propensity of 0 is taken")
	}
}

// A tally finds a difference that is there, does not find one that is not, says nothing of few, and is the same after it was kept.
func TestTally(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var better, same Tally
		for i := range 2000 {
			shown, reward := rng.IntN(2), 0.0
			if rng.Float64() < 0.2+0.15*float64(shown) {
				reward = 1
			}
			if !better.Add(0.5, reward, float64(shown), float64(1-shown)) || !same.Add(0.5, reward, 0.5, 0.5) {
				t.Fatal("a decision is left out")
			}
			if _, ok := better.Gain(); ok && i < Enough {
				t.Fatalf("something is said after %d decisions", i)
			}
		}
		if !better.Wins() || same.Wins() {
			t.Errorf("seed %d: better wins %v, same wins %v", seed, better.Wins(), same.Wins())
		}
		var again Tally
		if err := again.UnmarshalState(better.AppendState(nil)); err != nil || again != better {
			t.Errorf("a kept tally differs: %v", err)
		}
	}
	var empty Tally
	if empty.Add(0, 1, 1, 1) || empty.Add(0.5, 2, 1, 1) || empty.Wins() {
		t.Error("a decision that tells nothing counts")
	}
}

// Who looks after every decision is not fooled by chance: an interval for one look would call a winner in every fifth of these tallies.
func TestLookingOftenFindsNoWinner(t *testing.T) {
	const tallies = 200
	won := 0
	for seed := range uint64(tallies) {
		rng := rand.New(rand.NewPCG(seed, 5))
		var same Tally
		for range 5000 {
			with, reward := float64(rng.IntN(2)), 0.0
			if rng.Float64() < 0.3 {
				reward = 1
			}
			if same.Add(0.5, reward, with, 1-with); same.Wins() {
				won++
				break
			}
		}
	}
	if won > tallies/20 {
		t.Errorf("of two policies that are as good, one wins in %d of %d tallies", won, tallies)
	}
}

// A snapshot that was damaged, or that no decisions add up to, is refused.
func TestBadTalliesAreRefused(t *testing.T) {
	var whole Tally
	whole.Add(0.5, 1, 1, 0)
	state := whole.AppendState(nil)
	for i := range state {
		bad := append([]byte(nil), state...)
		bad[i] ^= 4
		if new(Tally).UnmarshalState(bad) == nil {
			t.Errorf("byte %d may be anything", i)
		}
	}
	for _, bad := range []Tally{{n: -1}, {n: math.NaN()}, {n: 1, square: math.Inf(1)}, {n: 1, difference: 21}, {n: 1, with: [3]float64{-1}}, {n: 1, without: [3]float64{1, math.NaN()}}} {
		got := whole
		if got.UnmarshalState(bad.AppendState(nil)) == nil || got != whole {
			t.Errorf("taken: %+v", bad)
		}
	}
}

func FuzzTally(f *testing.F) {
	var t Tally
	t.Add(0.5, 1, 1, 0)
	f.Add(t.AppendState(nil)[:tallyBody])
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Tally
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) // or else hardly any would be read
		if got.UnmarshalState(b) == nil {
			got.Add(0.5, 1, 1, 0)
			if e, _ := got.Gain(); math.IsNaN(e.Value) {
				t.Errorf("a tally of %x gains %v", b, e)
			}
		}
	})
}
