package matching

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// Arm is a matcher that is compared.
type Arm struct {
	Name      string
	Learned   bool
	Chance    bool    // takes any offer that may be sent
	Discovery float64 // share of deliveries that goes to something new
}

// delivery is one offer that was sent, and what became of it.
type delivery struct {
	person, day int
	category    int
	merchant    int
	answer      answer
	fresh       bool    // nothing was known of its merchant, brand or category
	wish, best  float64 // of this one, of the best among all that could have been sent
	changed     int     // which delivery it is since the person's taste changed, from 1; 0: it did not
}

type answer uint8

const (
	ignored answer = iota
	opened
	dismissed
	never
	taken
)

// life is one person with one matcher.
type life struct {
	offers.Person
	sent, fresh int
	sated       [2]map[int]int // takes by category, today and yesterday
	tried       map[int]bool   // shops
	seen        map[string]bool
	since       int
}

// play is a city with one matcher.
type play struct {
	*city
	o       *Options
	arm     Arm
	matcher *offers.Matcher
	byOffer map[*offers.Offer]int
	lives   []life
	tastes  [][]float64
	r       *rand.Rand
	result  offers.Result
	out     []delivery
}

// run lets the people of a city live with a matcher. On day o.Change, if there is one, every third person's tastes turn around.
func run(c *city, o *Options, arm Arm, change bool) ([]delivery, error) {
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		return nil, err
	}
	index := offers.NewCatalogue(o.Grid)
	p := &play{city: c, o: o, arm: arm, matcher: offers.NewMatcher(index, rails), byOffer: map[*offers.Offer]int{}, r: rand.New(rand.NewPCG(c.seed, 5))}
	if arm.Learned {
		p.matcher.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	}
	for i := range c.shops {
		if err := index.PutPlace(c.shops[i].place); err != nil {
			return nil, err
		}
		if err := index.PutOffers(c.shops[i].offer); err != nil {
			return nil, err
		}
		p.byOffer[c.shops[i].offer] = i
	}
	p.lives = make([]life, len(c.people))
	for i := range p.lives {
		l := &p.lives[i]
		l.tried, l.seen = map[int]bool{}, map[string]bool{}
		if err := l.SetInterests(c.people[i].declared); err != nil {
			return nil, err
		}
		p.tastes = append(p.tastes, c.people[i].taste)
	}
	for day := range o.Days {
		for i := range c.people {
			who := c.people[i]
			if change && i%3 == 0 && day >= o.Days/2 {
				if who.taste = turned(who.taste); day == o.Days/2 {
					p.lives[i].since = 1
				}
			}
			p.day(i, &who, day)
		}
	}
	return p.out, nil
}

// turned makes what was liked disliked, and the other way round.
func turned(taste []float64) []float64 {
	out := slices.Clone(taste)
	for i := range out {
		out[i] = -out[i]
	}
	return out
}

// day is one day of a person: the way to work, lunch, the way home, the evening, with the usual stops between.
func (p *play) day(person int, who *somebody, day int) {
	l := &p.lives[person]
	l.sated = [2]map[int]int{{}, l.sated[0]}
	r := rand.New(rand.NewPCG(p.seed, uint64(person*1000+day))) // the same for all matchers
	places := [...]geo.Point{who.home, who.work, who.work, who.home}
	hours := [...]int{8, 12, 17, 20}
	if day%7 > 4 { // days off
		places[1], places[2] = around(r, centre, cityRadius), around(r, centre, cityRadius)
		hours[0] = 10
	}
	for moment, hour := range hours {
		at := start.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(r.IntN(50))*time.Minute)
		if haunt := who.haunts[r.IntN(len(who.haunts))]; r.IntN(3) == 0 {
			p.stop(l, haunt, at.Add(-time.Hour))
		}
		p.offer(person, who, day, moment, at, around(r, places[moment], 250))
	}
}

// stop is a visit to a shop.
func (p *play) stop(l *life, shop int, at time.Time) {
	place := p.shops[shop].place
	l.Visited(at, place)
	p.matcher.Visit(&l.Person, at, place, true)
	l.tried[shop] = true
}

