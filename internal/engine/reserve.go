package engine

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// RedemptionStatus says how far a redemption has come.
type RedemptionStatus string

// The statuses. Reserved becomes one of the others; redeemed may still be rolled back.
const (
	Reserved   RedemptionStatus = "reserved"
	Redeemed   RedemptionStatus = "redeemed"
	RolledBack RedemptionStatus = "rolled_back" // by the person before it was used, or by the merchant after
	Expired    RedemptionStatus = "expired"
)

// Redemption is an offer that a person reserved or used. Money is in Currency.
type Redemption struct {
	ID       id.Redemption    `json:"id"`
	Offer    id.Offer         `json:"offer"`
	Version  int              `json:"version,omitzero"` // of the offer, whose terms hold for it
	Merchant id.Merchant      `json:"merchant,omitzero"`
	Ticket   int              `json:"ticket"` // 1 is the first of the offer's budget
	Code     string           `json:"code"`   // what the person shows
	Token    string           `json:"token,omitzero"`
	Status   RedemptionStatus `json:"status"`
	At       time.Time        `json:"at"`               // of the reservation
	Expires  time.Time        `json:"expires,omitzero"` // of a reservation, exclusive
	Changed  time.Time        `json:"changed,omitzero"` // to the present status
	Place    id.Place         `json:"place,omitzero"`   // where it was used
	Amount   float64          `json:"amount,omitzero"`  // of the basket, with the consent purchases only
	Discount float64          `json:"discount,omitzero"`
	Currency string           `json:"currency,omitzero"`
	Points   int              `json:"points,omitzero"`  // what it earned at the merchant's program
	Receipt  string           `json:"receipt,omitzero"` // the till's own number, with the consent purchases only
	Via      string           `json:"via,omitzero"`     // which call of a till or an app used it, so that a repeat is known
}

// Wish asks for an offer. Key names what the person wants: a repeat with the same key answers the same redemption, and
// finishes one that failed half way; without a key every call is a wish of its own. At is read for simulated people only.
type Wish struct {
	Offer id.Offer
	Place id.Place // where it will be used, if the offer has several; empty: the offer's own
	At    time.Time
	Key   string
	// Redeem uses the offer at once, without a till: the person shows the answer to somebody at the counter.
	Redeem bool
}

// presence is how recent and how near a position must be that proves it.
const (
	presenceAge    = 10 * time.Minute
	presenceWithin = 150.0 // metres of the place, if not in the reach
)

// Reserve keeps one unit of an offer for a person until the reservation expires, or uses it. It is exact: no budget is
// oversold, what was acknowledged is durable, and a unit that is not used comes back.
// Refusals are in the person's language.
func (e *Engine) Reserve(ctx context.Context, s *Session, w Wish) (Redemption, error) {
	r, err := e.reserve(ctx, s.p, w)
	if err != nil && e.Preferences(s).Language == "de" {
		err = inGerman(err)
	}
	return r, err
}

// germanRefusals of reservations, by what they say in English, or by their code.
var germanRefusals = map[string]string{
	"There is no such offer.":                "Dieses Angebot gibt es nicht.",
	"The merchant has paused the offer.":     "Der Händler hat das Angebot angehalten.",
	"The offer was stopped by the merchant.": "Der Händler hat das Angebot beendet.",
	"The offer has not started yet.":         "Das Angebot hat noch nicht begonnen.",
	"The offer has ended.":                   "Das Angebot ist vorbei.",
	fault.CodeSoldOut:                        "Von diesem Angebot ist nichts mehr da.",
	fault.CodeLimitReached:                   "Von diesem Angebot ist für jetzt nichts mehr da.",
}

func inGerman(err error) error {
	f := fault.From(err)
	for _, key := range []string{f.Detail, f.Code} {
		if text, ok := germanRefusals[key]; ok {
			return fault.New(f.Kind, f.Code, "%s", text).WithField(f.Field)
		}
	}
	return voucher.In(err, "de")
}

