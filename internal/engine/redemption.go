package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// A unit of a budget is never lost and never comes back twice, wherever the server is killed. Each change of a
// redemption that has something to do with its unit goes in this order: the code's record, which says when the unit has
// to be looked at; the change itself; the ledger; the code's record again. Lapse finishes what was cut off.

// rollbackDays is how long after its use a redemption can be rolled back, and its code is remembered.
const rollbackDays = 30

const codeKept = (rollbackDays + 1) * 24 * time.Hour

// kept is a redemption as it stands in the store.
type kept struct {
	Redemption
	rev uint64
}

// codeRecord is what a code leads to: a redemption, or (if that is empty) the person alone.
type codeRecord struct {
	Redemption id.Redemption `json:"redemption,omitzero"`
	Offer      id.Offer      `json:"offer,omitzero"`
	Merchant   id.Merchant   `json:"merchant,omitzero"`
	Ended      time.Time     `json:"ended,omitzero"` // when it came on the stop list
}

// redemption reads a redemption of the person.
func (e *Engine) redemption(ctx context.Context, p *person, redemption id.Redemption) (r Redemption, rev uint64, err error) {
	data, rev, err := e.records.Read(ctx, p.id, recordsRedemption+string(redemption))
	if err != nil {
		return r, 0, err
	}
	r, err = readRedemption(data)
	return r, rev, err
}

func readRedemption(data []byte) (r Redemption, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fault.New(fault.Internal, fault.CodeInternal, "A redemption can't be read.").Wrap(err)
	}
	if r.Status == "" { // written before there were others
		r.Status, r.Changed = Redeemed, r.At
	}
	return r, nil
}

// redemptions reads all redemptions of the person, the latest first.
func (e *Engine) redemptions(ctx context.Context, p *person) (list []kept, err error) {
	var names []string
	err = e.records.List(ctx, p.id, recordsRedemption, func(name string, _ []byte) bool {
		names = append(names, name)
		return true
	})
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		var k kept
		k.Redemption, k.rev, err = e.redemption(ctx, p, id.Redemption(name[len(recordsRedemption):]))
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b kept) int { return b.At.Compare(a.At) })
	return list, err
}

func (e *Engine) writeRedemption(ctx context.Context, p *person, k *kept) error {
	data, err := json.Marshal(k.Redemption)
	if err != nil {
		return fault.From(err)
	}
	k.rev, err = e.records.Write(ctx, p.id, recordsRedemption+string(k.ID), data, k.rev)
	return err
}

// at returns the redemption as it is at a time: a reservation ends to the second, whether somebody looks or not.
func (r Redemption) at(now time.Time) Redemption {
	if r.Status == Reserved && !now.Before(r.Expires) {
		r.Status, r.Changed = Expired, r.Expires
	}
	return r
}

// Redemptions returns the person's redemptions, the latest first.
func (e *Engine) Redemptions(ctx context.Context, s *Session, at time.Time) ([]Redemption, error) {
	list, err := e.redemptions(ctx, s.p)
	out := make([]Redemption, len(list))
	for i := range list {
		out[i] = list[i].at(e.now(s.p, at))
	}
	return out, err
}

// Redemption returns one redemption of the person, or a not_found fault.
func (e *Engine) Redemption(ctx context.Context, s *Session, redemption id.Redemption, at time.Time) (Redemption, error) {
	if err := id.Check("id", string(redemption), id.PrefixRedemption); err != nil {
		return Redemption{}, errNoRedemption
	}
	r, _, err := e.redemption(ctx, s.p, redemption)
	return r.at(e.now(s.p, at)), err
}

var errNoRedemption = fault.New(fault.NotFound, fault.CodeNotFound, "There is no such redemption.")

// GiveBack ends a reservation of the person. Its unit goes back at once, or, if tills without network may have used it,
// when they can't tell of it any more. Repeating it changes nothing; what was used is an already_redeemed fault.
func (e *Engine) GiveBack(ctx context.Context, s *Session, redemption id.Redemption, at time.Time) (Redemption, error) {
	p := s.p
	if err := id.Check("id", string(redemption), id.PrefixRedemption); err != nil {
		return Redemption{}, errNoRedemption
	}
	p.write.Lock()
	defer p.write.Unlock()
	now := e.now(p, at)
	r, rev, err := e.redemption(ctx, p, redemption)
	if err != nil {
		return r, err
	}
	k := kept{r.at(now), rev}
	switch k.Status {
	case Redeemed:
		return r, voucher.Refuse(fault.CodeAlreadyRedeemed)
	case RolledBack, Expired:
		return k.Redemption, nil
	}
	k.Status, k.Changed = RolledBack, now
	return k.Redemption, e.end(context.WithoutCancel(ctx), p, &k, event.RolledBack)
}

