package offers

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/hours"
)

// demands are what an offer asks beside its reach, its window and its budget. Most offers ask for none and have none,
// which costs the matcher one look at a pointer.
type demands struct {
	hours *hours.Hours   // nil: always
	zone  *time.Location // of these hours, if the place names none

	any, none, languages uint32 // sets of attributes and languages, as bits
	anything             bool   // any, none or languages is set

	personal []Limit // of those for each person apart, the ones in number that the person's memory is long enough for

	past       bool // one of the following is
	conditions Conditions
	program    *atomic.Pointer[Program] // of the merchant, as it stands; nil without a tier
}

// demands returns what an offer asks, or nil. Hours that don't parse were refused when they were registered, and ask
// nothing.
func (c *Catalogue) demands(o *Offer) *demands {
	d := demands{zone: c.zone, any: setOf(attributes, o.Audience.Any), none: setOf(attributes, o.Audience.None), languages: setOf(languages, o.Audience.Languages)}
	if o.Hours != "" {
		d.hours, _ = hours.Parse("hours", o.Hours)
	}
	d.anything = d.any|d.none|d.languages != 0
	d.conditions = o.Conditions
	d.conditions.MinSpend, d.conditions.Currency = 0, "" // the till knows
	d.past = d.conditions != Conditions{}
	if o.Conditions.Tier != "" {
		d.program = c.programs.of(o.Merchant)
	}
	for _, l := range o.Budget.Limits {
		if l.Scope == PerPerson && l.Count > 0 && l.Count <= maxTimes {
			d.personal = append(d.personal, l)
		}
	}
	if d.hours == nil && !d.anything && !d.past && d.personal == nil {
		return nil
	}
	return &d
}

// refuse returns why the demands hold an offer, by its key, of a merchant, at a place with a schedule, back, or "".
func (d *demands) refuse(p *Person, mo *Moment, now *instant, key, merchant uint64, there *schedule) string {
	if d.hours != nil && !d.hours.Open(now.minute(mo.Now, d.zoneAt(there))) {
		return CodeOutsideHours
	}
	if d.anything && (d.any != 0 && d.any&p.attributes == 0 || d.none&p.attributes != 0 ||
		d.languages != 0 && d.languages&setOf(languages, []string{mo.Language}) == 0) {
		return CodeNotAudience
	}
	if d.personal != nil && !mo.reserving && p.usedUp(key, d.personal, mo.Now.In(d.zoneAt(there))) { // the ledger says until when
		return CodeUserBudget
	}
	if d.past {
		return d.refusePast(p, mo, merchant)
	}
	return ""
}

// zoneAt returns the zone by whose clock the demands go at a place with a schedule, which may be nil.
func (d *demands) zoneAt(there *schedule) *time.Location {
	zone := d.zone
	if there != nil {
		zone = there.zone
	}
	return cmp.Or(zone, time.UTC)
}

// refusePast returns which condition on the person's past with the merchant does not hold, or "".
func (d *demands) refusePast(p *Person, mo *Moment, merchant uint64) string {
	if !mo.History {
		return CodeConditionUnknown
	}
	c := p.customerOf(merchant)
	switch want := &d.conditions; {
	case want.NewCustomer && c != nil:
		return CodeConditionNew
	case want.CustomerDays > 0 && (c == nil || dayOf(mo.Now)-int(c.first) < want.CustomerDays):
		return CodeConditionAge
	case want.BoughtCategory != "" && !p.boughtWithin(want.BoughtCategory):
		return CodeConditionCategory
	case want.Tier != "" && (c == nil || !d.reached(int(c.tier))):
		return CodeConditionTier
	}
	return ""
}

// reached reports whether a tier, by its number, is the one asked for or above it.
func (d *demands) reached(tier int) bool {
	program := d.program.Load()
	if program == nil {
		return false
	}
	i := slices.IndexFunc(program.Tiers, func(t Tier) bool { return t.Name == d.conditions.Tier })
	return i >= 0 && tier >= i
}

// setOf returns the members of a table that are in a list, as bits.
func setOf(table, list []string) (set uint32) {
	for _, s := range list {
		if i := slices.Index(table, s); i >= 0 {
			set |= 1 << i
		}
	}
	return set
}

// programs are the loyalty programs of merchants, shared with the offers that ask for a tier.
type programs struct {
	mu sync.Mutex
	m  map[id.Merchant]*atomic.Pointer[Program]
}

func (ps *programs) of(m id.Merchant) *atomic.Pointer[Program] {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.m[m]
	if p == nil {
		if ps.m == nil {
			ps.m = map[id.Merchant]*atomic.Pointer[Program]{}
		}
		p = new(atomic.Pointer[Program])
		ps.m[m] = p
	}
	return p
}

func (ps *programs) put(m *Merchant) {
	ps.mu.Lock()
	p := ps.m[m.ID]
	ps.mu.Unlock()
	if p == nil && m.Program != nil {
		p = ps.of(m.ID)
	}
	if p != nil {
		p.Store(m.Program)
	}
}
