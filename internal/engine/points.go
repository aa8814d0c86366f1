package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// Points are no record of their own: they stand in the redemptions and purchases that earned them, and a balance is
// their sum. So a rollback takes them back by itself, nothing is counted twice, they live as long as what they come from
// (two years), and a withdrawn consent to purchases takes them along.

// Loyalty is what a person has earned at one merchant.
type Loyalty struct {
	Merchant id.Merchant
	Name     string
	Points   int
	Tier     string // empty: none yet
	Next     string // the tier above; empty: none
	Missing  int    // points to it
}

// Loyalty returns the person's points and tiers, by merchant.
func (e *Engine) Loyalty(ctx context.Context, s *Session) ([]Loyalty, error) {
	out := []Loyalty{}
	sums, err := e.points(ctx, s.p)
	for _, i := range slices.Sorted(maps.Keys(sums)) {
		m := e.catalogue.Merchant(i)
		if m == nil {
			continue
		}
		l := Loyalty{Merchant: i, Name: m.Name, Points: sums[i]}
		if m.Program != nil {
			tier := tierOf(m.Program, l.Points)
			if tier > 0 {
				l.Tier = m.Program.Tiers[tier-1].Name
			}
			if tier < len(m.Program.Tiers) {
				l.Next, l.Missing = m.Program.Tiers[tier].Name, m.Program.Tiers[tier].Points-l.Points
			}
		}
		out = append(out, l)
	}
	return out, err
}

// tierOf returns how many tiers so many points reach.
func tierOf(pr *offers.Program, points int) (tier int) {
	for tier < len(pr.Tiers) && points >= pr.Tiers[tier].Points {
		tier++
	}
	return tier
}

// climb tells the matcher which tier of a merchant's program the person's points have reached, and returns both; "" is no
// tier. The caller holds p.write.
func (e *Engine) climb(ctx context.Context, p *person, merchant id.Merchant, now time.Time) (points int, tier string, err error) {
	m := e.catalogue.Merchant(merchant)
	if m == nil || m.Program == nil || !e.knowsPurchases(p) {
		return 0, "", nil
	}
	sums, err := e.points(ctx, p)
	if err != nil {
		return 0, "", err
	}
	points = sums[merchant]
	n := tierOf(m.Program, points)
	if n > 0 {
		tier = m.Program.Tiers[n-1].Name
	}
	p.mu.Lock()
	if p.profile.Consents.Allows(privacy.Purchases) {
		p.matching.SetTier(now, merchant, n-1)
		p.dirty = true
	}
	p.mu.Unlock()
	return points, tier, nil
}

// points adds up what the person earned. Without the consent purchases nothing is.
func (e *Engine) points(ctx context.Context, p *person) (map[id.Merchant]int, error) {
	sums := map[id.Merchant]int{}
	if !e.knowsPurchases(p) {
		return sums, nil
	}
	list, err := e.redemptions(ctx, p)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if r := &list[i]; r.Points > 0 && r.Status == Redeemed {
			sums[r.Merchant] += r.Points
		}
	}
	var broken error
	err = e.records.List(ctx, p.id, recordsPurchase, func(_ string, data []byte) bool {
		var b Purchase
		if broken = json.Unmarshal(data, &b); broken == nil && b.Points > 0 {
			sums[b.Merchant] += b.Points
		}
		return broken == nil
	})
	return sums, errors.Join(err, broken)
}

// earned is what money spent at a merchant brings, rounded down.
func (e *Engine) earned(m id.Merchant, paid int64) int {
	if merchant := e.catalogue.Merchant(m); merchant != nil && merchant.Program != nil {
		return int(math.Floor(voucher.Money(paid)*merchant.Program.PointsPerUnit + 1e-9))
	}
	return 0
}

// pointsOf is what an offer of the kind Points brings.
func pointsOf(v *voucher.Voucher) int {
	if v.Kind != offers.Points {
		return 0
	}
	return v.Units()
}

// bought keeps the purchase that a checkout tells of, once, if the person lets purchases be known. Its points stand in
// the redemption. The caller holds p.write.
func (e *Engine) bought(ctx context.Context, t Till, c *Checkout, p *person, paid int64, now time.Time) error {
	if !e.knowsPurchases(p) || c.Basket.Amount == 0 {
		return nil
	}
	b := Purchase{
		ID: purchaseOf(p, t.via(c.Key)), Place: t.Place, Amount: voucher.Money(paid), Currency: c.Basket.Currency, At: now, Source: SourceTill,
	}
	_, err := e.keepPurchase(ctx, p, &b, false)
	return err
}

// purchaseOf names the purchase of one call of a till.
func purchaseOf(p *person, via string) id.Purchase {
	return id.Purchase(id.Derive(id.PrefixPurchase, string(p.id), via))
}