// claim takes a unit for a redemption and writes its record. Its ctx is not that of the caller: a unit must not be
// lost between the two. If the record can't be written, the unit stays claimed for a repeat, or goes back if there
// will be none.
func (e *Engine) claim(ctx context.Context, p *person, o *offers.Offer, r *Redemption, repeatable bool) (err error) {
	defer e.measure(ctx, o.ID, r.Place, r.At)
	c := e.claimOf(p, o, r)
	if _, _, err := e.codes.FindCode(ctx, r.Code); err != nil { // else it is a repeat, and the unit may be its own
		if err := e.room(ctx, &c); err != nil {
			return err
		}
	}
	due := e.clock().Add(holdOf(o) + offline(o))
	if err := e.putCode(ctx, p, r, due, time.Time{}); err != nil {
		return err
	}
	if r.Ticket, err = e.ledger.Claim(ctx, c); err != nil {
		if f := fault.From(err); f.Kind == fault.Gone || f.Kind == fault.Conflict { // nothing was taken
			err = errors.Join(err, e.codes.PutCode(ctx, p.id, r.Code, nil, time.Time{}, time.Time{}, time.Time{}))
		}
		return err
	}
	k := kept{Redemption: *r}
	if err = e.writeRedemption(ctx, p, &k); err == nil {
		return nil
	}
	failed := fault.From(err)
	if repeatable && failed.Kind == fault.Unavailable {
		return failed
	}
	if err := e.ledger.Release(ctx, c); err != nil {
		e.log.WarnContext(ctx, "a unit comes back only when its reservation is over", "offer", o.ID, "err", err)
	}
	return failed
}

// room refuses cheaply, before anything is written, what is used up for everybody. The ledger has the last word.
func (e *Engine) room(ctx context.Context, c *offers.Claim) error {
	for i := range c.Counters {
		n := &c.Counters[i]
		if n.Personal || n.Count == 0 && n.Money == 0 {
			continue
		}
		t, err := e.ledger.Claimed(ctx, n.Key)
		if err != nil {
			return err
		}
		if n.Full(t, c.Money) {
			return n.Refusal()
		}
	}
	return nil
}

// claimOf returns what a redemption takes of the budgets. Periods are those of the offer's place.
func (e *Engine) claimOf(p *person, o *offers.Offer, r *Redemption) offers.Claim {
	place := o.Place
	if r.Place != "" {
		place = r.Place
	}
	return offers.Claim{
		Offer: o.ID, User: p.id, Redemption: r.ID, Money: o.Cost(),
		Counters: o.Counters(e.catalogue.Merchant(o.Merchant), place, r.At, e.catalogue.ZoneOf(place, e.zone)),
	}
}

// putCode writes the code's record. An ended code is on the stop list for tills without network, as long as its token
// could pass there.
func (e *Engine) putCode(ctx context.Context, p *person, r *Redemption, due, ended time.Time) error {
	if r.Token == "" {
		ended = time.Time{}
	}
	data, err := json.Marshal(codeRecord{Redemption: r.ID, Offer: r.Offer, Merchant: r.Merchant, Ended: ended})
	if err != nil {
		return fault.From(err)
	}
	from := e.clock()
	if due.After(from) {
		from = due
	}
	return e.codes.PutCode(ctx, p.id, r.Code, data, due, ended, from.Add(codeKept))
}

// offline is how long after its end a reservation may still be told of by a till that had no network.
func offline(o *offers.Offer) time.Duration {
	if o == nil {
		return 0
	}
	return time.Duration(o.Redeeming.OfflineHours) * time.Hour
}

// end writes a redemption that has ended without use, or whose use was taken back, and gives its unit back. The caller
// holds p.write.
func (e *Engine) end(ctx context.Context, p *person, k *kept, typ event.Type) error {
	o := e.catalogue.Offer(k.Offer)
	wait := time.Time{} // for tills that may have used it
	if k.Via == "" && offline(o) > 0 && k.Status == RolledBack {
		wait = e.clock().Add(k.Expires.Sub(k.Changed) + offline(o))
	}
	due := e.clock()
	if !wait.IsZero() {
		due = wait
	}
	if err := e.putCode(ctx, p, &k.Redemption, due, e.clock()); err != nil {
		return err
	}
	if err := e.writeRedemption(ctx, p, k); err != nil {
		return err
	}
	p.mu.Lock()
	p.matching.GaveBack(k.At, k.Offer)
	p.dirty = true
	p.mu.Unlock()
	e.tell(p, typ, o, k.Changed, event.Event{Redemption: k.ID, Offer: k.Offer, Merchant: k.Merchant, Place: k.Place, Discount: k.Discount, Currency: k.Currency})
	if !wait.IsZero() {
		return nil
	}
	return e.release(ctx, p, &k.Redemption)
}

