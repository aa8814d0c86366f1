package matching

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// scene is what arms have in common.
type scene struct {
	grid         offers.Grid
	seed         uint64
	people, days int
	strength     float64 // of tastes
	changing     float64 // share of people whose tastes change, at half time
}

// arm is who chooses.
type arm struct {
	name      string
	random    bool // any eligible offer, with the same chance
	learns    bool
	discovery float64
}

// agent is somebody in a run: their truth, what the matcher knows of them, and what happened to them.
type agent struct {
	*person
	number    int
	known     offers.Person
	pushes    push.Memory
	sent, new int // turns of discoveries
	been      [shops]bool
	taken     [tops]float64 // the day of the last acceptance, by category
	week      []*promo      // delivered this week
	record    *record
}

// run is one arm in one scene.
type run struct {
	scene
	arm
	city    *city
	matcher *offers.Matcher
	cat     *offers.Catalogue
	agents  []*agent
	limits  push.Policy
	result  offers.Result
	choices []choice
	now     time.Time
	day     int
	rain    bool
	tally   *tally
}

// choice is an offer that could be delivered.
type choice struct {
	*promo
	offer *offers.Offer
	odds  float64
}

func simulate(ctx context.Context, s scene, a arm) (*tally, error) {
	r := &run{scene: s, arm: a, limits: push.DefaultPolicy(), tally: newTally(s)}
	r.limits.Mode = push.Surprise
	rng := rand.New(rand.NewPCG(s.seed, 1)) //nolint:gosec // it must be the same again
	var err error
	if r.city, err = newCity(rng, s.days); err != nil {
		return nil, err
	}
	for i, p := range population(rng, r.city, s.people, s.strength, s.changing) {
		a := &agent{person: p, number: i, record: &r.tally.people[i]}
		a.record.hidden = p.hidden
		for _, list := range p.usual {
			for _, shop := range list {
				a.been[shop] = true
			}
		}
		for top := range a.taken {
			a.taken[top] = -100
		}
		if err := a.known.SetInterests(p.interests); err != nil {
			return nil, err
		}
		r.agents = append(r.agents, a)
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	for r.day = range s.days {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.live(); err != nil {
			return nil, err
		}
	}
	return r.tally, nil
}

// open fills the catalogue with the shops, and sets the matcher up.
func (r *run) open() error {
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		return err
	}
	r.cat = offers.NewCatalogue(r.grid)
	r.matcher = offers.NewMatcher(r.cat, rails)
	if r.learns {
		o := offers.DefaultLearnerOptions()
		o.Places = 2 * shops
		r.matcher.LearnWith(offers.Live, offers.NewLearner(o))
	}
	for i := range r.city.shops {
		if err := r.cat.PutPlace(r.city.shops[i].place); err != nil {
			return err
		}
	}
	return nil
}

// live is one day of everybody.
func (r *run) live() error {
	today := monday.AddDate(0, 0, r.day)
	for _, o := range r.city.offers {
		if o.Starts.Equal(today) || r.day == 0 && o.Starts.Before(today) {
			if err := r.cat.PutOffers(o); err != nil {
				return err
			}
		}
		if o.Ends.Equal(today) {
			if err := r.cat.RemoveOffer(o.ID); err != nil {
				return err
			}
		}
	}
	r.rain = chance(r.seed, uint64(r.day), 99) < 0.25 //nolint:gosec // a few days
	for _, a := range r.agents {
		if r.day == r.days/2 && a.changed != nil {
			a.person = a.changed
			a.record.changed = true
		}
	}
	stops := weekdays
	if r.day%7 >= 5 {
		stops = weekends
	}
	for slot := range stops {
		for _, a := range r.agents {
			r.stop(a, slot, &stops[slot])
		}
	}
	if r.day%7 == 6 || r.day == r.days-1 {
		for _, a := range r.agents {
			r.tally.spread(a.week)
			a.week = a.week[:0]
		}
	}
	return nil
}

