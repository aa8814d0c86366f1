package engine

import (
	"hash/fnv"
	"math"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/offers"
)

// turns counts deliveries, and how many of them went to something new, so that the share that the person wishes for
// is kept.
type turns struct {
	Sent int `json:"sent,omitzero"`
	New  int `json:"new,omitzero"`
}

// discover puts something new first, if it is its turn and there is something. Whose turn it is follows from the
// person and the number of deliveries alone. A turn without anything new goes to the next delivery. The caller holds
// p.mu.
func (p *person) discover(r *offers.Result) {
	p.turns.Sent++
	due := int(p.profile.Preferences.Discovery*float64(p.turns.Sent) + phase(p))
	p.turns.New = min(max(p.turns.New, due-1), due)
	if p.turns.New < due && r.Discover(&p.matching) {
		p.turns.New++
	}
}

// draw is what chance goes by at the n-th time: the same for the whole hour, so that the pages of an answer agree. For simulated
// people it is the square kilometre or so where they are that tells them apart; see phase.
func (p *person) draw(now time.Time, at geo.Point, n int) uint64 {
	who := p.lot
	if p.simulated {
		who = uint64(int64(math.Floor(at.Lat*100))<<32 ^ int64(math.Floor(at.Lon*100))) //nolint:gosec // any number will do
	}
	return offers.Draw(who, now, n)
}

// phase spreads people's first turns evenly: a number from 0 to 1. Simulated people begin alike: their ids differ from
// run to run, and the same seed must give the same deliveries.
func phase(p *person) float64 {
	if p.simulated {
		return 0.5
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.id))
	return float64(h.Sum32()) / (1 << 32)
}