// settle tells the ledger what a redemption cost, and takes its code off the list of what is due.
func (e *Engine) settle(ctx context.Context, p *person, o *offers.Offer, k *kept) error {
	if o != nil {
		claim := offers.Claim{Offer: k.Offer, User: p.id, Redemption: k.ID}
		// What was claimed stands if it cost more; what the offer may cost by now does not matter.
		if err := e.ledger.Settle(ctx, claim, offers.Hundredths(k.Discount)); err != nil && fault.From(err).Kind != fault.Invalid {
			return err
		}
		e.measure(ctx, o.ID, k.Place, k.Changed)
	}
	return e.putCode(ctx, p, &k.Redemption, time.Time{}, e.clock())
}

// release gives the unit of a redemption back, and takes its code off the list of what is due.
func (e *Engine) release(ctx context.Context, p *person, r *Redemption) error {
	err := e.ledger.Release(ctx, offers.Claim{Offer: r.Offer, User: p.id, Redemption: r.ID})
	if f := fault.From(err); err != nil && f.Kind != fault.NotFound { // a claim that never came about
		return err
	}
	e.measure(ctx, r.Offer, r.Place, e.clock())
	ended := time.Time{}
	if r.Status == RolledBack {
		ended = e.clock()
	}
	return e.putCode(ctx, p, r, time.Time{}, ended)
}

// lapseAtOnce is how many reservations one call of Lapse looks at.
const lapseAtOnce = 1000

// Lapse ends the reservations whose time is over, and finishes what a crash cut off. Run calls it; it may be called at
// any time, and by several at once.
func (e *Engine) Lapse(ctx context.Context) {
	type due struct {
		user id.User
		code codeRecord
	}
	var list []due
	var err error
	failed := e.codes.DueCodes(ctx, e.clock(), func(user id.User, value []byte) bool {
		d := due{user: user}
		if json.Unmarshal(value, &d.code) == nil {
			list = append(list, d)
		}
		return len(list) < lapseAtOnce
	})
	for _, d := range list {
		// One that can't be read keeps nobody else's unit; a store that does not answer ends it.
		switch one := e.lapse(ctx, d.user, &d.code); {
		case one == nil || fault.From(one).Code == fault.CodeErased:
		case fault.From(one).Kind == fault.Unavailable:
			err = one
		default:
			failed = cmp.Or(failed, one)
		}
		if err != nil {
			break
		}
	}
	err = cmp.Or(err, failed)
	if err != nil {
		e.log.WarnContext(ctx, "reservations that are over could not be ended; trying again", "err", err)
	}
}

func (e *Engine) lapse(ctx context.Context, user id.User, c *codeRecord) error {
	p, err := e.load(ctx, user)
	if err != nil {
		return err
	}
	p.write.Lock()
	defer p.write.Unlock()
	r, rev, err := e.redemption(ctx, p, c.Redemption)
	if f := fault.From(err); err != nil && f.Kind != fault.NotFound {
		return err
	} else if err != nil { // a claim that was cut off, or not even that
		r = Redemption{ID: c.Redemption, Offer: c.Offer, Merchant: c.Merchant, Code: e.vouchers.code(string(c.Redemption)), Status: Expired}
		return e.release(ctx, p, &r)
	}
	switch r.Status {
	case Redeemed:
		return e.putCode(ctx, p, &r, time.Time{}, r.Changed)
	case Reserved:
		k := kept{r, rev}
		k.Status, k.Changed = Expired, r.Expires
		return e.end(ctx, p, &k, event.Expired)
	}
	return e.release(ctx, p, &r)
}

// giveBackAll ends the reservations of somebody who is about to be erased, also those whose units wait for tills without
// network: nobody could find the units later.
func (e *Engine) giveBackAll(ctx context.Context, p *person) {
	p.write.Lock()
	defer p.write.Unlock()
	list, err := e.redemptions(ctx, p)
	for i := range list {
		k := &list[i]
		if err != nil || k.Status == Redeemed {
			continue
		}
		if k.Status == Reserved {
			k.Status, k.Changed = RolledBack, e.clock() // so that it can't be used if the erase fails
			err = e.writeRedemption(ctx, p, k)
		}
		if err == nil {
			err = e.ledger.Release(ctx, offers.Claim{Offer: k.Offer, User: p.id, Redemption: k.ID})
		}
		e.measure(ctx, k.Offer, k.Place, e.clock())
	}
	if err != nil {
		e.log.WarnContext(ctx, "units that an erased person held are not given back", "err", err)
	}
}

func unmarshalCode(data []byte, c *codeRecord) error {
	if err := json.Unmarshal(data, c); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "A code can't be read.").Wrap(err)
	}
	return nil
}
