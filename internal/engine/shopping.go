package engine

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

const (
	recordShopping = "shopping"
	// DefaultPlanRadius is how far, in metres, a plan looks if it is not told.
	DefaultPlanRadius = 2000.0
	maxPlanOffers     = 20 // beside a stop
)

// shoppingList is the record.
type shoppingList struct {
	Items []offers.Want `json:"items"`
}

// PlanQuery asks where a person's shopping list is to be had, near At, or near the last fix if At is nil. Now is read
// for simulated people only.
type PlanQuery struct {
	At     *geo.Point
	Radius float64 // metres; 0: DefaultPlanRadius
	Now    time.Time
}

// ShoppingPlan is where a list is to be had, and what is used of the person's offers there.
type ShoppingPlan struct {
	List   []offers.Want
	Basket offers.Basket
	Offers [][]id.Offer // by stop: those that hold there, best first
}

// ShoppingList returns the person's list; none is empty.
func (e *Engine) ShoppingList(ctx context.Context, s *Session) ([]offers.Want, error) {
	data, _, err := e.records.Read(ctx, s.p.id, recordShopping)
	if errors.Is(err, errNotFound) {
		return nil, nil
	}
	var list shoppingList
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return nil, fault.From(err)
	}
	return list.Items, nil
}

// SetShoppingList replaces the person's list; an empty one is kept nowhere. It needs no consent but the person's: they
// wrote it.
func (e *Engine) SetShoppingList(ctx context.Context, s *Session, list []offers.Want) error {
	if err := offers.CheckWants(list); err != nil {
		return err
	}
	p := s.p
	p.write.Lock()
	defer p.write.Unlock()
	if len(list) == 0 {
		return e.records.Delete(ctx, p.id, recordShopping)
	}
	data, err := json.Marshal(shoppingList{list})
	if err != nil {
		return fault.From(err)
	}
	_, rev, err := e.records.Read(ctx, p.id, recordShopping)
	if err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	_, err = e.records.Write(ctx, p.id, recordShopping, data, rev)
	return err
}

// PlanShopping finds where the person's list is to be had: see offers.Catalogue.Basket. Places that the person blocked
// are left out. Needs the consent location.
func (e *Engine) PlanShopping(ctx context.Context, s *Session, q PlanQuery) (plan ShoppingPlan, err error) {
	if q.Radius == 0 {
		q.Radius = DefaultPlanRadius
	}
	if !(q.Radius > 0 && q.Radius <= offers.MaxPullRadius) {
		return plan, fault.Field("radius", "must be above 0 and at most %d metres", offers.MaxPullRadius)
	}
	if plan.List, err = e.ShoppingList(ctx, s); err != nil {
		return plan, err
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayTrack(); err != nil {
		return plan, err
	}
	at, err := p.pullPoint(PullQuery{At: q.At})
	if err != nil {
		return plan, err
	}
	plan.Basket = e.catalogue.Basket(plan.List, at, q.Radius, p.mode, p.matching.AllowsPlace)
	u := e.update()
	defer e.updates.Put(u)
	u.now = e.now(p, q.Now)
	e.moodNow(p, u)
	for i := range plan.Basket.Stops {
		plan.Offers = append(plan.Offers, e.offersAt(p, u, plan.Basket.Stops[i].Place))
	}
	return plan, nil
}

// offersAt returns the offers that a person could use at a place. The caller holds p.mu.
func (e *Engine) offersAt(p *person, u *update, place *offers.Place) (list []id.Offer) {
	u.moment = p.moment(u)
	u.moment.Point, u.moment.Cell, u.moment.Pull, u.moment.Radius = place.Point, 0, true, 1
	u.moment.Discovery = 0 // asked is for this place
	e.matcher.Evaluate(&u.result, &p.matching, &u.moment)
	for i := range u.result.Matches {
		if m := &u.result.Matches[i]; m.Place != nil && m.Place.ID == place.ID && len(list) < maxPlanOffers {
			list = append(list, m.Offer.ID)
		}
	}
	return list
}
