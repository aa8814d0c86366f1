package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// now returns the person's present: the server's clock, or the time of the frame for a simulated person.
func (e *Engine) now(p *person, told time.Time) time.Time {
	if p.simulated && !told.IsZero() {
		return told
	}
	return e.clock()
}

// Mood takes an affect that the person told or the phone computed. Without consent it is refused unread. A mood that
// changed a lot brings an evaluation at the next fix.
func (e *Engine) Mood(_ context.Context, s *Session, a mood.Affect) error {
	if err := a.Check("mood"); err != nil {
		return err
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return errErased
	}
	if err := p.profile.Consents.Require(privacy.Mood); err != nil {
		return err
	}
	if now := e.now(p, a.At); a.At.After(now.Add(maxSkew)) {
		return fault.New(fault.Invalid, fault.CodeFixFuture, "The mood is dated ahead of the server's clock.").WithField("at")
	}
	p.moods.Observe(a)
	p.dirty = true
	return nil
}

// Delivered records that a device of the person has the delivery.
func (e *Engine) Delivered(ctx context.Context, s *Session, delivery id.Delivery) error {
	if err := id.Check("delivery", string(delivery), id.PrefixDelivery); err != nil {
		return err
	}
	e.sender.Acked(s.p.id, delivery)
	var more []id.Delivery
	arrived := func(r *DeliveryRecord) {
		more = append(more, r.More...)
		if r.Status == statusQueued || r.Status == statusSent {
			r.Status = statusDelivered
		}
	}
	err := e.changeDelivery(ctx, s.p, delivery, arrived)
	for _, d := range more {
		if err == nil {
			err = e.changeDelivery(ctx, s.p, d, arrived)
		}
	}
	return err
}

// Sent records that the push service took a delivery for one of the person's devices.
func (e *Engine) Sent(ctx context.Context, user id.User, delivery id.Delivery) error {
	p, err := e.load(ctx, user)
	if err != nil {
		return err
	}
	return e.changeDelivery(ctx, p, delivery, func(r *DeliveryRecord) {
		if r.Status == statusQueued {
			r.Status = statusSent
		}
	})
}

// Statuses of a delivery, beside the names of the actions.
const (
	statusQueued    = "queued"
	statusSent      = "sent" // the push service has it
	statusDelivered = "delivered"
)

// changeDelivery changes one delivery's record.
func (e *Engine) changeDelivery(ctx context.Context, p *person, delivery id.Delivery, change func(*DeliveryRecord)) error {
	p.write.Lock()
	defer p.write.Unlock()
	err := e.rewriteDelivery(ctx, p, recordsDelivery+string(delivery), change)
	if errors.Is(err, errNotFound) {
		return fault.From(err).WithField("delivery")
	}
	return err
}

// Feedback records what the person did with an offer; the matcher learns from it at once.
func (e *Engine) Feedback(ctx context.Context, s *Session, f Feedback) error {
	p := s.p
	now := e.now(p, f.At)
	offer := f.Offer
	switch {
	case f.Delivery != "":
		if err := id.Check("delivery", string(f.Delivery), id.PrefixDelivery); err != nil {
			return err
		}
		err := e.changeDelivery(ctx, p, f.Delivery, func(r *DeliveryRecord) {
			r.Status, r.Changed = f.Action.String(), now
			offer = id.Offer(r.Offer.ID)
		})
		if err != nil {
			return err
		}
	case offer == "":
		return fault.Field("delivery", "must be set, or offer")
	}
	o := e.catalogue.Offer(offer)
	if o == nil || o.Mode != p.mode {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such offer.").WithField("offer")
	}
	if err := e.block(ctx, p, f.Action, o); err != nil {
		return err
	}
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return errErased
	}
	p.matching.Feedback(now, f.Action, o)
	if f.Action == offers.NotInterested {
		p.chains.Drop(func(s *offers.Step) bool { return s.Offer == o.ID })
	}
	p.dirty = true
	p.mu.Unlock()
	if err := e.saveState(ctx, p); err != nil { // a wish that was acknowledged holds
		return err
	}
	e.tell(p, actionEvents[f.Action], o, now, event.Event{Delivery: f.Delivery})
	return nil
}

