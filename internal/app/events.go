package app

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
)

// tell passes what happened to everybody who listens; none of them waits.
func (s *Server) tell(e event.Event) {
	s.webhooks.Tell(e)
	s.numbers.Tell(e)
}

// passed counts where people are.
func (s *Server) passed(user id.User, mode offers.Mode, cell geo.Cell, at time.Time) {
	s.footfall.Passed(user, mode, cell, at)
}

// openListeners opens those who hear of events.
func (s *Server) openListeners(ctx context.Context, index *offers.Catalogue, zone *time.Location) (err error) {
	cohort := s.config.Insight.MinCohort
	s.numbers, err = insight.Open(ctx, insight.Config{
		Notes: s.store, Offer: index.Offer, Clock: time.Now, Zone: zone, Cohort: cohort,
		Keep: time.Duration(s.config.Retention.Numbers) * 24 * time.Hour, Log: s.log,
	})
	if err != nil {
		return err
	}
	s.footfall, err = insight.OpenFootfall(ctx, insight.FootfallConfig{
		Notes: s.store, Grid: hex.Grid{}, Clock: time.Now, Zone: zone, Cohort: cohort, Log: s.log,
	})
	if err != nil {
		return err
	}
	s.webhooks, err = webhook.Open(ctx, webhook.Config{
		Records: s.store, Outbox: s.store, People: people{s}, Merchant: index.Merchant, Clock: time.Now, Log: s.log,
		AllowPrivate: s.config.Webhooks.AllowPrivate,
	})
	return err
}

// people answers to webhooks for the people in events.
type people struct{ s *Server }

func (p people) Alias(ctx context.Context, user id.User, scope string) (string, error) {
	return p.s.store.Alias(ctx, user, scope)
}

func (p people) Discloses(ctx context.Context, user id.User) (webhook.Disclosure, error) {
	d, err := p.s.engine.Discloses(ctx, user)
	return webhook.Disclosure{Person: !d.Minor, Location: d.Location, Push: d.Push, Purchases: d.Purchases}, err
}