// offer lets the matcher send the person an offer, and the person answer.
func (p *play) offer(person int, who *somebody, day, moment int, at time.Time, here geo.Point) {
	l := &p.lives[person]
	p.matcher.Unanswered(&l.Person, at, offers.Live, true)
	p.matcher.Evaluate(&p.result, &l.Person, &offers.Moment{
		Now: at, Point: here, Lot: uint64(person) + 1, MoodLevel: mood.Off, History: true, Step: geo.Step{Speed: 1.2},
	})
	chosen := p.choose(l)
	if chosen == nil {
		return
	}
	shop := p.byOffer[chosen.Offer]
	s := &p.shops[shop]
	d := delivery{person: person, day: day, category: s.category, merchant: shop, fresh: !l.seen[s.place.Category]}
	l.seen[s.place.Category] = true
	if l.since > 0 {
		d.changed = l.since
		l.since++
	}
	d.wish = p.wish(l, who, shop, at, here)
	d.best = max(d.wish, p.best(l, who, at, here))
	d.answer = p.answer(l, who, &d, day, moment)
	p.deliver(l, chosen, shop, d.answer, at)
	p.out = append(p.out, d)
}

func (p *play) wish(l *life, who *somebody, shop int, at time.Time, here geo.Point) float64 {
	s := &p.shops[shop]
	sated := l.sated[0][s.category] + l.sated[1][s.category]/2
	return who.wish(s, at, geo.FlatDistance(here, s.place.Point), sated, l.tried[shop])
}

// choose returns the match that the matcher sends, nil for none.
func (p *play) choose(l *life) *offers.Match {
	if p.arm.Chance {
		var may []*offers.Offer
		for i := range p.result.Matches {
			may = append(may, p.result.Matches[i].Offer)
		}
		for i := range p.result.Suppressions {
			if s := &p.result.Suppressions[i]; s.Code == offers.CodeLowScore {
				may = append(may, s.Offer)
			}
		}
		if len(may) == 0 {
			return nil
		}
		return &offers.Match{Offer: may[p.r.IntN(len(may))]}
	}
	if len(p.result.Matches) == 0 {
		return nil
	}
	l.sent++
	if due := int(p.arm.Discovery*float64(l.sent) + 0.5); l.fresh < due && p.result.Discover(&l.Person) {
		l.fresh++
	}
	return &p.result.Matches[0]
}

// best is the highest wish among all that could have been sent.
func (p *play) best(l *life, who *somebody, at time.Time, here geo.Point) (best float64) {
	for i := range p.result.Matches {
		best = max(best, p.wish(l, who, p.byOffer[p.result.Matches[i].Offer], at, here))
	}
	for i := range p.result.Suppressions {
		if s := &p.result.Suppressions[i]; s.Code == offers.CodeLowScore {
			best = max(best, p.wish(l, who, p.byOffer[s.Offer], at, here))
		}
	}
	return best
}

// answer draws what the person does: what they do not take they may open, wave away, or never want again, the more they dislike it.
func (p *play) answer(l *life, who *somebody, d *delivery, day, moment int) answer {
	draw := func(what string) float64 { return p.chance(what, d.person, day, moment, d.merchant) }
	switch dislike := max(-who.taste[d.category], 0); {
	case draw("take") < d.wish:
		l.sated[0][d.category]++
		l.tried[d.merchant] = true
		return taken
	case draw("open") < 0.5*d.wish+0.05:
		return opened
	case draw("never") < min(0.05*dislike, 0.2):
		return never
	case draw("dismiss") < min(0.1+0.15*dislike, 0.5):
		return dismissed
	}
	return ignored
}

// deliver tells the matcher all that a server would tell it.
func (p *play) deliver(l *life, m *offers.Match, shop int, a answer, at time.Time) {
	s, after := &p.shops[shop], at.Add(20*time.Minute)
	l.Delivered(at, s.offer)
	l.Decided(at, &p.result, m, 1)
	tell := func(action offers.Action) {
		l.Feedback(after, action, s.offer)
		p.matcher.Answer(&l.Person, after, action, s.offer, true)
	}
	switch a {
	case taken:
		tell(offers.Opened)
		l.Purchased(after, s.place.Category, s.place.Brand, s.place.Merchant)
		l.Redeemed(after, s.offer.ID)
		p.matcher.Took(&l.Person, after, s.offer, true)
		p.stop(l, shop, after)
	case opened:
		tell(offers.Opened)
	case dismissed:
		tell(offers.Dismissed)
	case never:
		tell(offers.NotInterested)
	case ignored:
	}
}
