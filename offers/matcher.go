package offers

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
)

// Moment is everything outside the person that a match depends on. The zero value of an optional field means
// "not known".
type Moment struct {
	Now   time.Time
	Zone  *time.Location // the person's; nil: UTC
	Mode  Mode
	Point geo.Point
	Cell  geo.Cell // of Point at resolution Finest; optional: saves asking the grid

	Previous     geo.Point // where the person was evaluated last; read only if PreviousCell is set
	PreviousCell geo.Cell  // of Previous at resolution Finest; zero: there was none

	Step geo.Step // motion: stopped or moving, dwell, speed, course

	Mood      mood.Estimate
	MoodLevel mood.Level

	Pull       bool     // the person asked; otherwise the place, the motion or the time did
	Radius     float64  // of a pull, metres, at most MaxPullRadius
	Categories []string // of a pull: only these and what lies below them; empty: all
}

// MaxPullRadius is the largest radius of a pull in metres.
const MaxPullRadius = 20_000

// Match is an offer chosen for a person now. Offer and Place are shared and immutable.
type Match struct {
	Offer    *Offer
	Place    *Place  // where it holds; nil if the offer names none
	Trigger  Trigger // the one that fired
	Distance float64 // metres to the place, or to the reach's centre without one
	Detour   float64 // minutes, for OnTheWay
	Score    float64 // in (0, 1)
	terms    terms
	daypart  daypart
}

// Suppression is an offer whose trigger fired but that was held back, and why: one of the Code constants.
type Suppression struct {
	Offer *Offer
	Code  string
}

// Result is the answer of Evaluate: the caller owns it and reuses it. Matches are best first, in a total order:
// score falling, distance rising, offer id rising.
type Result struct {
	Matches      []Match
	Suppressions []Suppression
	scratch      scratch
}

// Matcher chooses offers for people. It is safe for concurrent use.
type Matcher struct {
	catalogue *Catalogue
	rails     *Guardrails
}

// NewMatcher returns a matcher over the catalogue that keeps to the rails.
func NewMatcher(c *Catalogue, rails *Guardrails) *Matcher {
	return &Matcher{catalogue: c, rails: rails}
}

// Evaluate fills dst with the offers for p at m. The person must be locked by the caller; Evaluate only reads it.
// It allocates nothing once dst has grown, except that a pull asks the grid for cells.
func (m *Matcher) Evaluate(dst *Result, p *Person, mo *Moment) {
	dst.Matches, dst.Suppressions = dst.Matches[:0], dst.Suppressions[:0]
}

var _ = id.Offer("")
