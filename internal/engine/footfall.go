package engine

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Footfall hears in which cells people are: once for each cell they come to, and anew each day. Never of sensitive places.
type Footfall func(user id.User, mode offers.Mode, cell geo.Cell, at time.Time)

// passed is what was told last about a person.
type passed struct {
	cell geo.Cell
	day  int64
}

// passing tells the footfall of a cell that the person has come to. The caller holds p.mu.
func (e *Engine) passing(p *person, u *update) {
	now := passed{p.shape.Cell, u.now.Unix() / dayOfUnix}
	if e.footfall == nil || u.sensitive || now.cell == 0 || now == p.passed {
		return
	}
	p.passed = now
	e.footfall(p.id, p.mode, now.cell, u.now)
}