// keepPurchase writes a purchase that a till told of, if it is not there yet; learn feeds it to the matcher (a
// redemption has done so already).
func (e *Engine) keepPurchase(ctx context.Context, p *person, b *Purchase, learn bool) (fresh bool, err error) {
	place := e.catalogue.Place(b.Place)
	if place == nil {
		return false, nil
	}
	b.Merchant, b.Category, b.Brand = place.Merchant, place.Category, place.Brand
	data, err := json.Marshal(b)
	if err != nil {
		return false, fault.From(err)
	}
	if err := e.makeRoom(ctx, p); err != nil {
		return false, err
	}
	_, err = e.records.Write(ctx, p.id, recordsPurchase+string(b.ID), data, 0)
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return false, nil // a repeat
	}
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	p.matching.Visited(b.At, place)
	e.matcher.Visit(&p.matching, b.At.In(p.zone), place, p.teaches())
	if learn {
		p.matching.Purchased(b.At, b.Category, b.Brand, b.Merchant)
	}
	p.dirty = true
	p.mu.Unlock()
	e.tell(p, event.Purchased, nil, b.At, event.Event{Merchant: b.Merchant, Place: b.Place, Amount: b.Amount, Currency: b.Currency})
	return true, nil
}

// unbought forgets the purchase of a redemption that was rolled back.
func (e *Engine) unbought(ctx context.Context, p *person, via string) error {
	return e.records.Delete(ctx, p.id, recordsPurchase+string(purchaseOf(p, via)))
}

// memberFor is how long a member's code is shown; it holds for as long again.
const memberFor = 5 * time.Minute

// Member is a short-lived code by which a till knows a person for their purchases and points; it names nobody.
type Member struct {
	Code    string
	Expires time.Time
}

// MemberCode returns the person's present code for tills. Needs the consent purchases.
func (e *Engine) MemberCode(ctx context.Context, s *Session) (Member, error) {
	p := s.p
	consents := e.Consents(s)
	if err := consents.Require(privacy.Purchases); err != nil {
		return Member{}, err
	}
	now := e.clock()
	frame := now.Truncate(memberFor)
	m := Member{Code: e.vouchers.code("member/" + string(p.id) + "/" + strconv.FormatInt(frame.Unix(), 10)), Expires: frame.Add(2 * memberFor)}
	p.write.Lock()
	defer p.write.Unlock()
	data, err := json.Marshal(codeRecord{})
	if err != nil {
		return Member{}, fault.From(err)
	}
	return m, e.codes.PutCode(ctx, p.id, m.Code, data, time.Time{}, time.Time{}, m.Expires)
}

// TillPurchase is a purchase without an offer by a person who showed their member's code.
type TillPurchase struct {
	Member string
	Checkout
}

// Credited is what a purchase at a till brought.
type Credited struct {
	Purchase id.Purchase
	Points   int    // for this purchase
	Balance  int    // at the merchant
	Tier     string // at the merchant; empty: none
}

// BuyAtTill keeps a purchase that a till tells of and gives its points. A repeat with the same key changes nothing. Needs
// the person's consent purchases: without it the code is unknown.
func (e *Engine) BuyAtTill(ctx context.Context, t Till, c TillPurchase) (Credited, id.User, error) {
	user, code, err := e.owner(ctx, c.Member)
	if err != nil {
		return Credited{}, "", fault.From(err).WithField("member")
	}
	p, err := e.load(ctx, user)
	if err != nil {
		return Credited{}, "", err
	}
	unknown := voucher.Refuse(fault.CodeUnknownCode).WithField("member")
	if code.Redemption != "" || p.mode != t.Mode {
		return Credited{}, "", unknown
	}
	p.write.Lock()
	defer p.write.Unlock()
	if !e.knowsPurchases(p) {
		return Credited{}, "", unknown
	}
	key := cmp.Or(c.Key, id.New(""))
	b := Purchase{
		ID: purchaseOf(p, t.via(key)), Place: t.Place, Amount: voucher.Money(c.Basket.Amount), Currency: c.Basket.Currency,
		At: e.now(p, c.At), Source: SourceTill, Points: e.earned(t.Merchant, c.Basket.Amount),
	}
	if _, err := e.keepPurchase(context.WithoutCancel(ctx), p, &b, true); err != nil {
		return Credited{}, "", err
	}
	out := Credited{Purchase: b.ID, Points: b.Points}
	out.Balance, out.Tier, err = e.climb(ctx, p, t.Merchant, b.At)
	return out, p.id, err
}

// forgetBaskets takes out of redemptions what belongs to the consent purchases. The caller holds p.write.
func (e *Engine) forgetBaskets(ctx context.Context, p *person) error {
	list, err := e.redemptions(ctx, p)
	for i := range list {
		k := &list[i]
		if err != nil {
			return err
		}
		if k.Amount != 0 || k.Points != 0 || k.Receipt != "" {
			k.Amount, k.Points, k.Receipt = 0, 0, ""
			err = e.writeRedemption(ctx, p, k)
		}
	}
	return err
}
