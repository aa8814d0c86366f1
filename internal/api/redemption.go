package api

import (
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Redeem asks for one unit of an offer: to keep it until the person is at the till, or to use it at once.
type Redeem struct {
	Offer  id.Offer  `json:"offer"`
	Place  id.Place  `json:"place,omitzero"`  // where it will be used, if the offer has several
	Redeem bool      `json:"redeem,omitzero"` // use it now, where there is no till: the answer is shown at the counter
	At     time.Time `json:"at,omitzero"`     // read for simulated people only
}

// Redemption is an offer that a person reserved or used.
type Redemption struct {
	ID       id.Redemption `json:"id"`
	Offer    id.Offer      `json:"offer"`
	Version  int           `json:"version,omitzero"` // of the offer, whose terms hold for it
	Merchant id.Merchant   `json:"merchant,omitzero"`
	Ticket   int           `json:"ticket"`         // 1 is the first of the offer's budget
	Code     string        `json:"code"`           // what the person shows or reads out
	Token    string        `json:"token,omitzero"` // the same, signed: what stands in the QR code
	Status   string        `json:"status"`         // reserved, redeemed, rolled_back, expired
	At       time.Time     `json:"at"`
	Expires  time.Time     `json:"expires,omitzero"` // of a reservation, exclusive
	Changed  time.Time     `json:"changed,omitzero"` // to the present status
	Place    id.Place      `json:"place,omitzero"`   // where it was used
	Amount   float64       `json:"amount,omitzero"`  // of the basket; kept with the consent to purchases only
	Discount float64       `json:"discount,omitzero"`
	Currency string        `json:"currency,omitzero"`
	Points   int           `json:"points,omitzero"`
	Receipt  string        `json:"receipt,omitzero"` // the till's own number; kept with the consent to purchases only
}

// Checkout is a basket and the codes or tokens that were shown for it.
type Checkout struct {
	Codes    []string     `json:"codes"`
	Amount   float64      `json:"amount"` // of the basket, before discounts
	Currency string       `json:"currency"`
	Items    []BasketItem `json:"items,omitempty"`
	Receipt  string       `json:"receipt,omitzero"` // the till's own number
	At       time.Time    `json:"at,omitzero"`      // read for simulated people only
}

// BasketItem is one line of a basket.
type BasketItem struct {
	SKU      string  `json:"sku"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price"` // of one
}

// CheckoutResult is what a checkout brings, or brought.
type CheckoutResult struct {
	Lines    []CheckoutLine `json:"lines"` // one for each code, in their order
	Discount float64        `json:"discount"`
	Pay      float64        `json:"pay"` // what is left
	Currency string         `json:"currency"`
}

// CheckoutLine is what became of one code.
type CheckoutLine struct {
	Redemption id.Redemption `json:"redemption,omitzero"`
	Offer      id.Offer      `json:"offer,omitzero"`
	Version    int           `json:"version,omitzero"` // of the offer
	Title      string        `json:"title,omitzero"`
	Discount   float64       `json:"discount,omitzero"`
	Points     int           `json:"points,omitzero"`
	Refused    *Refusal      `json:"refused,omitempty"` // absent: the code holds
}

// Refusal is why a code can't be used.
type Refusal struct {
	Code string `json:"code"`
	Text string `json:"text"` // for the till's display, in the language of Accept-Language: en or de
}

// OfflineRedemptions is what a till without network did, at most 500.
type OfflineRedemptions struct {
	Redemptions []OfflineRedemption `json:"redemptions"`
}

// OfflineRedemption is one of them.
type OfflineRedemption struct {
	TillSeq  int64        `json:"tillSeq"` // the till's own number of it: 1 and up, never used twice
	Token    string       `json:"token"`
	At       time.Time    `json:"at"`
	Amount   float64      `json:"amount"`
	Currency string       `json:"currency"`
	Items    []BasketItem `json:"items,omitempty"`
	Receipt  string       `json:"receipt,omitzero"`
}

// OfflineResults answers OfflineRedemptions, in their order.
type OfflineResults struct {
	Results []OfflineResult `json:"results"`
}

// OfflineResult is what became of one. Status is accepted, duplicate (told before), or the code of a refusal.
type OfflineResult struct {
	TillSeq    int64         `json:"tillSeq"`
	Status     string        `json:"status"`
	Text       string        `json:"text,omitzero"` // of a refusal
	Redemption id.Redemption `json:"redemption,omitzero"`
	Discount   float64       `json:"discount,omitzero"` // as the server reckons it
	Points     int           `json:"points,omitzero"`
}

// TillKeys is what a till needs to work without network for a while.
type TillKeys struct {
	Merchant id.Merchant `json:"merchant"`
	Place    id.Place    `json:"place"`
	Keys     []TillKey   `json:"keys"`
	Stopped  []Stopped   `json:"stopped"` // since the time asked for, oldest first
	At       time.Time   `json:"at"`      // ask since then next time
}

// TillKey is a public key that tokens are signed with.
type TillKey struct {
	ID  string `json:"id"`  // hexadecimal, as in tokens
	Key string `json:"key"` // Ed25519, base64
}

// Stopped is a redemption whose token must not be taken any more.
type Stopped struct {
	Redemption id.Redemption `json:"redemption"`
	At         time.Time     `json:"at"`
}

// TillPurchase is a purchase without an offer, by a person who showed their member's code.
type TillPurchase struct {
	Member   string       `json:"member"`
	Amount   float64      `json:"amount"`
	Currency string       `json:"currency"`
	Items    []BasketItem `json:"items,omitempty"`
	Receipt  string       `json:"receipt,omitzero"`
	At       time.Time    `json:"at,omitzero"` // read for simulated people only
}

// Credited answers TillPurchase.
type Credited struct {
	ID      id.Purchase `json:"id"`
	Points  int         `json:"points"`
	Balance int         `json:"balance"`
	Tier    string      `json:"tier,omitzero"`
}

// MemberCode lets a till know a person for their points; it changes every few minutes and names nobody.
type MemberCode struct {
	Code    string    `json:"code"`
	Expires time.Time `json:"expires"`
}

// Loyalty is a person's points, by merchant.
type Loyalty struct {
	Merchants []LoyaltyAt `json:"merchants"`
}

// LoyaltyAt is what was earned at one merchant.
type LoyaltyAt struct {
	Merchant id.Merchant `json:"merchant"`
	Name     string      `json:"name"`
	Points   int         `json:"points"`
	Tier     string      `json:"tier,omitzero"`
	Next     string      `json:"next,omitzero"`    // the tier above
	Missing  int         `json:"missing,omitzero"` // points to it
}

// RollBack takes a redemption back.
type RollBack struct {
	At time.Time `json:"at,omitzero"` // read for simulated people only
}
