package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// Purchase is something that the person bought.
type Purchase struct {
	ID       id.Purchase
	Place    id.Place
	Merchant id.Merchant
	Category string
	Brand    string
	Amount   float64
	Currency string
	At       time.Time
	Source   string // who told: one of the Source constants; empty: SourceSelf
	Items    []Item
	Points   int // what it earned at the merchant's program, if not in a redemption
}

// Item is one line of a receipt.
type Item struct {
	Name     string  `json:"name,omitzero"`
	SKU      string  `json:"sku,omitzero"`
	Category string  `json:"category,omitzero"`
	Brand    string  `json:"brand,omitzero"`
	Amount   float64 `json:"amount,omitzero"` // of the purchase's currency
}

// Who told of a purchase.
const (
	SourceSelf    = "self"
	SourceReceipt = "receipt"
	SourceTill    = "till"
)

const (
	maxPurchaseText = 128
	maxPurchaseAge  = 2 * 365 * 24 * time.Hour // as long as purchases are kept
	maxPurchases    = 2000                     // of one person; the oldest goes
	maxItems        = 100                      // of one receipt
	maxLearned      = 8                        // different things that one receipt teaches
)

// Purchase remembers what the person bought; it feeds the affinities of the matcher. Needs the consent purchases.
func (e *Engine) Purchase(ctx context.Context, s *Session, b Purchase) (Purchase, error) {
	p := s.p
	if err := e.completePurchase(p, &b); err != nil {
		return b, err
	}
	p.write.Lock() // so that a consent that is withdrawn meanwhile comes before all of it or after
	defer p.write.Unlock()
	consents := e.Consents(s)
	if err := consents.Require(privacy.Purchases); err != nil {
		return b, err
	}
	data, err := json.Marshal(b)
	if err != nil {
		return b, fault.From(err)
	}
	if err := e.makeRoom(ctx, p); err != nil {
		return b, err
	}
	if _, err := e.records.Write(ctx, p.id, recordsPurchase+string(b.ID), data, 0); err != nil {
		return b, err
	}
	p.mu.Lock()
	for _, l := range b.lessons() {
		p.matching.Purchased(b.At, l.Category, l.Brand, b.Merchant)
	}
	if place := e.catalogue.Place(b.Place); place != nil {
		e.matcher.Visit(&p.matching, b.At.In(p.zone), place, p.teaches())
	}
	p.dirty = true
	p.mu.Unlock()
	if b.Source != SourceSelf && b.Merchant != "" {
		e.tell(p, event.Purchased, nil, b.At, event.Event{Merchant: b.Merchant, Place: b.Place, Amount: b.Amount, Currency: b.Currency})
	}
	return b, e.writeState(ctx, p)
}

