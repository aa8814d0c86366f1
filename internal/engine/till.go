package engine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// Till is who asks for a redemption: a till's key, bound to a merchant and one of its places.
type Till struct {
	Key      string // the key's id
	Merchant id.Merchant
	Place    id.Place
	Mode     offers.Mode
}

// Checkout is a basket and the codes or tokens that were shown for it, at most voucher.MaxStacked. Key names the call: a
// repeat with the same key answers the same, and finishes what was cut off. At is read for simulated people only.
type Checkout struct {
	Codes   []string
	Basket  voucher.Basket
	Receipt string
	At      time.Time
	Key     string
}

// Discounted is what became of one code of a checkout.
type Discounted struct {
	Redemption id.Redemption
	Offer      id.Offer
	Version    int
	Title      string
	Discount   int64 // hundredths
	Points     int
	Refused    *fault.Error // nil: it holds
}

// checkout is a checkout that was looked at.
type checkout struct {
	p     *person
	held  []kept
	terms []*voucher.Voucher
	out   []Discounted
}

// CheckCodes says what a checkout would bring, and changes nothing. A code that can't be used says why in its place; the others are
// reckoned without it.
func (e *Engine) CheckCodes(ctx context.Context, t Till, c Checkout) ([]Discounted, error) {
	co, err := e.gather(ctx, t, &c)
	if err != nil || co.p == nil {
		return co.out, err
	}
	co.p.write.Lock()
	defer co.p.write.Unlock()
	if err := e.readAll(ctx, co); err != nil {
		return nil, err
	}
	e.judge(t, &c, co)
	var good []*voucher.Voucher
	var index []int
	for i := range co.out {
		if co.out[i].Refused == nil {
			good, index = append(good, co.terms[i]), append(index, i)
		}
	}
	for i, off := range voucher.Deals(&c.Basket, good) {
		co.out[index[i]].Discount = off
	}
	return co.out, nil
}

// RedeemCodes uses all codes of a checkout, or none: then the error is the refusal of the first that can't be used.
func (e *Engine) RedeemCodes(ctx context.Context, t Till, c Checkout) ([]Discounted, id.User, error) {
	co, err := e.gather(ctx, t, &c)
	if err != nil {
		return nil, "", err
	}
	if _, refused := co.first(); refused != nil {
		return nil, "", refused
	}
	if c.Key == "" {
		c.Key = id.New("")
	}
	co.p.write.Lock()
	defer co.p.write.Unlock()
	if err := e.readAll(ctx, co); err != nil {
		return nil, "", err
	}
	now := e.judge(t, &c, co)
	if i, refused := co.first(); refused != nil {
		e.stats.tillRefusals.Add(1)
		if refused.Code != fault.CodeWrongMerchant { // where else people go is not that merchant's business
			e.tell(co.p, event.Refused, e.catalogue.Offer(co.held[i].Offer), now,
				event.Event{Redemption: co.held[i].ID, Place: t.Place, Code: refused.Code})
		}
		return nil, "", refused
	}
	return co.out, co.p.id, e.redeemAll(context.WithoutCancel(ctx), t, &c, co, now)
}

// first returns the first code that was refused.
func (co *checkout) first() (int, *fault.Error) {
	for i := range co.out {
		if f := co.out[i].Refused; f != nil {
			return i, f.WithField("codes[" + strconv.Itoa(i) + "]")
		}
	}
	return 0, nil
}

// gather finds whose codes they are: one person's, for one checkout.
func (e *Engine) gather(ctx context.Context, t Till, c *Checkout) (*checkout, error) {
	co := &checkout{
		out: make([]Discounted, len(c.Codes)), held: make([]kept, len(c.Codes)), terms: make([]*voucher.Voucher, len(c.Codes)),
	}
	for i, text := range c.Codes {
		user, redemption, err := e.find(ctx, text)
		if err != nil {
			if co.out[i].Refused = fault.From(err); !isRefusal(co.out[i].Refused) {
				return co, err
			}
			continue
		}
		switch {
		case co.p == nil:
			p, err := e.load(ctx, user)
			if err != nil {
				return co, err
			}
			if p.mode != t.Mode { // test and live data never meet
				co.out[i].Refused = voucher.Refuse(fault.CodeUnknownCode)
				continue
			}
			co.p = p
		case co.p.id != user:
			co.out[i].Refused = voucher.Refuse(fault.CodeNotStackable)
			continue
		}
		co.held[i].ID = redemption
	}
	return co, nil
}

// isRefusal reports whether an error says something about a code, and not that it could not be looked at.
func isRefusal(f *fault.Error) bool {
	return f.Kind == fault.NotFound || f.Kind == fault.Invalid || f.Kind == fault.Gone
}

