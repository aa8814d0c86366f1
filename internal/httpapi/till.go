package httpapi

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// Bounds of what a till sends.
const (
	maxReceipt = 64
	maxSKU     = 64
	maxSync    = 500
)

// language is what the till's display speaks: the first of en and de in Accept-Language, en without any.
func (c *call) language() string {
	for tag := range strings.SplitSeq(c.Header.Get("Accept-Language"), ",") {
		switch tag = strings.ToLower(strings.TrimSpace(tag)); {
		case strings.HasPrefix(tag, "de"):
			return "de"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "en"
}

// basketOf checks a basket and returns it in hundredths.
func basketOf(amount float64, currency string, items []api.BasketItem, receipt string) (b voucher.Basket, err error) {
	b.Currency = currency
	if b.Amount, err = hundredths("amount", amount); err != nil {
		return b, err
	}
	switch {
	case !offers.IsCurrency(currency):
		return b, fault.Field("currency", "must be an ISO 4217 code such as EUR")
	case len(items) > voucher.MaxItems:
		return b, fault.Field("items", "must hold at most %d", voucher.MaxItems)
	case len(receipt) > maxReceipt:
		return b, fault.Field("receipt", "must be at most %d bytes", maxReceipt)
	}
	for i, it := range items {
		field := "items[" + strconv.Itoa(i) + "]."
		price, err := hundredths(field+"price", it.Price)
		switch {
		case err != nil:
			return b, err
		case it.SKU == "" || len(it.SKU) > maxSKU:
			return b, fault.Field(field+"sku", "must be 1 to %d bytes", maxSKU)
		case it.Quantity < 1 || it.Quantity > voucher.MaxQuantity:
			return b, fault.Field(field+"quantity", "must be from 1 to %d", voucher.MaxQuantity)
		}
		b.Items = append(b.Items, voucher.Item{SKU: it.SKU, Quantity: it.Quantity, Price: price})
	}
	return b, nil
}

// hundredths refuses what is no amount of money to the cent.
func hundredths(field string, v float64) (int64, error) {
	h := math.Round(v * 100)
	if !(h >= 0 && h <= voucher.MaxAmount) || math.Abs(v*100-h) > 1e-4 {
		return 0, fault.Field(field, "must be zero or more, with at most two decimals")
	}
	return int64(h), nil
}

func readCheckout(c *call) (engine.Checkout, error) {
	var in api.Checkout
	if err := decode(c.body, &in); err != nil {
		return engine.Checkout{}, err
	}
	if len(in.Codes) == 0 || len(in.Codes) > voucher.MaxStacked {
		return engine.Checkout{}, fault.Field("codes", "must hold 1 to %d", voucher.MaxStacked)
	}
	b, err := basketOf(in.Amount, in.Currency, in.Items, in.Receipt)
	return engine.Checkout{Codes: in.Codes, Basket: b, Receipt: in.Receipt, At: in.At, Key: c.key}, err
}

func (s *server) checkCodes(c *call) (answer, error) {
	in, err := readCheckout(c)
	if err != nil {
		return answer{}, err
	}
	out, err := s.Engine.CheckCodes(c.ctx, c.till, in)
	return answer{status: http.StatusOK, body: viewCheckout(&in.Basket, out, c.language())}, err
}

func (s *server) redeemCodes(c *call) (answer, error) {
	in, err := readCheckout(c)
	if err != nil {
		return answer{}, err
	}
	out, owner, err := s.Engine.RedeemCodes(c.ctx, c.till, in)
	return answer{status: http.StatusCreated, body: viewCheckout(&in.Basket, out, c.language()), owner: owner}, voucher.In(err, c.language())
}

func viewCheckout(b *voucher.Basket, list []engine.Discounted, lang string) api.CheckoutResult {
	out := api.CheckoutResult{Lines: make([]api.CheckoutLine, len(list)), Currency: b.Currency}
	var off int64
	for i, d := range list {
		line := api.CheckoutLine{
			Redemption: d.Redemption, Offer: d.Offer, Version: d.Version, Title: d.Title, Discount: voucher.Money(d.Discount), Points: d.Points,
		}
		if d.Refused != nil {
			f := fault.From(voucher.In(d.Refused, lang))
			line = api.CheckoutLine{Refused: &api.Refusal{Code: f.Code, Text: f.Detail}}
			d.Discount = 0
		}
		off += d.Discount
		out.Lines[i] = line
	}
	out.Discount, out.Pay = voucher.Money(off), voucher.Money(b.Amount-off)
	return out
}

func (s *server) rollBack(c *call) (answer, error) {
	var in api.RollBack
	if len(c.body) > 0 {
		if err := decode(c.body, &in); err != nil {
			return answer{}, err
		}
	}
	out, err := s.Engine.RollBack(c.ctx, c.till, id.Redemption(c.PathValue("id")), in.At)
	line := api.CheckoutLine{Redemption: out.ID, Offer: out.Offer, Version: out.Version, Discount: out.Discount}
	return answer{status: http.StatusOK, body: line}, voucher.In(err, c.language())
}

func (s *server) tillPurchase(c *call) (answer, error) {
	var in api.TillPurchase
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	b, err := basketOf(in.Amount, in.Currency, in.Items, in.Receipt)
	if err != nil {
		return answer{}, err
	}
	out, owner, err := s.Engine.BuyAtTill(c.ctx, c.till, engine.TillPurchase{
		Member: in.Member, Checkout: engine.Checkout{Basket: b, Receipt: in.Receipt, At: in.At, Key: c.key},
	})
	return answer{
		status: http.StatusCreated, owner: owner,
		body: api.Credited{ID: out.Purchase, Points: out.Points, Balance: out.Balance, Tier: out.Tier},
	}, voucher.In(err, c.language())
}

func (s *server) syncTill(c *call) (answer, error) {
	var in api.OfflineRedemptions
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if len(in.Redemptions) == 0 || len(in.Redemptions) > maxSync {
		return answer{}, fault.Field("redemptions", "must hold 1 to %d", maxSync)
	}
	list := make([]engine.OfflineRedemption, len(in.Redemptions))
	for i, r := range in.Redemptions {
		field := "redemptions[" + strconv.Itoa(i) + "]"
		b, err := basketOf(r.Amount, r.Currency, r.Items, r.Receipt)
		if err == nil && r.TillSeq < 1 {
			err = fault.Field("tillSeq", "must be 1 or more")
		}
		if err != nil {
			return answer{}, fault.From(err).Under(field)
		}
		list[i] = engine.OfflineRedemption{Seq: r.TillSeq, Token: r.Token, At: r.At, Basket: b, Receipt: r.Receipt}
	}
	done, err := s.Engine.Reconcile(c.ctx, c.till, list)
	out := api.OfflineResults{Results: make([]api.OfflineResult, len(done))}
	for i, d := range done {
		r := api.OfflineResult{TillSeq: list[i].Seq, Status: "accepted", Redemption: d.Redemption, Discount: voucher.Money(d.Discount), Points: d.Points}
		switch {
		case d.Refused != nil:
			f := fault.From(voucher.In(d.Refused, c.language()))
			r = api.OfflineResult{TillSeq: list[i].Seq, Status: f.Code, Text: f.Detail, Redemption: d.Redemption}
		case d.Repeat:
			r.Status = "duplicate"
		}
		out.Results[i] = r
	}
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) tillKeys(c *call) (answer, error) {
	q := c.query("since")
	since := q.time("since")
	if q.err != nil {
		return answer{}, q.err
	}
	now := s.Clock().UTC()
	list, err := s.Engine.StopList(c.ctx, c.till, since)
	out := api.TillKeys{Merchant: c.till.Merchant, Place: c.till.Place, Keys: []api.TillKey{}, At: now.Truncate(time.Second)}
	for n, k := range list.Keys {
		out.Keys = append(out.Keys, api.TillKey{ID: hex.EncodeToString(n[:]), Key: base64.StdEncoding.EncodeToString(k)})
	}
	slices.SortFunc(out.Keys, func(a, b api.TillKey) int { return strings.Compare(a.ID, b.ID) })
	if n := len(list.Stopped); n >= engine.MaxStops {
		out.At = list.Stopped[n-1].At // there may be more
	}
	out.Stopped = each(list.Stopped, func(x engine.Stop) api.Stopped { return api.Stopped(x) })
	return answer{status: http.StatusOK, body: out}, err
}