// stop is a moment of a day: where somebody walks, and what they may do there.
type stop struct {
	hour  float64
	near  int     // atHome …
	visit int     // at one of these usual places,
	often float64 // with this chance
}

const (
	atHome = iota
	atWork
	onWay
	downtown
)

// Constant tables.
var (
	weekdays = [...]stop{
		{8.3, atHome, forGroceries, 0.05},
		{12.2, atWork, forLunch, 0.5},
		{13.2, atWork, forLunch, 0.1},
		{17.6, onWay, forGroceries, 0.3},
		{19.2, atHome, forLeisure, 0.25},
	}
	weekends = [...]stop{
		{9.4, atHome, forGroceries, 0.3},
		{12.4, downtown, forLunch, 0.2},
		{15.2, downtown, forLeisure, 0.5},
		{17.6, onWay, forLeisure, 0.3},
		{19.2, atHome, forLeisure, 0.1},
	}
)

// dice returns a number in [0, 1) that belongs to an agent's moment, the same in every arm.
func (r *run) dice(a *agent, slot int, what uint64) float64 {
	return chance(r.seed, uint64(a.number), uint64(r.day), uint64(slot), what) //nolint:gosec // small and positive
}

func (r *run) stop(a *agent, slot int, s *stop) {
	if r.dice(a, slot, 1) > 0.85 {
		return
	}
	hour := s.hour + 0.7*r.dice(a, slot, 2)
	r.now = monday.AddDate(0, 0, r.day).Add(time.Duration(hour * float64(time.Hour)))
	at := a.home
	switch s.near {
	case atWork:
		at = a.work
	case onWay:
		part := r.dice(a, slot, 3)
		at = geo.Point{Lat: a.home.Lat + part*(a.work.Lat-a.home.Lat), Lon: a.home.Lon + part*(a.work.Lon-a.home.Lon)}
	case downtown:
		at = geo.Destination(centre, 360*r.dice(a, slot, 3), 1500*r.dice(a, slot, 4))
	}
	at = geo.Destination(at, 360*r.dice(a, slot, 5), 300*r.dice(a, slot, 6))
	if list := a.usual[s.visit]; len(list) > 0 && r.dice(a, slot, 7) < s.often {
		r.visit(a, list[int(r.dice(a, slot, 8)*r.dice(a, slot, 9)*float64(len(list)))], r.dice(a, slot, 10) < 0.6)
	}
	if r.dice(a, slot, 13) < asks {
		r.ask(a, hour, at)
	}
	r.push(a, slot, hour, at)
}

const asks = 0.1 // how often somebody asks, at a stop

// ask notes how likely the first answers are to be taken if somebody asks. Nobody learns from it: it compares the order of offers
// where nothing is held back, and each arm is asked as often.
func (r *run) ask(a *agent, hour float64, at geo.Point) {
	const shown = 3
	r.matcher.Evaluate(&r.result, &a.known, &offers.Moment{Now: r.now, Point: at, Pull: true, Radius: reach})
	r.eligible(a, hour, at)
	if len(r.choices) < shown {
		return
	}
	k, best, all := &r.tally.asked, math.Inf(-1), 0.0
	for i := range r.choices {
		best, all = max(best, r.choices[i].odds), all+logistic(r.choices[i].odds)
	}
	k.n++
	k.best += logistic(best)
	if r.random {
		k.first += all / float64(len(r.choices))
		return
	}
	k.first += logistic(r.choice(&r.result.Matches[0]).odds)
}

// choice is the one of a match.
func (r *run) choice(m *offers.Match) choice {
	return r.choices[slices.IndexFunc(r.choices, func(c choice) bool { return c.offer == m.Offer })]
}

