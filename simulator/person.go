package simulator

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/simulator/wearer"
	"github.com/flaneur-io/flaneur/wire"
)

// Person is somebody who walks: a character and a way.
type Person struct {
	Alias   string // in reports: "person-007"
	OptIn   api.OptIn
	Tastes  Tastes
	Walk    Walk
	Watched bool // what is held back from them is told as it happens

	// Decide overrides how they take an offer; nil: the model of Tastes.
	Decide func(o *wire.Offer) Outcome

	begins time.Time
	feel   feelings
	band   *wristband // nil: they wear none
	rng    *rand.Rand
}

// Outcome is what became of an offer.
type Outcome string

// The outcomes. Accepted becomes Redeemed at the till, or Missed if there was nothing left.
const (
	Ignored       Outcome = "ignored"
	Opened        Outcome = "opened"
	Liked         Outcome = "liked"
	Dismissed     Outcome = "dismissed"
	NotInterested Outcome = "not_interested"
	Accepted      Outcome = "accepted"
	Redeemed      Outcome = "redeemed"
	Missed        Outcome = "missed"
)

// Tastes is how much somebody likes categories (with all below them) and brands: -1 to 1, 0 for all others.
type Tastes struct {
	Categories map[string]float64
	Brands     map[string]float64
}

// Fit returns how much somebody with these tastes likes an offer: the taste for the most special category that they
// have an opinion about, moved by that for the brand; -1 to 1.
func (t Tastes) Fit(category, brand string) float64 {
	fit := 0.0
	for c := category; c != ""; c = above(c) {
		if v, ok := t.Categories[c]; ok {
			fit = v
			break
		}
	}
	return max(-1, min(1, fit+t.Brands[brand]))
}

func above(category string) string {
	return category[:max(0, strings.LastIndexByte(category, '.'))]
}

// Shape of the behaviour model. A liked offer at hand is taken about every second time, a strange one one time in ten.
const (
	openBase, openFit     = 0.30, 0.35
	takeBase, takeFit     = 0.10, 0.60
	farAway               = 700.0 // metres at which the wish to go there is down to a third
	dismissBase           = 0.15
	likeShare             = 0.4
	moodWeight            = 0.25 // by how much good or bad spirits move the wish
	neverAgain, tooStrong = -0.4, 0.3
)

// take decides what the person does with an offer: a draw from the model, whose wish to go there rises with the fit,
// falls with the distance and follows the spirits.
func (p *Person) take(o *wire.Offer, at time.Time) Outcome {
	u, v := p.rng.Float64(), p.rng.Float64() // always two draws: one person's stream is the same whatever they decide
	if p.Decide != nil {
		return p.Decide(o)
	}
	valence, _ := p.feel.at(at)
	fit := p.Tastes.Fit(o.Category, o.Brand)
	wish := max(0, takeBase+takeFit*fit) * math.Exp(-o.Distance/farAway) * (1 + moodWeight*valence)
	open := max(0, openBase+openFit*fit)
	switch {
	case u < wish:
		return Accepted
	case u < wish+open:
		if v < likeShare && fit > 0 {
			return Liked
		}
		return Opened
	case u > 1-dismissBase*(1-fit):
		if fit < neverAgain && v < tooStrong {
			return NotInterested
		}
		return Dismissed
	}
	return Ignored
}

func (p *Person) allows(purpose string) bool { return p.OptIn.Consents[purpose].Granted }

// feelings is a hidden path of valence and arousal: an Ornstein-Uhlenbeck process around a person's own level and the
// hour's (Kuppens, Oravecz & Tuerlinckx 2010).
type feelings struct {
	rng              *rand.Rand
	truth            *wearer.Wearer // of people with a wristband: they feel what it is made from
	last             time.Time
	home, drive      float64 // personal level of valence and arousal
	valence, arousal float64 // relative to it
}

const (
	moodHours = 4.0  // time constant
	moodWidth = 0.28 // standard deviation
	moodBlur  = 0.1  // between feeling and telling
)

// at returns the true affect; time must not go back.
func (f *feelings) at(t time.Time) (valence, arousal float64) {
	if f.rng == nil {
		return 0, 0
	}
	if f.truth != nil {
		felt := f.truth.Feeling()
		return unit(felt.Valence), unit(felt.Arousal)
	}
	keep := 0.0
	if !f.last.IsZero() {
		keep = math.Exp(-max(0, t.Sub(f.last).Hours()) / moodHours)
	}
	f.last = t
	fresh := moodWidth * math.Sqrt(1-keep*keep)
	f.valence = keep*f.valence + fresh*f.rng.NormFloat64()
	f.arousal = keep*f.arousal + fresh*f.rng.NormFloat64()
	hour := float64(t.Hour()) + float64(t.Minute())/60
	daily := 0.3 * math.Cos((hour-13)/12*math.Pi) // awake at noon, tired at night
	return unit(f.home + f.valence), unit(f.drive + daily + f.arousal)
}

// tell is the affect as the person would tap it.
func (f *feelings) tell(t time.Time) Tell {
	v, a := f.at(t)
	return Tell{unit(v + moodBlur*f.rng.NormFloat64()), unit(a + moodBlur*f.rng.NormFloat64())}
}

func unit(v float64) float64 { return math.Round(100*max(-1, min(1, v))) / 100 }

// policy is the version of the text that simulated people agree to.
const policy = "simulation-1"

// consents grants these purposes.
func consents(purposes ...string) map[string]api.Grant {
	out := make(map[string]api.Grant, len(purposes))
	for _, p := range purposes {
		out[p] = api.Grant{Granted: true, Policy: policy}
	}
	return out
}

// streams returns the random streams of a person: one for the way, one for the character. They depend on the seed and
// the person's number alone.
func streams(seed uint64, number int) (way, character *rand.Rand) {
	n := uint64(number)
	return rand.New(rand.NewPCG(seed, 2*n)), rand.New(rand.NewPCG(seed, 2*n+1))
}
