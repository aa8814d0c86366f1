package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// OfflineRedemption is what a till without network did, told later. Seq is the till's own number of it, unique for the
// till; a till uses one voucher for a basket while it has no network.
type OfflineRedemption struct {
	Seq     int64
	Token   string
	At      time.Time
	Basket  voucher.Basket
	Receipt string
}

// Reconciled is what became of one. Refused is nil if it stands; Repeat says that it did already.
type Reconciled struct {
	Discounted
	Repeat bool
}

// Reconcile takes what a till without network did. Each item stands or falls by itself: of two tills that took the same
// voucher, the first to tell wins. It is safe to repeat, in any order. An error means that the rest has to be told again.
func (e *Engine) Reconcile(ctx context.Context, t Till, list []OfflineRedemption) ([]Reconciled, error) {
	out := make([]Reconciled, len(list))
	for i := range list {
		var err error
		out[i], err = e.reconcile(ctx, t, &list[i])
		if err == nil {
			continue
		}
		f := fault.From(err)
		if f.Kind == fault.Unavailable || f.Kind == fault.Internal {
			return out[:i], err
		}
		out[i].Refused = f
	}
	return out, nil
}

func (e *Engine) reconcile(ctx context.Context, t Till, it *OfflineRedemption) (out Reconciled, err error) {
	v, err := voucher.Verify(it.Token, e.vouchers.keys())
	if err != nil {
		return out, err
	}
	out.Redemption, out.Offer, out.Version = v.Redemption, v.Offer, v.Version
	user, _, err := e.find(ctx, it.Token)
	if err != nil {
		return out, err
	}
	p, err := e.load(ctx, user)
	if err != nil {
		return out, err
	}
	if p.mode != t.Mode {
		return out, voucher.Refuse(fault.CodeUnknownCode)
	}
	p.write.Lock()
	defer p.write.Unlock()
	r, rev, err := e.redemption(ctx, p, v.Redemption)
	if errors.Is(err, errNotFound) {
		return out, voucher.Refuse(fault.CodeUnknownCode)
	}
	if err != nil {
		return out, err
	}
	c := Checkout{Codes: []string{it.Token}, Basket: it.Basket, Receipt: it.Receipt, Key: "seq/" + strconv.FormatInt(it.Seq, 10)}
	if r.Status == Redeemed && r.Via == t.via(c.Key) {
		out.Repeat, out.Discount, out.Points = true, offers.Hundredths(r.Discount), r.Points
	} else if err := e.standsOffline(t, p, it, &r, v); err != nil {
		return out, err
	}
	if r.Status == RolledBack { // its unit has waited for this; if it did not, the ledger says so
		if _, err := e.ledger.Claim(context.WithoutCancel(ctx), offers.Claim{Offer: r.Offer, User: p.id, Redemption: r.ID}); err != nil {
			if f := fault.From(err); f.Kind == fault.Conflict || f.Kind == fault.Gone {
				err = voucher.Refuse(fault.CodeTooLate)
			}
			return out, err
		}
	}
	co := &checkout{p: p, held: []kept{{r, rev}}, terms: []*voucher.Voucher{v}, out: []Discounted{out.Discounted}}
	err = e.redeemAll(context.WithoutCancel(ctx), t, &c, co, it.At)
	out.Discounted = co.out[0]
	return out, err
}

// standsOffline refuses what a till could not have done, or tells too late. A voucher that the person gave back after the till had
// taken it stands: its unit has waited for this.
func (e *Engine) standsOffline(t Till, p *person, it *OfflineRedemption, r *Redemption, v *voucher.Voucher) error {
	now := e.now(p, it.At)
	o := e.catalogue.Offer(r.Offer)
	switch {
	case it.At.IsZero() || it.At.After(now.Add(maxSkew)) || it.At.Before(r.At.Add(-maxSkew)):
		return fault.Field("at", "must be when it happened: after the reservation, and not in the future")
	case !v.Offline:
		return voucher.Refuse(fault.CodeNeedsNetwork)
	}
	if err := v.Here(t.Merchant, t.Place, it.At); err != nil {
		return err
	}
	switch {
	case r.Status == Redeemed:
		return voucher.Refuse(fault.CodeAlreadyRedeemed)
	case r.Status == RolledBack && (r.Via != "" || !it.At.Before(r.Changed)):
		return voucher.Refuse(fault.CodeRolledBack)
	case r.Status == Expired, !now.Before(v.Expires.Add(offline(o))):
		return voucher.Refuse(fault.CodeTooLate)
	}
	return v.Fits(&it.Basket)
}

// StopList is what tills without network need: the public keys, and which tokens that may still look good are not any
// more, since a time.
type StopList struct {
	Keys    voucher.Keys
	Stopped []Stop
}

// Stop is a token that no till may take.
type Stop struct {
	Redemption id.Redemption
	At         time.Time
}

// MaxStops bounds a stop list; the next starts at the time of the last entry.
const MaxStops = 10_000

// StopList returns the keys, and the merchant's redemptions that ended since, oldest first.
func (e *Engine) StopList(ctx context.Context, t Till, since time.Time) (StopList, error) {
	l := StopList{Keys: e.vouchers.keys()}
	err := e.codes.EndedCodes(ctx, since, func(_ id.User, value []byte) bool {
		var c codeRecord
		if unmarshalCode(value, &c) == nil && c.Merchant == t.Merchant {
			l.Stopped = append(l.Stopped, Stop{c.Redemption, c.Ended})
		}
		return len(l.Stopped) < MaxStops
	})
	slices.SortStableFunc(l.Stopped, func(a, b Stop) int { return a.At.Compare(b.At) })
	return l, err
}
