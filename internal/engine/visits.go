package engine

import (
	"context"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

const maxVisits = 100 // that are kept of one person

// Visit is a stop at a place, long enough to count, as the person sees it: by its day.
type Visit struct {
	Place id.Place `json:"place"`
	Name  string   `json:"name"`
	Day   string   `json:"day"` // 2006-01-02, in the person's zone
}

// visit remembers that the person stopped at a place; once a day for each place. The caller holds p.mu.
func (e *Engine) visit(p *person, place *offers.Place, now time.Time) {
	v := Visit{Place: place.ID, Name: place.Name, Day: now.In(p.zone).Format(time.DateOnly)}
	if slices.ContainsFunc(p.visits, func(old Visit) bool { return old.Place == v.Place && old.Day == v.Day }) {
		return
	}
	if len(p.visits) == maxVisits {
		p.visits = slices.Delete(p.visits, 0, 1)
	}
	p.visits = append(p.visits, v)
	p.matching.Visited(now, place)
	e.matcher.Visit(&p.matching, now.In(p.zone), place, p.teaches())
	e.tell(p, event.VisitedPlace, nil, now, event.Event{Place: place.ID, Merchant: place.Merchant})
}

// teaches reports whether what the person does moves what is shared: by their leave to use their past alone, and not if nobody is
// behind it. The caller holds p.mu.
func (p *person) teaches() bool {
	return !p.simulated && p.profile.Consents.Allows(privacy.Purchases)
}

// visitedPlace reports whether the person was at a place, as far as remembered. The caller holds p.mu.
func (p *person) visitedPlace(place id.Place) bool {
	return slices.ContainsFunc(p.visits, func(v Visit) bool { return v.Place == place })
}

// Visits returns the places where the session's person stopped, newest first.
func (e *Engine) Visits(s *Session) ([]Visit, error) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.gone {
		return nil, errErased
	}
	list := slices.Clone(s.p.visits)
	slices.Reverse(list)
	return list, nil
}

// ForgetVisits drops the visits and what was learned from them; it is durable when it returns.
func (e *Engine) ForgetVisits(ctx context.Context, s *Session) error {
	p := s.p
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return errErased
	}
	for _, v := range p.visits {
		place := e.catalogue.Place(v.Place)
		day, err := time.ParseInLocation(time.DateOnly, v.Day, p.zone)
		if place != nil && err == nil {
			p.matching.Unvisited(day, place)
		}
	}
	p.visits, p.dirty = nil, true
	p.matching.ForgetVisits()
	p.mu.Unlock()
	return e.saveState(ctx, p)
}