// visit is somebody at a usual place.
func (r *run) visit(a *agent, number int, buys bool) {
	s := &r.city.shops[number]
	a.known.Visited(r.now, s.place)
	r.matcher.Visit(&a.known, r.now, s.place, true)
	if buys {
		a.known.Purchased(r.now, s.place.Category, s.place.Brand, s.place.Merchant)
	}
	a.been[number] = true
}

// push delivers an offer, if the limits allow it and there is one.
func (r *run) push(a *agent, slot int, hour float64, at geo.Point) {
	if ok, _, _ := r.limits.Allow(r.now, time.UTC, &a.pushes); !ok {
		return
	}
	r.matcher.Unanswered(&a.known, r.now, offers.Live, true)
	r.matcher.Evaluate(&r.result, &a.known, &offers.Moment{
		Now: r.now, Point: at, Step: geo.Step{Speed: 1.2, Course: 360 * r.dice(a, slot, 11)},
		Discovery: r.discovery, Draw: offers.Draw(uint64(a.number), r.now, a.sent), //nolint:gosec // small and positive
	})
	r.eligible(a, hour, at)
	if len(r.choices) == 0 || !r.random && len(r.result.Matches) == 0 {
		return
	}
	var c choice
	lifted := false
	if r.random {
		c = r.choices[int(r.dice(a, slot, 12)*float64(len(r.choices)))]
	} else {
		lifted = r.discover(a)
		m := &r.result.Matches[0]
		c = r.choice(m)
		a.known.Decided(r.now, &r.result, m, r.result.Propensity(&a.known, 0))
	}
	a.known.Delivered(r.now, c.offer)
	a.pushes.Record(r.now)
	what := answers(c.odds, r.dice(a, slot, 1000+2*c.index), r.dice(a, slot, 1001+2*c.index))
	r.note(a, &c, what, lifted)
	r.answer(a, &c, what)
}

// eligible fills choices with what chance could choose from: all but what is held back for more than its score.
func (r *run) eligible(a *agent, hour float64, at geo.Point) {
	r.choices = r.choices[:0]
	add := func(o *offers.Offer) {
		p := r.city.promos[o.ID]
		s := sight{hour, r.rain, geo.Distance(at, p.place.Point), a.been[p.number], float64(r.day) - a.taken[p.top()]}
		r.choices = append(r.choices, choice{p, o, a.odds(p, &s)})
	}
	for i := range r.result.Matches {
		add(r.result.Matches[i].Offer)
	}
	for _, s := range r.result.Suppressions {
		if s.Code == offers.CodeLowScore || s.Code == offers.CodeFatigue {
			add(s.Offer)
		}
	}
	slices.SortFunc(r.choices, func(a, b choice) int { return a.number - b.number }) // the same for all arms
}

// discover puts something new first if it is its turn, as the engine does.
func (r *run) discover(a *agent) bool {
	a.sent++
	due := int(r.discovery*float64(a.sent) + chance(r.seed, uint64(a.number), 7)) //nolint:gosec // small and positive
	if a.new = min(max(a.new, due-1), due); a.new < due && r.result.Discover(&a.known) {
		a.new++
		return true
	}
	return false
}

// answer is what somebody does, some minutes later.
func (r *run) answer(a *agent, c *choice, what answer) {
	at := r.now.Add(5 * time.Minute)
	tell := func(action offers.Action) {
		a.known.Feedback(at, action, c.offer)
		r.matcher.Answer(&a.known, at, action, c.offer, true)
	}
	switch what {
	case opened:
		tell(offers.Opened)
	case dismissed:
		tell(offers.Dismissed)
	case never:
		tell(offers.NotInterested)
	case redeemed:
		tell(offers.Opened)
		a.known.Redeemed(at, c.offer.ID)
		a.known.Purchased(at, c.place.Category, c.place.Brand, c.place.Merchant)
		r.matcher.Took(&a.known, at, c.offer, true)
		a.been[c.number], a.taken[c.top()] = true, float64(r.day)
	case ignored:
	}
}
