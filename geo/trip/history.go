package trip

import (
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// What counts as a stay, and what of it is remembered.
const (
	Resolution   = 9                // of the cells of a History: about 200 m to a side
	StayDuration = 15 * time.Minute // a shorter stop is no destination
	MaxAnchors   = 16               // places of one person
	keepAnchor   = 90 * 24 * time.Hour

	dayparts = 5
	sigma    = 1500.0 // metres: how far out of the way people go, in a city
)

// How much the three views of a habit weigh: coming from the last place, at this time of the week, at all.
const (
	weightFrom = 0.45
	weightTime = 0.35
	weightAll  = 0.2
)

// Anchor is a place where a person stayed more than once in a while. Point is the centre of Cell, not where they were.
type Anchor struct {
	Cell   geo.Cell         `json:"cell"`
	Point  geo.Point        `json:"point"`
	Counts [2][dayparts]int `json:"counts"` // stays on working days and at weekends; by night, morning, noon, afternoon, evening
	From   []Arrival        `json:"from,omitempty"`
	Last   time.Time        `json:"last"`
}

// Arrival counts how often a person came from another anchor.
type Arrival struct {
	Cell  geo.Cell `json:"cell"`
	Count int      `json:"count"`
}

// LogValue hides the place.
func (Anchor) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Stays returns how often the person stayed there.
func (a *Anchor) Stays() (n int) {
	for _, week := range a.Counts {
		for _, c := range week {
			n += c
		}
	}
	return n
}

func (a *Anchor) from(c geo.Cell) int {
	for i := range a.From {
		if a.From[i].Cell == c {
			return a.From[i].Count
		}
	}
	return 0
}

// History remembers at most MaxAnchors places where one person stayed. Its fields are its whole state, exported so that it
// can be stored as JSON and shown to the person; leave them to Stay. The zero History is empty.
type History struct {
	Anchors []Anchor `json:"anchors,omitempty"`
	Last    geo.Cell `json:"last,omitzero"` // of the last stay
}

// LogValue hides the history.
func (*History) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Check refuses a history that Stay could not have made.
func (h *History) Check() error {
	if len(h.Anchors) > MaxAnchors {
		return fault.Field("anchors", "must hold at most %d", MaxAnchors)
	}
	for i := range h.Anchors {
		if len(h.Anchors[i].From) > MaxAnchors {
			return fault.Field("anchors", "must have at most %d arrivals each", MaxAnchors)
		}
		if err := h.Anchors[i].Point.Check("anchors"); err != nil {
			return err
		}
	}
	return nil
}

// Stay remembers a stay in a cell of Resolution with the given centre, at a local time. Call it once for each stay.
// Places not seen for 90 days are forgotten; when there are too many, the one with the fewest stays goes.
func (h *History) Stay(at time.Time, cell geo.Cell, centre geo.Point) {
	h.Anchors = slices.DeleteFunc(h.Anchors, func(a Anchor) bool { return at.Sub(a.Last) > keepAnchor })
	i := h.index(cell)
	if i < 0 {
		if len(h.Anchors) == MaxAnchors {
			h.forgetRarest()
		}
		i = len(h.Anchors)
		h.Anchors = append(h.Anchors, Anchor{Cell: cell, Point: centre})
	}
	a := &h.Anchors[i]
	week, part := when(at)
	a.Counts[week][part]++
	a.Last = at
	if h.Last != 0 && h.Last != cell && h.index(h.Last) >= 0 {
		a.arrived(h.Last)
	}
	h.Last = cell
}

func (a *Anchor) arrived(from geo.Cell) {
	for i := range a.From {
		if a.From[i].Cell == from {
			a.From[i].Count++
			return
		}
	}
	a.From = append(a.From, Arrival{from, 1})
}

func (h *History) index(cell geo.Cell) int {
	return slices.IndexFunc(h.Anchors, func(a Anchor) bool { return a.Cell == cell })
}

func (h *History) forgetRarest() {
	rarest := 0
	for i := range h.Anchors {
		n, least := h.Anchors[i].Stays(), h.Anchors[rarest].Stays()
		if n < least || n == least && h.Anchors[i].Last.Before(h.Anchors[rarest].Last) {
			rarest = i
		}
	}
	gone := h.Anchors[rarest].Cell
	h.Anchors = slices.Delete(h.Anchors, rarest, rarest+1)
	for i := range h.Anchors {
		a := &h.Anchors[i]
		a.From = slices.DeleteFunc(a.From, func(f Arrival) bool { return f.Cell == gone })
	}
}

// when returns the row and column of Anchor.Counts.
func when(t time.Time) (week, part int) {
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		week = 1
	}
	switch hour := t.Hour(); {
	case hour < 6:
		return week, 0
	case hour < 11:
		return week, 1
	case hour < 14:
		return week, 2
	case hour < 18:
		return week, 3
	}
	return week, 4
}

// Likely returns where somebody goes who left origin and is at cur, at a local time:
//
//	P(D | way) ∝ P₀(D | time of the week, last) · exp(−(d(origin, cur) + d(cur, D) − d(origin, D)) / 1.5 km)
//
// P₀ mixes counts, and keeps a share for somewhere new (Witten and Bell 1991): the more places a person was at once only,
// the larger. It allocates nothing.
func (h *History) Likely(now time.Time, origin, cur geo.Point) (to Heading) {
	var all, byTime, byFrom int
	week, part := when(now)
	for i := range h.Anchors {
		a := &h.Anchors[i]
		all += a.Stays()
		byTime += a.Counts[week][part]
		byFrom += a.from(h.Last)
	}
	if all == 0 {
		return to
	}
	elsewhere := float64(len(h.Anchors)) / float64(all+len(h.Anchors))
	weights := weightAll + weightTime*min(1, float64(byTime)) + weightFrom*min(1, float64(byFrom))
	sum, gone := elsewhere, geo.Distance(origin, cur)
	for i := range h.Anchors {
		a := &h.Anchors[i]
		p := weightAll*share(a.Stays(), all) + weightTime*share(a.Counts[week][part], byTime) + weightFrom*share(a.from(h.Last), byFrom)
		excess := gone + geo.Distance(cur, a.Point) - geo.Distance(origin, a.Point)
		p *= (1 - elsewhere) / weights * math.Exp(-max(0, excess)/sigma)
		sum += p
		to.add(Destination{a.Point, p})
	}
	for i := range to.To[:to.N] {
		to.To[i].P /= sum
	}
	return to
}

func share(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// add keeps the likeliest, in order.
func (h *Heading) add(d Destination) {
	if d.P <= 0 {
		return
	}
	at := h.N
	for at > 0 && h.To[at-1].P < d.P {
		at--
	}
	if at == MaxDestinations {
		return
	}
	h.N = min(h.N+1, MaxDestinations)
	copy(h.To[at+1:h.N], h.To[at:])
	h.To[at] = d
}
