package offers

import (
	"cmp"
	"strings"
)

// Choosing orders what was scored and passed everything that holds offers back; it adds nothing and takes nothing away. The
// first places of an answer go to what is welcome and unlike what stands before it (MMR), payment breaks near-ties, and one
// place may go to something new: see Result.Discover. Scores and reasons stay what they were: an offer that diversity or payment
// moved up does not claim to fit better than it does.

const (
	diverse    = 20  // the places that diversity and payment can change
	preference = 0.8 // λ of MMR: what an offer's log-odds count against its likeness to those before it
	likeness   = 1 - preference
	nearTie    = 0.05 // log-odds: what differs by less is as good
)

// How alike two offers are: 1 if merchant, brand and category are the same.
const (
	likeMerchant = 0.4
	likeBrand    = 0.2
	likeCategory = 0.4 // of which each level that both have in common counts its part
)

// Compare puts the match first that fits better, in a total order: score falling, distance rising, title, offer id rising. Ids are
// drawn anew on each server; the title lets the same offers come in the same order everywhere. It is not the order of a Result.
func Compare(a, b Match) int { return compare(&a, &b) }

func compare(a, b *Match) int {
	switch {
	case a.Score != b.Score:
		return cmp.Compare(b.Score, a.Score)
	case a.Distance != b.Distance:
		return cmp.Compare(a.Distance, b.Distance)
	}
	return cmp.Or(strings.Compare(a.Offer.Title, b.Offer.Title), strings.Compare(string(a.Offer.ID), string(b.Offer.ID)))
}

// option is a match as it is compared with others.
type option struct {
	utility  float32 // log-odds
	levels   uint8   // of the category
	pays     bool    // sponsored, and payment may count for it
	merchant uint64
	brand    uint64    // 0: none
	category [3]uint64 // general to special; 0: none
}

func (o *option) set(m *Match) {
	e := m.entry
	o.utility, o.pays, o.merchant, o.brand, o.levels = m.utility(), m.pays(), e.merchant, e.brand, 0
	for i := len(e.category) - 1; i >= 0; i-- {
		if e.category[i] != 0 {
			o.category[o.levels] = e.category[i]
			o.levels++
		}
	}
}

// pays reports whether payment counts for the offer: never for what is sensitive, or presses somebody who may not feel well.
func (m *Match) pays() bool {
	return m.Offer.Sponsored != "" && !m.verdict.sensitive() && m.terms[termPressure] == 0
}

// utility is how welcome the offer is to the person, in log-odds. No merchant's bid is part of it.
func (m *Match) utility() float32 { return float32(logit(m.Score)) }

// like returns how alike two offers are, 0 to 1.
func (o *option) like(other *option) float32 {
	alike := float32(0)
	if o.merchant == other.merchant {
		alike = likeMerchant
	}
	if o.brand != 0 && o.brand == other.brand {
		alike += likeBrand
	}
	if o.category[0] != other.category[0] || o.levels == 0 {
		return alike
	}
	common := uint8(1)
	for common < o.levels && common < other.levels && o.category[common] == other.category[common] {
		common++
	}
	if o.levels == common && other.levels == common {
		return alike + likeCategory
	}
	return alike + likeCategory*float32(common)/float32(max(o.levels, other.levels))
}

// slate is the first matches of an answer while they are put in order.
type slate struct {
	n       int
	options [diverse]option // in the order of Compare
	order   [diverse]uint8  // options as they are to be shown
	place   [diverse]uint8  // of an option, by diversity alone
	// worth is, by place and option, what the option is worth there, given what stands before; of those that stand before, nothing.
	worth [diverse][diverse]float32
}

// choose puts the first matches of a list, that are in the order of Compare, into the order in which they are shown.
func choose(list []Match) {
	list = list[:min(len(list), diverse)]
	paid := false
	for i := range list {
		paid = paid || list[i].pays()
	}
	if len(list) < 2 || len(list) == 2 && !paid {
		return // the best comes first, and the other one second
	}
	var s slate
	s.n = len(list)
	for i := range list {
		s.options[i].set(&list[i])
	}
	s.diversify()
	if paid {
		s.breakTies()
	}
	s.arrange(list)
}

// chooseFirst is choose where only the first place counts: it goes to what is paid for if that fits as well as the best.
func chooseFirst(list []Match) {
	if len(list) < 2 || list[0].pays() {
		return
	}
	best := list[0].utility()
	for i := 1; i < len(list) && best-list[i].utility() <= nearTie; i++ {
		if list[i].pays() {
			first := list[i]
			copy(list[1:i+1], list[:i])
			list[0] = first
			return
		}
	}
}

// diversify fills order and place by maximal marginal relevance (Carbonell & Goldstein 1998): each place goes to the option of the
// highest worth. An option passes another one only if its log-odds are lower by at most likeness / preference, a quarter.
func (s *slate) diversify() {
	var left [diverse]uint8 // in the order of Compare
	var near [diverse]float32
	for i := range s.n {
		left[i], s.worth[0][i] = uint8(i), preference*s.options[i].utility //nolint:gosec // below diverse
	}
	best := 0
	for place := range s.n {
		rest, taken := left[:s.n-place], left[best]
		s.order[place], s.place[taken] = taken, uint8(place) //nolint:gosec // below diverse
		copy(rest[best:], rest[best+1:])
		if rest = rest[:len(rest)-1]; len(rest) == 0 {
			return
		}
		worth, last := &s.worth[place+1], &s.options[taken]
		*worth = s.worth[place]
		best = 0
		for k, i := range rest {
			if alike := last.like(&s.options[i]); alike > near[i] {
				near[i] = alike
				worth[i] = preference*s.options[i].utility - likeness*alike
			}
			if worth[i] > worth[rest[best]] {
				best = k
			}
		}
	}
}

// breakTies moves options that are paid for past those that are not, as long as these are as good. They never pass each other,
// so that what an order differs by from one in which others pay, or nobody, are near-ties.
func (s *slate) breakTies() {
	for at := 1; at < s.n; at++ {
		paid := s.order[at]
		if !s.options[paid].pays {
			continue
		}
		for k := at; k > 0 && s.tied(s.order[k-1], paid); k-- {
			s.order[k], s.order[k-1] = s.order[k-1], paid
		}
	}
}

// tied reports whether an option that nobody pays for is as good as one that comes after it, and is so, too, by what
// diversity makes of them: nobody buys a second place beside the first.
func (s *slate) tied(free, paid uint8) bool {
	if s.options[free].pays {
		return false
	}
	apart := s.options[free].utility - s.options[paid].utility
	worth := &s.worth[s.place[free]]
	return apart <= nearTie && apart >= -nearTie && worth[free]-worth[paid] <= preference*nearTie
}

// arrange brings the list into the order, in place: each cycle of the permutation is walked once.
func (s *slate) arrange(list []Match) {
	for start := range s.n {
		if int(s.order[start]) == start {
			continue
		}
		first, at := list[start], start
		for {
			from := int(s.order[at])
			s.order[at] = uint8(at) //nolint:gosec // below diverse
			if from == start {
				list[at] = first
				break
			}
			list[at] = list[from]
			at = from
		}
	}
}