// find returns whose redemption a code or a token is.
func (e *Engine) find(ctx context.Context, text string) (id.User, id.Redemption, error) {
	if voucher.IsToken(text) {
		v, err := voucher.Verify(text, e.vouchers.keys())
		if err != nil {
			return "", "", err
		}
		text = e.vouchers.code(string(v.Redemption))
	}
	user, c, err := e.owner(ctx, text)
	if err == nil && c.Redemption == "" {
		err = voucher.Refuse(fault.CodeUnknownCode) // a member's code is no voucher
	}
	return user, c.Redemption, err
}

// owner returns whose code it is, and what it leads to.
func (e *Engine) owner(ctx context.Context, text string) (user id.User, c codeRecord, err error) {
	if text, err = voucher.ParseCode(text); err != nil {
		return "", c, err
	}
	user, data, err := e.codes.FindCode(ctx, text)
	if f := fault.From(err); err != nil && (f.Kind == fault.NotFound || f.Code == fault.CodeErased) {
		return "", c, voucher.Refuse(fault.CodeUnknownCode)
	}
	if err == nil {
		err = unmarshalCode(data, &c)
	}
	return user, c, err
}

// readAll reads the redemptions and their terms as they were reserved. The caller holds p.write.
func (e *Engine) readAll(ctx context.Context, co *checkout) error {
	for i := range co.held {
		k := &co.held[i]
		if co.out[i].Refused != nil {
			continue
		}
		var err error
		if k.Redemption, k.rev, err = e.redemption(ctx, co.p, k.ID); errors.Is(err, errNotFound) {
			co.out[i].Refused = voucher.Refuse(fault.CodeUnknownCode)
			continue
		} else if err != nil {
			return err
		}
		co.terms[i] = e.termsOf(&k.Redemption)
	}
	return nil
}

// termsOf returns what was promised when the redemption was reserved.
func (e *Engine) termsOf(r *Redemption) *voucher.Voucher {
	o := e.catalogue.Offer(r.Offer)
	if o == nil {
		o = &offers.Offer{ID: r.Offer, Merchant: r.Merchant, Status: offers.Stopped}
	}
	v, err := voucher.Verify(r.Token, e.vouchers.keys())
	if err != nil {
		return promise(o, r)
	}
	if len(v.Places) == 0 { // of all places, or of more than a token holds
		v.Places = promise(o, r).Places
	}
	return v
}

// judge refuses what can't be used, each code for the first reason that holds, and returns the person's now.
func (e *Engine) judge(t Till, c *Checkout, co *checkout) time.Time {
	now := e.now(co.p, c.At)
	var good []*voucher.Voucher
	var index []int
	for i := range co.held {
		out, k := &co.out[i], &co.held[i]
		if out.Refused != nil {
			continue
		}
		o := e.catalogue.Offer(k.Offer)
		out.Redemption, out.Offer, out.Version, out.Discount, out.Points = k.ID, k.Offer, k.Version, offers.Hundredths(k.Discount), k.Points
		if o != nil {
			out.Title = o.Title
		}
		if k.Status == Redeemed && c.Key != "" && k.Via == t.via(c.Key) && now.Sub(k.Changed) < repeats {
			good, index = append(good, co.terms[i]), append(index, i) // by this very call
			continue
		}
		if err := e.usable(t, c, co.p, o, k, co.terms[i], now); err != nil {
			out.Refused = fault.From(err)
			continue
		}
		good, index = append(good, co.terms[i]), append(index, i)
	}
	for len(good) > 1 {
		i, err := voucher.Stack(good)
		if err == nil {
			break
		}
		co.out[index[i]].Refused = fault.From(err)
		good, index = append(good[:i:i], good[i+1:]...), append(index[:i:i], index[i+1:]...)
	}
	return now
}

func (t *Till) via(key string) string { return t.Key + "/" + key }

// repeats is how long the repeat of a till's call is known as one: as long as an Idempotency-Key is. After that the same
// key is a till that counts from one again.
const repeats = 24 * time.Hour

// usable refuses one code. What another merchant's code has become is not told.
func (e *Engine) usable(t Till, c *Checkout, p *person, o *offers.Offer, k *kept, v *voucher.Voucher, now time.Time) error {
	here := v.Here(t.Merchant, t.Place, now)
	if f := fault.From(here); f != nil && f.Code != fault.CodeExpired {
		return here
	}
	switch {
	case k.Status == Redeemed:
		return voucher.Refuse(fault.CodeAlreadyRedeemed)
	case k.Status == RolledBack:
		return voucher.Refuse(fault.CodeRolledBack)
	case k.Status == Expired || here != nil:
		return voucher.Refuse(fault.CodeExpired)
	case o == nil || o.Status == offers.Stopped || o.Status == offers.Archived:
		return voucher.Refuse(fault.CodeStopped)
	}
	if err := v.Fits(&c.Basket); err != nil {
		return err
	}
	if !e.isPresent(p, o, t.Place, now) {
		return voucher.Refuse(fault.CodeNotPresent)
	}
	return nil
}

