package offers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
	"unique"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// snapshot is the JSON form of a Person.
type snapshot struct {
	Minor      bool             `json:"minor,omitzero"`
	Traits     []traitRecord    `json:"traits,omitempty"` // their weights at Learned
	Learned    int64            `json:"learned,omitzero"` // Unix seconds
	Interests  []string         `json:"interests,omitempty"`
	Blocks     []Block          `json:"blocks,omitempty"`
	Choices    []MoodChoice     `json:"choices,omitempty"`
	Seen       []seenRecord     `json:"seen,omitempty"`
	Never      []id.Offer       `json:"never,omitempty"`
	Redeemed   []redeemRecord   `json:"redeemed,omitempty"`
	Muted      []muteRecord     `json:"muted,omitempty"`
	Favourites []Block          `json:"favourites,omitempty"`
	Customers  []customerRecord `json:"customers,omitempty"`
	Bought     []boughtRecord   `json:"bought,omitempty"`
	Attributes []string         `json:"attributes,omitempty"`
	Mood       lastMood         `json:"mood,omitzero"`
	Spent      []spentRecord    `json:"spent,omitempty"`
	MoodTastes []byte           `json:"moodTastes,omitempty"` // see moodTastes.appendState
	Learning   []byte           `json:"learning,omitempty"`   // see learning.appendState
}

type spentRecord struct {
	Offer    id.Offer `json:"o"`
	At       int64    `json:"t"` // Unix seconds
	Merchant uint32   `json:"m,omitzero"`
}

type muteRecord struct {
	Merchant id.Merchant `json:"m"`
	Until    int64       `json:"u"` // Unix seconds
}

type traitRecord struct {
	Kind   string  `json:"k"`
	Name   string  `json:"n"`
	Weight float64 `json:"w"`
}

type seenRecord struct {
	Offer     id.Offer `json:"o"`
	Delivered int64    `json:"d,omitzero"`
	Dismissed int64    `json:"x,omitzero"`
	Ignored   int      `json:"i,omitzero"`
	Answered  bool     `json:"a,omitzero"`
	Place     id.Place `json:"p,omitzero"`
	Merchant  uint32   `json:"m,omitzero"`
}

type redeemRecord struct {
	Offer id.Offer `json:"o"`
	Count int      `json:"c"`
	Times []int64  `json:"t,omitempty"`
}

func (s *seen) record() seenRecord {
	r := seenRecord{Offer: s.offer.Value(), Delivered: s.delivered, Dismissed: s.dismissed, Ignored: int(s.ignored), Answered: s.answered, Merchant: s.merchant}
	if s.place != (unique.Handle[id.Place]{}) {
		r.Place = s.place.Value()
	}
	return r
}

// Constant table: the kinds of trait in text.
var kindNames = [...]string{kindBrand: "brand", kindCategory: "category", kindMerchant: "merchant"}

func (k kind) String() string { return kindNames[k] }

// parseKind returns 0 for what is no kind of trait.
func parseKind(s string) kind {
	if s == "" {
		return 0
	}
	return kind(max(0, slices.Index(kindNames[:], s)))
}

// MarshalJSON returns the snapshot.
func (p *Person) MarshalJSON() ([]byte, error) {
	s := snapshot{Minor: p.Minor, Interests: p.interests, Blocks: p.blocks, Choices: p.choices, Mood: p.lastMood, Learned: p.learned, Favourites: p.favourites}
	decay := decayAt(time.Unix(p.learned, 0))
	for i := range p.traits {
		t := &p.traits[i]
		s.Traits = append(s.Traits, traitRecord{t.kind().String(), t.name.Value(), math.Round(t.weight*decay*1e6) / 1e6})
	}
	slices.SortFunc(s.Traits, func(a, b traitRecord) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	for i := range p.seen {
		v := &p.seen[i]
		s.Seen = append(s.Seen, v.record())
	}
	for i := range p.never {
		s.Never = append(s.Never, p.never[i].offer.Value())
	}
	for i := range p.redeemed {
		s.Redeemed = append(s.Redeemed, redeemRecord{p.redeemed[i].offer.Value(), p.redeemed[i].count, p.redeemed[i].times})
	}
	for i := range p.muted {
		s.Muted = append(s.Muted, muteRecord{p.muted[i].merchant.Value(), p.muted[i].until})
	}
	for i := range p.spent {
		s.Spent = append(s.Spent, spentRecord{p.spent[i].offer.Value(), p.spent[i].at, p.spent[i].merchant})
	}
	s.Customers, s.Bought = p.customerRecords(), p.boughtRecords()
	s.Attributes = p.Attributes()
	s.Learning, s.MoodTastes = p.learning.appendState(nil), p.moodTastes.appendState(nil)
	return json.Marshal(s)
}

// UnmarshalJSON reads a snapshot. It refuses unknown fields, and more of anything than a Person may hold; the person
// is then unchanged.
func (p *Person) UnmarshalJSON(b []byte) error {
	var s snapshot
	if err := json.Unmarshal(b, &s, json.RejectUnknownMembers(true)); err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "must be the snapshot of a person").Wrap(err)
	}
	if len(s.Traits) > maxTraits || len(s.Seen) > maxSeen || len(s.Never) > maxNever || len(s.Redeemed) > maxRedeemed || len(s.Muted) > maxMuted ||
		len(s.Spent) > maxSpent {
		return fault.New(fault.Invalid, fault.CodeTooLarge, "must hold at most %d traits, %d seen, %d unwanted, %d redeemed, %d spent offers and %d muted merchants",
			maxTraits, maxSeen, maxNever, maxRedeemed, maxSpent, maxMuted)
	}
	q := Person{Minor: s.Minor, lastMood: s.Mood, learned: s.Learned}
	if err := cmp.Or(s.Mood.check(), q.SetInterests(s.Interests), q.SetBlocks(s.Blocks), q.SetFavourites(s.Favourites), q.SetMoodChoices(s.Choices), q.SetAttributes(s.Attributes)); err != nil {
		return err
	}
	var err error
	if q.moodTastes, err = unmarshalMoodTastes(s.MoodTastes); err != nil {
		return fault.From(err).WithField("moodTastes")
	}
	if q.learning, err = unmarshalLearning(s.Learning); err != nil {
		return fault.From(err).WithField("learning")
	}
	if err := cmp.Or(q.restoreTraits(&s), q.restoreMemory(&s), q.restoreCustomers(&s)); err != nil {
		return err
	}
	*p = q
	return nil
}

