package acceptance

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// The kinds of files.
const (
	UCI       = "uci"       // would you take this coupon, in this situation? UCI in-vehicle coupon recommendation
	Starbucks = "starbucks" // offers received and completed by simulated customers
)

// Data is what is evaluated.
type Data struct {
	Kind  string
	File  string
	Notes []string // what was missing or odd

	people []string
	cases  []shown // person by person, in the order of time
	split  bool    // the file says who is tested
}

// shown is an offer that somebody was shown.
type shown struct {
	person    int
	at        uint32 // minute
	until     uint32 // minute at which it is known not to be taken
	known     uint32 // minute at which the answer is known
	taken     bool
	told      bool // it only tells, there is nothing to take: not asked for
	test      bool // by the file
	offer     uint64
	main      []accept.Feature // what it, the person and the moment are
	crossed   []accept.Feature // those, and which of them go together
	subjects  []uint32         // what own answers are kept by, from wide to narrow
	scenes    []uint64         // what makes it alike to another one, from narrow to wide
	traits    []uint64         // what own answers may mean different things for
	immediate bool             // the answer came at once: times mean nothing
}

// Read reads a file of a kind, or the one in a directory.
func Read(kind, path string) (*Data, error) {
	d := &Data{Kind: kind}
	var err error
	switch kind {
	case UCI:
		err = d.readCoupons(path)
	case Starbucks:
		err = d.readLog(path)
	default:
		err = fmt.Errorf("there is no kind %q, only %s and %s", kind, UCI, Starbucks)
	}
	if err != nil {
		return nil, err
	}
	if d.split && !slices.ContainsFunc(d.cases, func(c shown) bool { return !c.test }) {
		d.split = false // nobody to learn from: as if the file said nothing
		for i := range d.cases {
			d.cases[i].test = false
		}
		d.Notes = append(d.Notes, "all rows are for testing: people are dealt into parts")
	}
	slices.SortStableFunc(d.cases, func(a, b shown) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.at, b.at))
	})
	return d, nil
}

// person returns the index of a person.
func (d *Data) person(id string, seen map[string]int) int {
	p, ok := seen[id]
	if !ok {
		p = len(d.people)
		seen[id], d.people = p, append(d.people, id)
	}
	return p
}

// word is the number of a text.
func word(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}

// words is the number of several values together.
func words(vs ...uint64) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range vs {
		h = (h ^ v) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

// subject is a number of Responses for a value of a kind.
func subject(kind uint32, vs ...uint64) uint32 { return uint32(accept.Hash1(kind, words(vs...))) }