func (e *Engine) reserve(ctx context.Context, p *person, w Wish) (Redemption, error) {
	now := e.now(p, w.At)
	o := e.catalogue.Offer(w.Offer)
	if o == nil || o.Mode != p.mode || o.Status == offers.Draft {
		return Redemption{}, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such offer.").WithField("offer")
	}
	if e.catalogue.Exhausted(o.ID, now) {
		e.Lapse(ctx) // perhaps a unit has come back
	}
	p.write.Lock()
	defer p.write.Unlock()
	redemption := id.Redemption(id.New(id.PrefixRedemption))
	if w.Key != "" {
		redemption = id.Redemption(id.Derive(id.PrefixRedemption, string(p.id), string(w.Offer), w.Key))
		if done, _, err := e.redemption(ctx, p, redemption); !errors.Is(err, errNotFound) {
			return done.at(now), err
		}
	}
	if w.Redeem {
		if r, err := e.useReserved(ctx, p, o, now, "app/"+w.Key); !errors.Is(err, errNotFound) {
			return r, err
		}
	}
	if err := e.mayReserve(p, o, &w, now); err != nil {
		return Redemption{}, err
	}
	r := Redemption{
		ID: redemption, Offer: o.ID, Version: o.Version, Merchant: o.Merchant, Place: w.Place, Status: Reserved, At: now, Changed: now,
		Expires: now.Add(holdOf(o)).Truncate(time.Second), Code: e.vouchers.code(string(redemption)),
	}
	if !o.Ends.IsZero() && r.Expires.After(o.Ends) {
		r.Expires = o.Ends.Truncate(time.Second)
	}
	if w.Redeem {
		r.Status, r.Via = Redeemed, "app/"+w.Key
	} else {
		r.Token = promise(o, &r).Sign(e.vouchers.newest())
	}
	if err := e.claim(context.WithoutCancel(ctx), p, o, &r, w.Key != ""); err != nil {
		return Redemption{}, err
	}
	e.reserved(ctx, p, o, &r)
	return r, nil
}

// promise is the voucher of a reservation. Where each place has its own limit, it holds at the one that was named.
func promise(o *offers.Offer, r *Redemption) *voucher.Voucher {
	if o.PerStore() && r.Place != "" {
		there := *o
		there.Place, there.Places, there.AllPlaces = r.Place, nil, false
		o = &there
	}
	return voucher.Of(o, r.ID, r.Expires)
}

// reserved lets memory and the listeners know.
func (e *Engine) reserved(ctx context.Context, p *person, o *offers.Offer, r *Redemption) {
	p.mu.Lock()
	p.matching.Redeemed(r.At, o.ID)
	p.dirty = true
	if r.Status == Reserved {
		p.hold(r.Expires.Add(offline(o)))
	}
	p.mu.Unlock()
	if r.Status == Redeemed {
		e.used(ctx, p, o, r, 0)
		return
	}
	e.stats.reservations.Add(1)
	e.tell(p, event.Reserved, o, r.At, event.Event{Redemption: r.ID, Place: r.Place})
}

// used is what follows a redemption that stands. The basket, in hundredths, is 0 if nobody told it. The caller holds
// p.write.
func (e *Engine) used(ctx context.Context, p *person, o *offers.Offer, r *Redemption, basket int64) {
	p.mu.Lock()
	if o != nil {
		e.startFollowUps(p, o, voucher.Money(basket), r.Changed)
	}
	if o != nil && p.profile.Consents.Allows(privacy.Purchases) {
		p.matching.Purchased(r.Changed, o.Category, o.Brand, o.Merchant)
		if place := e.catalogue.Place(r.Place); place != nil {
			e.matcher.Visit(&p.matching, r.Changed.In(p.zone), place, p.teaches())
		}
	}
	if o != nil {
		e.matcher.Took(&p.matching, r.Changed, o, p.teaches())
	}
	p.dirty = true
	p.mu.Unlock()
	e.stats.redemptions.Add(1)
	e.tell(p, event.Redeemed, o, r.Changed, event.Event{
		Redemption: r.ID, Place: r.Place, Amount: voucher.Money(basket), Discount: r.Discount, Currency: r.Currency,
	})
	_ = e.writeState(ctx, p) // or the next flush does
}

func holdOf(o *offers.Offer) time.Duration {
	minutes := o.Redeeming.HoldMinutes
	if minutes == 0 {
		minutes = offers.DefaultHoldMinutes
	}
	return time.Duration(minutes) * time.Minute
}

