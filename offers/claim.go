package offers

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Claim is what one redemption takes of the budgets that bound it.
type Claim struct {
	Offer      id.Offer
	User       id.User
	Redemption id.Redemption // the same one may be claimed again: it takes nothing more
	Money      int64         // the most that it may cost, in hundredths of the currency
	Counters   []Counter
}

// Counter is one bound at the time of a claim, and what it counts. A claim counts in all of its counters, bounded or not.
type Counter struct {
	Key      string // what it counts over and in which period: off_1, off_1/2026-11-22, mer_1/2026-W47/EUR
	Personal bool   // for the claim's user apart
	Count    int    // most claims that may stand; 0: no bound
	Money    int64  // most money that they may cost, in hundredths; 0: no bound
	Field    string // what a refusal names: total, perUser, limits[0]
	// From and Until are the time in which the bound holds; both zero: always. A refusal then is for now only.
	From, Until time.Time
}

// Tally is what stands in a counter.
type Tally struct {
	Count int
	Money int64 // hundredths
}

// Full reports whether the counter has no room for one more claim of so much money.
func (c *Counter) Full(t Tally, money int64) bool {
	return c.Count > 0 && t.Count >= c.Count || c.Money > 0 && t.Money > c.Money-money
}

// Refusal is what the counter says when it is full: sold_out, or limit_reached if the bound is one for now.
func (c *Counter) Refusal() *fault.Error {
	if c.Until.IsZero() {
		return fault.New(fault.Gone, fault.CodeSoldOut, "Nothing is left of this offer.").WithField(c.Field)
	}
	return fault.New(fault.Conflict, fault.CodeLimitReached, "Nothing is left of this offer until %s.", c.Until.Format(time.RFC3339)).WithField(c.Field)
}

// Cost returns the most that one redemption may cost the merchant, in hundredths of Reward.Currency, rounded up; 0 if
// the offer does not say.
func (o *Offer) Cost() int64 {
	worth := o.Reward.Max
	if o.Reward.Kind == Amount {
		worth = o.Reward.Value
	}
	return Hundredths(worth)
}

// Hundredths returns an amount of money in hundredths, rounded up, at most what takes part in sums without overflow.
func Hundredths(amount float64) int64 {
	const most = 1 << 52
	return int64(min(math.Ceil(amount*100-1e-6), most))
}

// Counters returns the bounds on a claim of the offer at a place (empty: nowhere in particular) and a time. Days, weeks
// and months are those of the zone. The merchant may be nil.
func (o *Offer) Counters(m *Merchant, place id.Place, now time.Time, zone *time.Location) []Counter {
	list := []Counter{
		{Key: string(o.ID), Count: o.Budget.Total, Field: "total"},
		{Key: string(o.ID), Personal: true, Count: o.Budget.PerUser, Field: "perUser"},
	}
	if o.Budget.Paced && o.Budget.Total > 0 {
		list = append(list, o.pace(now))
	}
	for i := range o.Budget.Limits {
		list = o.count(list, &o.Budget.Limits[i], fmt.Sprintf("limits[%d]", i), string(o.ID), place, now.In(zone))
	}
	if m == nil {
		return list
	}
	for i := range m.Limits {
		list = o.count(list, &m.Limits[i], fmt.Sprintf("merchant.limits[%d]", i), string(m.ID), place, now.In(zone))
	}
	return list
}

// PerStore reports whether any limit on the offer counts at each store apart: a claim must then name its place.
func (o *Offer) PerStore() bool {
	return slices.ContainsFunc(o.Budget.Limits, func(l Limit) bool { return l.Scope == PerStore })
}

// count appends a limit's counters: one for the number, one for the money. over is whose limit it is.
func (o *Offer) count(list []Counter, l *Limit, field, over string, place id.Place, now time.Time) []Counter {
	switch l.Scope {
	case PerMerchant:
		over = string(o.Merchant)
	case PerStore:
		if place == "" {
			return list
		}
		over += "/" + string(place)
	}
	key, from, until := l.Period.span(now)
	c := Counter{Key: over + key, Personal: l.Scope == PerPerson, Field: field, From: from, Until: until}
	if l.Count > 0 {
		n := c
		n.Key, n.Count = c.Key+"/n", l.Count
		list = append(list, n)
	}
	if l.Money > 0 && l.Currency == o.Reward.Currency {
		n := c
		n.Key, n.Money = c.Key+"/"+l.Currency, Hundredths(l.Money)
		list = append(list, n)
	}
	return list
}

// span returns the period that holds a moment: what it adds to a key, and its ends; both are zero for Ever.
func (p Period) span(now time.Time) (key string, from, until time.Time) {
	y, m, d := now.Date()
	midnight := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, now.Location()) }
	switch p {
	case Day:
		return now.Format("/2006-01-02"), midnight(y, m, d), midnight(y, m, d+1)
	case Week:
		year, week := now.ISOWeek()
		monday := d - (int(now.Weekday())+6)%7
		return fmt.Sprintf("/%d-W%02d", year, week), midnight(y, m, monday), midnight(y, m, monday+7)
	case Month:
		return now.Format("/2006-01"), midnight(y, m, 1), midnight(y, m+1, 1)
	}
	return "/total", time.Time{}, time.Time{}
}

const fieldPaced = "paced"

// ahead is the share of a paced budget that may be claimed ahead of its time.
const ahead = 0.1

// pace returns how much of a paced budget may be claimed by now, and until when that is so: until the next unit is due.
func (o *Offer) pace(now time.Time) Counter {
	whole := o.Ends.Sub(o.Starts)
	share := ahead + float64(now.Sub(o.Starts))/float64(whole)
	due := min(max(int(share*float64(o.Budget.Total)), 1), o.Budget.Total)
	next := o.Ends
	if due < o.Budget.Total {
		wait := (float64(due+1)/float64(o.Budget.Total) - ahead) * float64(whole)
		next = o.Starts.Add(time.Duration(math.Ceil(wait)))
	}
	return Counter{Key: string(o.ID), Count: due, Field: fieldPaced, From: now, Until: next}
}

// Span is a stretch of time from From, included, to Until, excluded; zero ends are open, and the zero Span is always.
type Span struct {
	From, Until time.Time
	Paced       bool // nothing is used up but what a paced budget lets go by now
}

// UsedUp returns when nobody can claim the offer, by what stands in its counters at a moment: the first that is full
// and not a single person's says until when. No money is asked for twice: one redemption is taken to cost Cost.
func (o *Offer) UsedUp(m *Merchant, place id.Place, now time.Time, zone *time.Location, tally Tallies) (*Span, error) {
	var found *Span
	for _, c := range o.Counters(m, place, now, zone) {
		if c.Personal || c.Count == 0 && c.Money == 0 {
			continue
		}
		t, err := tally(c.Key)
		if err != nil {
			return nil, err
		}
		if !c.Full(t, o.Cost()) {
			continue
		}
		if c.Until.IsZero() {
			return &Span{}, nil
		}
		if found == nil || c.Until.After(found.Until) {
			found = &Span{From: c.From, Until: c.Until, Paced: c.Field == fieldPaced}
		}
	}
	return found, nil
}
