package insight

import (
	"context"
	"math"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/offers"
)

// Keys of the cells about an offer's two groups: their people, and those of them who did something at the merchant the
// same day. Of these cells N counts people.
const (
	upliftPrefix = "uplift:"
	groupReached = "reached"
	groupHeld    = "held"
	ofPeople     = upliftPrefix + "people|"
)

// Constant table: what the groups are compared by.
var outcomes = map[event.Type]string{event.VisitedPlace: "visits", event.Purchased: "purchases", event.Redeemed: "redemptions"}

const maxGroup = 1 << 14 // people of one group of one offer and day

// arms is who was reached and who was held out today, and who of them did what: hashes that die with the day.
type arms struct {
	groups map[string]map[uint64]struct{}
	did    map[string]map[uint64]struct{} // by outcome
}

func (a *arms) forget(h uint64) {
	if a == nil {
		return
	}
	for _, set := range []map[string]map[uint64]struct{}{a.groups, a.did} {
		for _, people := range set {
			delete(people, h)
		}
	}
}

// enter puts somebody into a set, and reports whether they were not there before.
func enter(sets map[string]map[uint64]struct{}, name string, h uint64) bool {
	if sets[name] == nil {
		sets[name] = make(map[uint64]struct{})
	}
	if _, there := sets[name][h]; there || len(sets[name]) >= maxGroup {
		return false
	}
	sets[name][h] = struct{}{}
	return true
}

// compare follows an offer's groups. The caller holds b.mu.
func (b *Book) compare(ctx context.Context, e *event.Event, h uint64, day string) {
	group := ""
	switch {
	case e.Type == event.Delivered:
		group = groupReached
	case e.Type == event.Suppressed && e.Code == offers.CodeHoldout:
		group = groupHeld
	}
	of := string(e.Merchant) + "/" + day
	if o := b.Offer(e.Offer); group != "" && o != nil && o.Holdout > 0 {
		if sh := b.sheet(ctx, e, day, string(e.Offer)); sh != nil {
			if sh.arms == nil {
				sh.arms = &arms{groups: make(map[string]map[uint64]struct{}), did: make(map[string]map[uint64]struct{})}
			}
			if b.compared[of] == nil {
				b.compared[of] = make(map[string]struct{})
			}
			b.compared[of][sh.name] = struct{}{}
			if enter(sh.arms.groups, group, h) {
				sh.count(ofPeople+group, h, 1, 0, b.size)
			}
		}
	}
	outcome, counts := outcomes[e.Type]
	if !counts {
		return
	}
	for name := range b.compared[of] {
		if sh := b.sheets[name]; sh != nil && sh.arms != nil {
			sh.did(outcome, h, b.size)
			sh.changed = b.Clock()
		}
	}
}

// did counts that somebody did something, if they belong to a group.
func (sh *sheet) did(outcome string, h uint64, size int) {
	for group, people := range sh.arms.groups {
		if _, in := people[h]; in && enter(sh.arms.did, outcome+"|"+group, h) {
			sh.count(upliftPrefix+outcome+"|"+group, h, 1, 0, size)
			sh.dirty = true
		}
	}
}

// settleUplift lets the comparison be seen if both groups are large enough. A share of a group is a number about the
// whole group.
func (sh *sheet) settleUplift(cohort, step int) {
	for _, group := range []string{groupReached, groupHeld} {
		c := sh.Cells[ofPeople+group]
		if c == nil || c.P < cohort || c.P-c.Shown.P < step {
			return
		}
	}
	for _, group := range []string{groupReached, groupHeld} {
		for _, key := range append([]string{ofPeople + group}, outcomeKeys(group)...) {
			if c := sh.Cells[key]; c != nil && c.Shown != c.tally {
				c.Shown, sh.dirty = c.tally, true
			}
		}
	}
}

func outcomeKeys(group string) (keys []string) {
	for _, outcome := range outcomes {
		keys = append(keys, upliftPrefix+outcome+"|"+group)
	}
	return keys
}

// contrasts sums the days on which both groups may be seen.
type contrasts struct {
	n    map[string]int // by key of the cells
	days int
	left bool // a day was left out
}

func (u *contrasts) add(sh *sheet) {
	reached, held := sh.Cells[ofPeople+groupReached], sh.Cells[ofPeople+groupHeld]
	if reached == nil && held == nil {
		return
	}
	if reached == nil || held == nil || reached.Shown.N == 0 || held.Shown.N == 0 {
		u.left = true
		return
	}
	if u.n == nil {
		u.n = make(map[string]int)
	}
	u.days++
	for _, group := range []string{groupReached, groupHeld} {
		for _, key := range append([]string{ofPeople + group}, outcomeKeys(group)...) {
			if c := sh.Cells[key]; c != nil {
				u.n[key] += c.Shown.N
			}
		}
	}
}

func (u *contrasts) view() *api.Uplift {
	out := &api.Uplift{Reached: u.n[ofPeople+groupReached], HeldOut: u.n[ofPeople+groupHeld], BelowCohort: u.left}
	if u.days == 0 {
		return out
	}
	of := func(outcome string) *api.Contrast {
		c := Compare(u.n[upliftPrefix+outcome+"|"+groupReached], out.Reached, u.n[upliftPrefix+outcome+"|"+groupHeld], out.HeldOut)
		return &c
	}
	out.Visits, out.Purchases, out.Redemptions = of("visits"), of("purchases"), of("redemptions")
	return out
}

// Compare returns the difference of two shares, a of n and b of m (n and m above 0), with its 95 % interval by Newcombe's
// hybrid score method (Statistics in Medicine 17, 1998, method 10), rounded to a thousandth.
func Compare(a, n, b, m int) api.Contrast {
	p, q := float64(a)/float64(n), float64(b)/float64(m)
	pLow, pHigh := wilson(p, float64(n))
	qLow, qHigh := wilson(q, float64(m))
	round := func(x float64) float64 { return math.Round(x*1000) / 1000 }
	return api.Contrast{
		Reached: round(p), HeldOut: round(q), Difference: round(p - q),
		Low: round(p - q - math.Hypot(p-pLow, qHigh-q)), High: round(p - q + math.Hypot(pHigh-p, q-qLow)),
	}
}

// wilson returns the 95 % score interval of a share p of n.
func wilson(p, n float64) (low, high float64) {
	const z = 1.959963984540054
	centre := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return (centre - half) / scale, (centre + half) / scale
}
