package offers

import (
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/mood"
)

// The first scorer is a sum of terms that anybody can read, squashed to (0, 1). What it says is "how likely is it
// that this person, here and now, welcomes this offer"; what is learned later corrects its terms, see refine.go.

// term numbers the parts of a score.
type term int

const (
	termNear term = iota
	termOnTheWay
	termTime
	termCategory
	termBrand
	termMerchant
	termInterest
	termMood
	termNew
	termReward
	termFollowUp
	termAsked
	termFavourite
	termHabit     // what was learned of the place
	termAnswers   // of the person's own answers
	termOthers    // and of everybody's
	termFatigue   // what its merchant sent in vain of late; of a push, 0 or less
	termDiscovery // what it took to lift the offer over better ones: see Result.Discover
	termPressure  // against what presses, while that is softened: it comes after the rest
	termCount
)

// terms are the parts of one score by term; a negative one counts against the offer.
type terms [termCount]float32

// Constant table: how much each part weighs, its feature being 0 to 1 (or -1 to 1 where something can be disliked).
var weights = terms{
	termNear: 1.2, termOnTheWay: 0.8, termTime: 1.0, termCategory: 1.6, termBrand: 1.2, termMerchant: 0.8,
	termInterest: 0.9, termMood: 0.6, termNew: 0.2, termReward: 0.15, termFollowUp: 1.5, termAsked: 0.1,
	termFavourite: 1.0, termPressure: -16, // more than all others can make up for
	termFatigue: 1, // it is in log-odds
}

const (
	bias         = -1.2 // what speaks against any interruption
	minPushScore = 0.5  // below this a push is not worth it
	nearest      = 100  // metres: within that nothing is nearer
	farthest     = 1000 // metres: the longest scale on which distance counts
)

// score fills the match's terms and returns its score, and the score that the person's mood had no part in. A push is not
// softened but withheld: see weigh.
func (m *Matcher) score(match *Match, e *entry, p *Person, mo *Moment, now *instant) (score, sober float64) {
	t := &match.terms
	*t = terms{}
	scale := float64(e.radius)
	if mo.Pull {
		scale = mo.Radius
	}
	scale = min(max(scale, nearest), farthest)
	t[termNear] = float32(scale / (scale + match.Distance))
	if match.Trigger&(Enter|Exit|Dwell|Crossed) != 0 {
		t[termNear] = 1 // the merchant waits for what just happened at the reach, wherever in it the place lies
	}
	if match.Trigger == OnTheWay {
		t[termOnTheWay] = 1 - float32(match.Detour)/e.detour
	}
	t[termTime] = fits[e.fit].by[now.hour]
	presses := now.soft && m.rails.pressing(match, e, mo)
	switch soften := mo.Pull && now.soft; {
	case !soften:
		t[termReward] = e.reward
	case presses:
		t[termPressure] = 1
	}
	if match.Trigger == FollowUp {
		t[termFollowUp] = 1
	} else if mo.Pull {
		t[termAsked] = 1
	}
	if !mo.Pull {
		t[termFatigue] = now.fatigued(e)
	}
	if level := interested(p.interestKeys, &e.category); level >= 0 {
		t[termInterest], match.interest = 1, uint8(level)
	}
	if len(p.favouriteKeys) > 0 && p.favours(e) {
		t[termFavourite] = 1
	}
	if !p.Minor { // no profile of somebody under age
		match.know(e, p, now)
		if now.mood != mood.Unknown && !presses && p.chose(now.mood, e) && !match.verdict.sensitive() && e.offer.Sponsored == "" {
			t[termMood] = 1
		}
	}
	sum := float32(bias)
	for i := range t {
		t[i] *= weights[i]
		sum += t[i]
	}
	if now.moods && !presses && !match.verdict.sensitive() && e.offer.Sponsored == "" {
		v := p.moodTastes.value(now.mood, e.moods, mo.Mood.Confidence)
		t[termMood], sum = t[termMood]+v, sum+v
	}
	score = squash(sum)
	if t[termMood] == 0 {
		return score, score
	}
	return score, squash(sum - t[termMood])
}

// know fills the terms that come from what the person bought, visited and said.
func (m *Match) know(e *entry, p *Person, now *instant) {
	if len(p.traits) == 0 {
		return
	}
	category, most := 0.0, 0.0
	for level, key := range e.category {
		w := p.weight(key) * now.decay
		category += w
		if w > most {
			most, m.liked = w, uint8(level)
		}
	}
	merchant, brand := p.weight(e.merchant)*now.decay, p.weight(e.brand)*now.decay
	m.terms[termCategory] = float32(saturate(category))
	m.terms[termBrand] = float32(saturate(brand))
	m.terms[termMerchant] = float32(saturate(merchant))
	if merchant == 0 && brand == 0 {
		m.terms[termNew] = 1
	}
}

// floor is the score below which a push is held back at once: it leaves room for what was learned to lift an offer.
func (m *Matcher) floor(mode Mode, now *instant) float64 {
	if m.learners[mode] == nil {
		return now.floor
	}
	return considered
}

// chose reports whether the person wishes for the offer's category in this state.
func (p *Person) chose(s mood.State, e *entry) bool {
	for _, c := range p.choiceKeys {
		if c.state == s && (c.category == e.category[0] || c.category == e.category[1] || c.category == e.category[2]) {
			return true
		}
	}
	return false
}

// interested returns how far above the category the first interest lies, or -1.
func interested(interests []uint64, category *[3]uint64) int {
	if len(interests) == 0 {
		return -1
	}
	for level, key := range category {
		if key != 0 && slices.Contains(interests, key) {
			return level
		}
	}
	return -1
}

func squash(sum float32) float64 { return 1 / (1 + math.Exp(-float64(sum))) }