// Redeem uses one unit of an offer. It is exact: the budget is never oversold, and what was acknowledged is durable.
// key names what the person wants: a repeat with the same key answers the same redemption, and finishes one that failed
// half way. Without a key every call is a wish of its own.
func (e *Engine) Redeem(ctx context.Context, s *Session, offer id.Offer, at time.Time, key string) (Redemption, error) {
	p := s.p
	now := e.now(p, at)
	o := e.catalogue.Offer(offer)
	if o == nil || o.Mode != p.mode {
		return Redemption{}, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such offer.").WithField("offer")
	}
	redemption := id.Redemption(id.New(id.PrefixRedemption))
	if key != "" {
		redemption = id.Redemption(id.Derive(id.PrefixRedemption, string(p.id), string(offer), key))
	}
	p.write.Lock()
	defer p.write.Unlock()
	if done, err := e.redemption(ctx, p, redemption); !errors.Is(err, errNotFound) {
		return done, err
	}
	if err := open(o, now); err != nil {
		return Redemption{}, err
	}
	r := Redemption{ID: redemption, Offer: offer, At: now, Code: strings.ToUpper(id.New("")[:codeLen])}
	if err := e.claim(context.WithoutCancel(ctx), p, o, &r, key != ""); err != nil {
		return Redemption{}, err
	}
	p.mu.Lock()
	p.matching.Redeemed(o.ID)
	e.startFollowUps(p, o, 0, now)
	if p.profile.Consents.Allows(privacy.Purchases) {
		p.matching.Purchased(now, o.Category, o.Brand, o.Merchant)
	}
	p.dirty = true
	p.mu.Unlock()
	e.stats.redemptions.Add(1)
	return r, nil
}

// redemption reads a redemption of the person.
func (e *Engine) redemption(ctx context.Context, p *person, redemption id.Redemption) (r Redemption, err error) {
	data, _, err := e.records.Read(ctx, p.id, recordsRedemption+string(redemption))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fault.From(err)
	}
	return r, nil
}

// claim takes a unit for a redemption and writes its record. Its ctx is not that of the caller: a unit must not be
// lost between the two. If the record can't be written, the unit stays claimed for a repeat, or goes back if there
// will be none.
func (e *Engine) claim(ctx context.Context, p *person, o *offers.Offer, r *Redemption, repeatable bool) (err error) {
	defer e.measure(ctx, o.ID, r.At)
	c := e.claimOf(p, o, r)
	if r.Ticket, err = e.ledger.Claim(ctx, c); err != nil {
		return err
	}
	data, err := json.Marshal(r)
	if err == nil {
		_, err = e.records.Write(ctx, p.id, recordsRedemption+string(r.ID), data, 0)
	}
	if err == nil {
		return nil
	}
	failed := fault.From(err)
	if repeatable && failed.Kind == fault.Unavailable {
		return failed
	}
	if err := e.ledger.Release(ctx, c); err != nil {
		e.log.ErrorContext(ctx, "a unit of an offer is lost", "offer", o.ID, "err", err)
	}
	return failed
}

// claimOf returns what a redemption takes of the budgets. Periods are those of the offer's place.
func (e *Engine) claimOf(p *person, o *offers.Offer, r *Redemption) offers.Claim {
	return offers.Claim{
		Offer: o.ID, User: p.id, Redemption: r.ID, Money: o.Cost(),
		Counters: o.Counters(e.catalogue.Merchant(o.Merchant), o.Place, r.At, e.catalogue.ZoneOf(o.Place, e.zone)),
	}
}

// measure tells the index whether anything of an offer's budgets is left.
func (e *Engine) measure(ctx context.Context, offer id.Offer, now time.Time) {
	err := e.catalogue.Measure(offer, now, e.zone, func(key string) (offers.Tally, error) { return e.ledger.Claimed(ctx, key) })
	if err != nil {
		e.log.WarnContext(ctx, "the budget of an offer can't be read", "offer", offer, "err", err)
	}
}

// open refuses an offer that can't be used at now.
func open(o *offers.Offer, now time.Time) error {
	switch {
	case o.Status == offers.Draft:
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such offer.").WithField("offer")
	case o.Status == offers.Paused:
		return fault.New(fault.Conflict, fault.CodeNotEligible, "The merchant has paused the offer.").WithField("offer")
	case o.Status != offers.Active:
		return fault.New(fault.Gone, fault.CodeStopped, "The offer was stopped by the merchant.").WithField("offer")
	case !o.Starts.IsZero() && now.Before(o.Starts):
		return fault.New(fault.Conflict, fault.CodeNotEligible, "The offer has not started yet.").WithField("offer")
	case !o.Ends.IsZero() && !now.Before(o.Ends):
		return fault.New(fault.Gone, fault.CodeExpired, "The offer has ended.").WithField("offer")
	}
	return nil
}

// codeLen is the length of a redemption's code: 40 random bits.
const codeLen = 8
