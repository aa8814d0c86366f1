package engine

import (
	"context"
	"errors"
	"time"

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

// moodKept is how long the estimate lives after the newest observation. The store's class mood keeps it no longer.
const moodKept = 24 * time.Hour

// feeling is the estimate at a moment; that of nothing known if the person told nothing within a day. The caller holds p.mu.
func (p *person) feeling(now time.Time) mood.Estimate {
	if p.moods == nil || now.Sub(p.moods.Newest()) >= moodKept {
		return mood.Estimate{}
	}
	return p.moods.At(now)
}

// fade forgets an estimate that is too old, set-point and all. Now is told by the person, or real. The caller holds p.mu.
func (p *person) fade(now time.Time) {
	if p.moods != nil && now.Sub(p.moods.Newest()) >= moodKept {
		p.moods, p.felt, p.dirty = nil, true, true
	}
}

// heard is what the estimate rests on. The caller holds p.mu.
func (p *person) heard(now time.Time) (list []MoodHeard) {
	if p.moods == nil || now.Sub(p.moods.Newest()) >= moodKept {
		return nil
	}
	for s := mood.SelfReport; s <= mood.Typing; s++ {
		if at, ok := p.moods.Heard(s); ok {
			list = append(list, MoodHeard{Source: s.String(), At: at})
		}
	}
	return list
}

// Mood takes an affect that the person told or the phone computed. Without consent to mood and to its source it is
// refused unread. The person's own without a time is about now. What is too old to be kept, such as from a buffer that was
// filled without network, is accepted and dropped: an estimator would take it for a clock that was set back.
func (e *Engine) Mood(_ context.Context, s *Session, a mood.Affect) error {
	if err := e.deployment.Require(a.Source); err != nil {
		return err
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return errErased
	}
	if err := p.profile.Consents.RequireSource(a.Source); err != nil {
		return err
	}
	if a.At.IsZero() && a.Source == mood.SelfReport {
		a.At = e.now(p, p.last.Time)
	}
	if err := a.Check("mood"); err != nil {
		return err
	}
	now := e.now(p, a.At)
	if a.At.After(now.Add(maxSkew)) {
		return fault.New(fault.Invalid, fault.CodeFixFuture, "The mood is dated ahead of the server's clock.").WithField("at")
	}
	p.fade(now)
	if now.Sub(a.At) >= moodKept {
		return nil
	}
	if p.moods == nil {
		p.moods = new(mood.Estimator)
	}
	p.moods.Observe(a)
	p.felt, p.dirty = true, true
	return nil
}

// Delivered records that a device of the person has the delivery.
func (e *Engine) Delivered(ctx context.Context, s *Session, delivery id.Delivery) error {
	if err := id.Check("delivery", string(delivery), id.PrefixDelivery); err != nil {
		return err
	}
	e.sender.Acked(s.p.id, delivery)
	return e.advanceDelivery(ctx, s.p, delivery, statusDelivered)
}

// Sent records that the push service took a delivery for one of the person's devices.
func (e *Engine) Sent(ctx context.Context, user id.User, delivery id.Delivery) error {
	p, err := e.load(ctx, user)
	if err != nil {
		return err
	}
	return e.advanceDelivery(ctx, p, delivery, statusSent)
}

// advanceDelivery moves a delivery on, and those that came with it in one digest; none goes back.
func (e *Engine) advanceDelivery(ctx context.Context, p *person, delivery id.Delivery, to string) error {
	var more []id.Delivery
	advance := func(r *DeliveryRecord) {
		more = append(more, r.More...)
		if r.Status == statusQueued || r.Status == statusSent {
			r.Status = to
		}
	}
	err := e.changeDelivery(ctx, p, delivery, advance)
	for _, d := range more {
		if err == nil {
			err = e.changeDelivery(ctx, p, d, advance)
		}
	}
	return err
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
	offer, channel := f.Offer, ""
	switch {
	case f.Delivery != "":
		if err := id.Check("delivery", string(f.Delivery), id.PrefixDelivery); err != nil {
			return err
		}
		err := e.changeDelivery(ctx, p, f.Delivery, func(r *DeliveryRecord) {
			r.Status, r.Changed = f.Action.String(), now
			offer, channel = id.Offer(r.Offer.ID), r.Channel
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
	e.matcher.Answer(&p.matching, now, f.Action, o, p.teaches())
	if p.profile.Consents.Allows(privacy.Mood) && p.profile.Consents.MoodLevel == mood.Help {
		e.matcher.Felt(&p.matching, now, p.feeling(now), f.Action, o)
	}
	if f.Action == offers.NotInterested {
		p.chains.Drop(func(s *offers.Step) bool { return s.Offer == o.ID })
	}
	p.dirty = true
	p.mu.Unlock()
	if err := e.saveState(ctx, p); err != nil { // a wish that was acknowledged holds
		return err
	}
	e.tell(p, actionEvents[f.Action], o, now, event.Event{Delivery: f.Delivery, Channel: channel})
	return nil
}

// measure tells the index whether anything of an offer's budgets is left, everywhere and at a place, and the merchant once
// when nothing is.
func (e *Engine) measure(ctx context.Context, offer id.Offer, place id.Place, now time.Time) {
	e.measuring.Lock()
	defer e.measuring.Unlock()
	was := e.catalogue.SoldOut(offer, place, now)
	err := e.catalogue.Measure(offer, place, now, e.zone, func(key string) (offers.Tally, error) { return e.ledger.Claimed(ctx, key) })
	if err != nil {
		e.log.WarnContext(ctx, "the budget of an offer can't be read", "offer", offer, "err", err)
	}
	o := e.catalogue.Offer(offer)
	if was || o == nil || !e.catalogue.SoldOut(offer, place, now) {
		return
	}
	if !o.PerStore() {
		place = o.Place
	}
	e.events(event.Event{
		ID: id.New(id.PrefixEvent), Type: event.SoldOut, At: now, Mode: o.Mode, Merchant: o.Merchant, Offer: o.ID, Version: o.Version, Place: place,
	})
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
