package offers

import "github.com/flaneur-io/flaneur/internal/id"

// Claim is what one redemption takes of the budgets that bound it.
type Claim struct {
	Offer      id.Offer
	Merchant   id.Merchant // claims of one merchant exclude each other
	User       id.User
	Redemption id.Redemption // the same one may be claimed again: it takes nothing more
	Money      int64         // the most that it may cost, in hundredths of the currency
	Counters   []Counter
}

// Counter is one bound, at the time of a claim.
type Counter struct {
	Key      string // what it counts over and in which period: off_1/total, mer_1/2026-11-22
	Personal bool   // for the claim's user apart
	Count    int    // most claims that may stand; 0: no bound
	Money    int64  // most money that they may cost, in hundredths; 0: no bound
	Field    string // what a refusal names: total, perUser, limits[0]
}