// redeemAll writes the redemptions, one after the other: what a crash cuts off, the repeat of the call finishes. The
// caller holds p.write.
func (e *Engine) redeemAll(ctx context.Context, t Till, c *Checkout, co *checkout, now time.Time) error {
	off := voucher.Deals(&c.Basket, co.terms)
	paid := c.Basket.Amount
	for i := range off {
		paid -= off[i]
	}
	for i := range co.held {
		k, out := &co.held[i], &co.out[i]
		o := e.catalogue.Offer(k.Offer)
		if k.Status == Redeemed { // by this very call, before
			if err := e.settle(ctx, co.p, o, k); err != nil {
				return err
			}
			continue
		}
		if k.Status == RolledBack { // given back after a till without network had taken it
			co.p.mu.Lock()
			co.p.matching.Redeemed(k.At, k.Offer)
			co.p.mu.Unlock()
		}
		k.Status, k.Changed, k.Place, k.Via = Redeemed, now, t.Place, t.via(c.Key)
		k.Discount, k.Currency = voucher.Money(off[i]), c.Basket.Currency
		if e.knowsPurchases(co.p) {
			k.Amount, k.Receipt = voucher.Money(c.Basket.Amount), c.Receipt
			if k.Points = pointsOf(co.terms[i]); i == 0 {
				k.Points += e.earned(t.Merchant, paid)
			}
		}
		if err := e.writeRedemption(ctx, co.p, k); err != nil {
			return err
		}
		out.Discount, out.Points = off[i], k.Points
		if err := e.settle(ctx, co.p, o, k); err != nil {
			return err
		}
		e.used(ctx, co.p, o, &k.Redemption, c.Basket.Amount)
	}
	if err := e.bought(ctx, t, c, co.p, paid, now); err != nil {
		return err
	}
	_, _, err := e.climb(ctx, co.p, t.Merchant, now)
	return err
}

func (e *Engine) knowsPurchases(p *person) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profile.Consents.Allows(privacy.Purchases)
}

// RollBack takes a redemption back within rollbackDays: its unit, money and points go back. Only the merchant that it was
// used at can. Repeating it changes nothing.
func (e *Engine) RollBack(ctx context.Context, t Till, redemption id.Redemption, at time.Time) (Redemption, error) {
	if err := id.Check("id", string(redemption), id.PrefixRedemption); err != nil {
		return Redemption{}, errNoRedemption
	}
	user, _, err := e.find(ctx, e.vouchers.code(string(redemption)))
	if err != nil {
		return Redemption{}, errNoRedemption
	}
	p, err := e.load(ctx, user)
	if err != nil {
		return Redemption{}, err
	}
	p.write.Lock()
	defer p.write.Unlock()
	r, rev, err := e.redemption(ctx, p, redemption)
	if err != nil {
		return r, err
	}
	now := e.now(p, at)
	switch {
	case p.mode != t.Mode:
		return Redemption{}, errNoRedemption
	case r.Merchant != t.Merchant:
		return Redemption{}, voucher.Refuse(fault.CodeWrongMerchant)
	case r.Status == RolledBack && r.Via == "":
		return r, nil // the person gave it back: its unit may wait for tills without network
	case r.Status == RolledBack:
		ctx = context.WithoutCancel(ctx)
		return r, errors.Join(e.release(ctx, p, &r), e.unbought(ctx, p, r.Via))
	case r.Status != Redeemed:
		return Redemption{}, fault.New(fault.Conflict, fault.CodeConflict, "It was not redeemed.")
	case now.Sub(r.Changed) > rollbackDays*24*time.Hour:
		return Redemption{}, voucher.Refuse(fault.CodeTooLate)
	}
	k := kept{r, rev}
	k.Status, k.Changed, k.Points = RolledBack, now, 0
	ctx = context.WithoutCancel(ctx)
	if err := e.end(ctx, p, &k, event.RolledBack); err != nil {
		return k.Redemption, err
	}
	e.stats.rollbacks.Add(1)
	if err := e.unbought(ctx, p, r.Via); err != nil {
		return k.Redemption, err
	}
	_, _, err = e.climb(ctx, p, r.Merchant, now)
	return k.Redemption, err
}