// lessons are the different things that a purchase teaches: those of its items, or else its own.
func (b *Purchase) lessons() []Item {
	var list []Item
	for _, it := range b.Items {
		l := Item{Category: cmp.Or(it.Category, b.Category), Brand: cmp.Or(it.Brand, b.Brand)}
		if l != (Item{}) && !slices.Contains(list, l) && len(list) < maxLearned {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		list = append(list, Item{Category: b.Category, Brand: b.Brand})
	}
	return list
}

// completePurchase checks a purchase and fills in what its place tells.
func (e *Engine) completePurchase(p *person, b *Purchase) error {
	b.ID = id.Purchase(id.New(id.PrefixPurchase))
	b.Source = cmp.Or(b.Source, SourceSelf)
	now := e.now(p, b.At)
	if b.At.IsZero() {
		b.At = now
	}
	if b.Place != "" {
		place := e.catalogue.Place(b.Place)
		if place == nil || place.Mode != p.mode {
			return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such place.").WithField("place")
		}
		if b.Category == "" {
			b.Category = place.Category
		}
		if b.Brand == "" {
			b.Brand = place.Brand
		}
		b.Merchant = place.Merchant
	}
	b.Category = strings.ToLower(b.Category)
	if m := e.catalogue.Merchant(b.Merchant); b.Merchant != "" && (m == nil || m.Mode != p.mode) {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no such merchant.").WithField("merchant")
	}
	return b.check(now)
}

// check refuses what is out of range.
func (b *Purchase) check(now time.Time) error {
	switch {
	case b.At.After(now.Add(maxSkew)):
		return fault.Field("at", "must not lie in the future")
	case now.Sub(b.At) > maxPurchaseAge:
		return fault.Field("at", "must be less than two years ago")
	case b.lessons()[0] == Item{}:
		return fault.Field("category", "must be set, or brand, or a place or items that have them")
	case len(b.Brand) > maxPurchaseText:
		return fault.Field("brand", "must be at most %d bytes", maxPurchaseText)
	case !amount(b.Amount):
		return fault.Field("amount", "must be zero or more, at most a thousand million")
	case b.Currency != "" && !offers.IsCurrency(b.Currency):
		return fault.Field("currency", "must be an ISO 4217 code such as EUR")
	case b.Source != SourceSelf && b.Source != SourceReceipt && b.Source != SourceTill:
		return fault.Field("source", "must be %s or %s", SourceSelf, SourceReceipt)
	case len(b.Items) > maxItems:
		return fault.Field("items", "must hold at most %d", maxItems)
	case b.Category != "":
		if err := offers.CheckCategory("category", b.Category); err != nil {
			return err
		}
	}
	for i := range b.Items {
		if err := b.Items[i].check(); err != nil {
			return fault.From(err).Under("items[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

func (it *Item) check() error {
	for name, text := range map[string]string{"name": it.Name, "sku": it.SKU, "brand": it.Brand} {
		if len(text) > maxPurchaseText {
			return fault.Field(name, "must be at most %d bytes", maxPurchaseText)
		}
	}
	if !amount(it.Amount) {
		return fault.Field("amount", "must be zero or more, at most a thousand million")
	}
	if it.Category != "" {
		return offers.CheckCategory("category", it.Category)
	}
	return nil
}

// amount reports whether v is an amount of money that sums can take, as tills are allowed to tell.
func amount(v float64) bool { return v >= 0 && v <= voucher.MaxAmount/100 }

// makeRoom drops the oldest purchase if there are too many for one more. The caller holds p.write.
func (e *Engine) makeRoom(ctx context.Context, p *person) error {
	list, err := e.purchases(ctx, p)
	if err != nil || len(list) < maxPurchases {
		return err
	}
	return e.records.Delete(ctx, p.id, recordsPurchase+string(list[len(list)-1].ID))
}

// Purchases returns what the session's person bought, newest first.
func (e *Engine) Purchases(ctx context.Context, s *Session) ([]Purchase, error) {
	return e.purchases(ctx, s.p)
}

func (e *Engine) purchases(ctx context.Context, p *person) (list []Purchase, err error) {
	if err := e.collect(ctx, p, recordsPurchase, appendTo(&list)); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Purchase) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// ForgetPurchase deletes one purchase, and what was learned from it; it is durable when it returns.
func (e *Engine) ForgetPurchase(ctx context.Context, s *Session, purchase id.Purchase) error {
	if err := id.Check("id", string(purchase), id.PrefixPurchase); err != nil {
		return err
	}
	p := s.p
	p.write.Lock()
	defer p.write.Unlock()
	data, _, err := e.records.Read(ctx, p.id, recordsPurchase+string(purchase))
	if errors.Is(err, errNotFound) {
		return fault.From(err).WithField("id")
	}
	if err != nil {
		return err
	}
	var b Purchase
	if err := json.Unmarshal(data, &b); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "A purchase can't be read.").Wrap(err)
	}
	if err := e.records.Delete(ctx, p.id, recordsPurchase+string(purchase)); err != nil {
		return err
	}
	known, err := e.pastOf(ctx, p)
	if err != nil {
		return err
	}
	p.mu.Lock()
	for _, l := range b.lessons() {
		p.matching.Unpurchased(b.At, l.Category, l.Brand, b.Merchant)
	}
	if b.Place != "" {
		p.matching.ForgetVisit(b.At, b.Place)
	}
	p.matching.KeepPast(known)
	p.dirty = true
	p.mu.Unlock()
	return e.writeState(ctx, p)
}

// pastOf returns what the person's purchases and redemptions still tell: merchants and categories. The caller holds
// p.write.
func (e *Engine) pastOf(ctx context.Context, p *person) (known offers.Past, err error) {
	known = offers.Past{Merchants: map[id.Merchant]bool{}, Categories: map[string]bool{}}
	list, err := e.purchases(ctx, p)
	for i := range list {
		known.Merchants[list[i].Merchant] = true
		for _, l := range list[i].lessons() {
			known.Categories[l.Category] = true
		}
	}
	if err != nil {
		return known, err
	}
	redeemed, err := e.redemptions(ctx, p)
	for i := range redeemed {
		r := &redeemed[i]
		if r.Status != Redeemed {
			continue
		}
		known.Merchants[r.Merchant] = true
		if o := e.catalogue.Offer(r.Offer); o != nil {
			known.Merchants[o.Merchant], known.Categories[o.Category] = true, true
		}
	}
	return known, err
}