func (p *Person) restoreTraits(s *snapshot) error {
	decay := decayAt(time.Unix(s.Learned, 0))
	for i, t := range s.Traits {
		k := parseKind(t.Kind)
		if k == 0 || t.Name == "" || len(t.Name) > maxName || math.Abs(t.Weight) > maxWeight {
			return fault.Field(path("traits", i), "must have a kind, a name and a weight of at most %g", maxWeight)
		}
		p.traits = append(p.traits, trait{hashOf(k, t.Name), unique.Make(t.Name), t.Weight / decay})
	}
	slices.SortFunc(p.traits, func(a, b trait) int { return cmp.Compare(a.key, b.key) })
	for i := range p.traits {
		if i > 0 && p.traits[i].key == p.traits[i-1].key {
			return fault.Field("traits", "must name each category, brand and merchant once")
		}
	}
	return nil
}

func (p *Person) restoreMemory(s *snapshot) error {
	for i, v := range s.Seen {
		m, err := restore(p.seen, path("seen", i), v.Offer)
		if err != nil {
			return err
		}
		if v.Ignored < 0 {
			return fault.Field(path("seen", i)+".i", "must be 0 or more")
		}
		var place unique.Handle[id.Place]
		if v.Place != "" {
			place = unique.Make(v.Place)
			if err := id.Check(path("seen", i)+".p", string(v.Place), id.PrefixPlace); err != nil {
				return err
			}
		}
		p.seen = append(p.seen, seen{m, place, v.Delivered, v.Dismissed, uint8(min(v.Ignored, 255)), v.Answered, v.Merchant})
	}
	for i, v := range s.Spent {
		m, err := restore(p.spent, path("spent", i), v.Offer)
		if err != nil {
			return err
		}
		p.spent = append(p.spent, spent{m, v.At, v.Merchant})
	}
	for i, offer := range s.Never {
		m, err := restore(p.never, path("never", i), offer)
		if err != nil {
			return err
		}
		p.never = append(p.never, m)
	}
	for i, r := range s.Redeemed {
		m, err := restore(p.redeemed, path("redeemed", i), r.Offer)
		if err != nil {
			return err
		}
		if r.Count < 1 {
			return fault.Field(path("redeemed", i)+".c", "must be 1 or more")
		}
		if len(r.Times) > maxTimes {
			return fault.Field(path("redeemed", i)+".t", "must be at most %d", maxTimes)
		}
		p.redeemed = append(p.redeemed, redeemed{m, r.Count, r.Times})
	}
	for i, v := range s.Muted {
		if err := id.Check(path("muted", i), string(v.Merchant), id.PrefixMerchant); err != nil {
			return err
		}
		p.mute(v.Merchant, time.Unix(v.Until, 0))
	}
	return nil
}

// restore returns the memory of an offer that the list must not hold yet.
func restore[T remembered](list []T, field string, offer id.Offer) (memory, error) {
	m := memoryOf(offer)
	if find(list, m.key) >= 0 {
		return m, fault.Field(field, "must name each offer once")
	}
	return m, id.Check(field, string(offer), id.PrefixOffer)
}

// path returns list[i].
func path(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