// mayReserve refuses a wish: the offer is not open, the person may not see it, they are not there, or nothing is left.
func (e *Engine) mayReserve(p *person, o *offers.Offer, w *Wish, now time.Time) error {
	if err := open(o, now); err != nil {
		return err
	}
	if w.Redeem && o.Conditions.MinSpend > 0 {
		return voucher.Refuse(fault.CodeTillNeeded).WithField("redeem") // nobody else knows what was spent
	}
	if w.Place != "" {
		if place := e.catalogue.Place(w.Place); place == nil || place.Mode != p.mode || !e.soldAt(o, place) {
			return fault.Field("place", "must be one of the places of the offer")
		}
	}
	if w.Place == "" && o.Place == "" && o.PerStore() {
		return fault.Field("place", "must be set: the offer is limited at each of its places")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return errErased
	}
	if o.OnlyAfter && !p.chains.Holds(o.ID, now) {
		return fault.New(fault.Forbidden, fault.CodeNotEligible, "This offer comes only after another one that you use first.").WithField("offer")
	}
	mo := offers.Moment{
		Now: now, Lot: p.lot, Zone: p.zone, Mode: p.mode, Point: p.last.Point, MoodLevel: p.profile.Consents.MoodLevel,
		Language: p.profile.Preferences.Language, History: p.profile.Consents.Allows(privacy.Purchases),
	}
	if place := e.catalogue.Place(cmp.Or(w.Place, o.Place)); place != nil {
		mo.Point = place.Point
	}
	if p.profile.Consents.Allows(privacy.Mood) {
		mo.Mood = p.feeling(now)
	}
	if code := e.matcher.Refusal(o.ID, w.Place, &p.matching, &mo); code != "" {
		return fault.New(fault.Forbidden, code, "%s.", offers.SuppressionText(code, p.profile.Preferences.Language)).WithField("offer")
	}
	if o.Redeeming.Presence && !e.present(p, o, w.Place, now) {
		return voucher.RefuseIn(fault.CodeNotPresent, p.profile.Preferences.Language)
	}
	return nil
}

// soldAt reports whether an offer is redeemed at a place.
func (e *Engine) soldAt(o *offers.Offer, place *offers.Place) bool {
	return voucher.Of(o, "", time.Unix(1, 0)).Here(place.Merchant, place.ID, time.Unix(0, 0)) == nil
}

// isPresent reports whether the offer asks for no presence, or the person proves theirs.
func (e *Engine) isPresent(p *person, o *offers.Offer, at id.Place, now time.Time) bool {
	if !o.Redeeming.Presence {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.present(p, o, at, now)
}

// present reports whether the person's last position proves that they are in the offer's reach, or at one of its places.
// Only the answer leaves the engine. The caller holds p.mu.
func (e *Engine) present(p *person, o *offers.Offer, at id.Place, now time.Time) bool {
	fix := &p.last
	mocked := fix.Flags&geo.Mock != 0 && !p.simulated && p.mode == offers.Live
	age := now.Sub(fix.Time)
	if fix.Time.IsZero() || mocked || age > presenceAge || age < -maxSkew || !p.profile.Consents.Allows(privacy.Location) {
		return false
	}
	if o.Reach.Contains(fix.Point) || e.catalogue.Distance(o.ID, fix.Point) == 0 { // the latter around its places
		return true
	}
	for _, i := range append([]id.Place{at, o.Place}, o.Places...) {
		if place := e.catalogue.Place(i); place != nil && geo.Distance(fix.Point, place.Point) <= presenceWithin {
			return true
		}
	}
	near, _ := e.catalogue.NearestPlace(fix.Point, p.mode, presenceWithin)
	return near != nil && e.soldAt(o, near)
}

// useReserved uses the person's own reservation of an offer without a till; not_found if there is none.
func (e *Engine) useReserved(ctx context.Context, p *person, o *offers.Offer, now time.Time, via string) (Redemption, error) {
	list, err := e.redemptions(ctx, p)
	if err != nil {
		return Redemption{}, err
	}
	for i := range list {
		r := &list[i]
		if r.Offer == o.ID && r.Status == Redeemed && via != "app/" && r.Via == via {
			return r.Redemption, nil
		}
	}
	for i := range list {
		r := &list[i]
		if r.Offer != o.ID || r.at(now).Status != Reserved {
			continue
		}
		if o.Conditions.MinSpend > 0 {
			return Redemption{}, voucher.Refuse(fault.CodeTillNeeded).WithField("redeem")
		}
		if o.Status == offers.Stopped || o.Status == offers.Archived { // a paused one stays good
			return Redemption{}, voucher.Refuse(fault.CodeStopped)
		}
		if !e.isPresent(p, o, r.Place, now) {
			return Redemption{}, voucher.Refuse(fault.CodeNotPresent)
		}
		ctx := context.WithoutCancel(ctx)
		r.Status, r.Changed, r.Via = Redeemed, now, via
		if err := e.writeRedemption(ctx, p, r); err != nil {
			return Redemption{}, err
		}
		if err := e.putCode(ctx, p, &r.Redemption, time.Time{}, e.clock()); err != nil { // tills without network learn of it later
			e.log.WarnContext(ctx, "a used voucher is not on the stop list yet", "offer", o.ID, "err", err)
		}
		e.used(ctx, p, o, &r.Redemption, 0)
		return r.Redemption, nil
	}
	return Redemption{}, errNotFound
}
