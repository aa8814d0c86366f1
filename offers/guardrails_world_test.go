package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// someWorld is an invented neighbourhood: places of all kinds, offers of all kinds, and the truth about both.
type someWorld struct {
	*rand.Rand
	catalogue *offers.Catalogue
	bids      *offers.Catalogue // the same, but other merchants pay
	places    []*offers.Place
	offers    []*offers.Offer
	matcher   *offers.Matcher
	other     *offers.Matcher // of bids

	p    *offers.Person
	past []felt
	kept []offers.Kept
}

// Constant tables of what is drawn from.
var (
	worldCategories = append(slices.Concat(categories, sensitive), "shop.bar_stools", "restaurant.wine_bar", "kiosk.lotto", "beauty.surgery",
		"cafe.cbd", "service.loans", "shop.guns", "leisure.amusement_arcade", "barber", "shop.garden", "sports.club", "education.language_school",
		"health.diet_advice", "weddings", "cafe.internet", "shop.toys")
	worldPlaces = append(slices.Clone(worldCategories), "health.hospital", "clinic", "worship.church", "school", "shelter", "cemetery", "social.facility",
		"education.school", "health.mental_health", "prison", "churches", "culture.temple_ruin")
	worldTexts = []string{
		"", "", "", "A nice thing.", "Hurry!", "only TODAY and for you", "Nur noch wenige", "last chances", "Fresh every day", "We never hurry: slow food",
		"Greif zu", "unhurried", "3 left", "Solange der Vorrat reicht", "13 leftovers", "nur für kurze Zeit", "beeil dich", "ends soon", "weekends sooner",
	}
	worldMoments = []float64{0, 0.04, 0.05, 0.09, 0.1, 0.19, 0.2, 0.24, 0.25, 0.49, 0.5, 1}
	zones        = []*time.Location{nil, time.FixedZone("east", 9*3600), time.FixedZone("west", -8*3600)}
)

const worldOffers = 48

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func newSomeWorld(t testing.TB, seed uint64, rails *offers.Guardrails) *someWorld {
	w := &someWorld{Rand: rand.New(rand.NewPCG(seed, 7)), catalogue: offers.NewCatalogue(hex.Grid{}), bids: offers.NewCatalogue(hex.Grid{})}
	for i := range 24 {
		p := &offers.Place{
			ID: id.Place(fmt.Sprint("plc_", i)), Name: "p", Category: pick(w.Rand, worldPlaces), Brand: fmt.Sprint("brand", w.IntN(4)),
			Point: w.around(600), PriceTier: w.IntN(5), Merchant: id.Merchant(fmt.Sprint("mer_", i%5)),
		}
		if i < 12 { // enough of ordinary ones, and room without any that keep offers away
			p.Category = pick(w.Rand, categories)
		}
		w.places = append(w.places, p)
		must(t, w.catalogue.PutPlace(p))
		must(t, w.bids.PutPlace(p))
	}
	for i := range worldOffers {
		o := w.offer(t, i)
		w.offers = append(w.offers, o)
		other := *o
		other.Sponsored = pick(w.Rand, []string{"", "Brand"})
		must(t, w.catalogue.PutOffers(o))
		must(t, w.bids.PutOffers(&other))
	}
	w.matcher, w.other = offers.NewMatcher(w.catalogue, rails), offers.NewMatcher(w.bids, rails)
	if seed%2 == 0 { // the rails hold whatever was learned
		l := offers.NewLearner(offers.DefaultLearnerOptions())
		w.matcher.LearnWith(offers.Live, l)
		w.other.LearnWith(offers.Live, l)
	}
	return w
}

func (w *someWorld) around(metres float64) geo.Point {
	return geo.Destination(square, 360*w.Float64(), metres*w.Float64())
}

func (w *someWorld) offer(t testing.TB, i int) *offers.Offer {
	o := circleOffer(t, fmt.Sprint(i), w.around(300), 100+400*w.Float64())
	o.Title, o.Text, o.Category = fmt.Sprint("t", i), pick(w.Rand, worldTexts), pick(w.Rand, worldCategories)
	o.Merchant, o.Brand, o.PriceTier = id.Merchant(fmt.Sprint("mer_", i%5)), fmt.Sprint("brand", w.IntN(4)), max(0, w.IntN(8)-3)
	o.Triggers = pick(w.Rand, []offers.Trigger{offers.Nearby, offers.Nearby | offers.OnTheWay, offers.Enter | offers.Nearby, offers.Enter | offers.Exit, offers.Pull})
	o.Reward = pick(w.Rand, []offers.Reward{
		{},
		{},
		{Kind: offers.Percent, Value: 10},
		{Kind: offers.Percent, Value: 39.9},
		{Kind: offers.Percent, Value: 40},
		{Kind: offers.Percent, Value: 100},
		{Kind: offers.Amount, Value: 5, Currency: "EUR"},
		{Kind: offers.Amount, Value: 20, Currency: "EUR"},
		{Kind: offers.TwoForOne},
		{Kind: offers.FreeItem},
		{Kind: offers.Points, Value: 500},
	})
	if w.IntN(8) == 0 {
		o.Sponsored = "Brand"
	}
	if w.IntN(6) == 0 {
		o.Texts = map[string]offers.Text{"de": {Terms: pick(w.Rand, worldTexts)}}
	}
	if w.IntN(4) == 0 {
		o.Ends = noon.Add(time.Duration(w.IntN(48)) * time.Hour)
	}
	if w.IntN(10) == 0 {
		o.Holdout = 50
	}
	switch w.IntN(6) {
	case 0, 1:
		o.Place = pick(w.Rand, w.places).ID
	case 2:
		o.Places = []id.Place{w.places[w.IntN(8)].ID, w.places[8+w.IntN(8)].ID, w.places[16+w.IntN(8)].ID}
	case 3:
		o.Places, o.Reach, o.Radius = []id.Place{w.places[w.IntN(8)].ID, w.places[16+w.IntN(8)].ID}, geo.Region{}, 400
	}
	return o
}

// somebody draws a person with settings that ask for all of it, and eight days of mood.
func (w *someWorld) somebody(t testing.TB, g *offers.Guardrails, now time.Time) {
	p := &offers.Person{Minor: w.IntN(5) == 0}
	everything := worldCategories[:offers.MaxInterests]
	if w.IntN(2) == 0 {
		must(t, p.SetInterests(everything))
	}
	if w.IntN(3) == 0 {
		must(t, p.SetFavourites([]offers.Block{{Kind: offers.BlockCategory, Value: pick(w.Rand, worldCategories)}, {Kind: offers.BlockBrand, Value: "brand1"}}))
	}
	if w.IntN(4) == 0 {
		must(t, p.SetBlocks([]offers.Block{{Kind: offers.BlockCategory, Value: pick(w.Rand, worldCategories)}}))
	}
	if w.IntN(2) == 0 {
		must(t, p.SetMoodChoices([]offers.MoodChoice{
			{State: mood.Drained, Categories: everything},
			{State: mood.Stressed, Categories: sensitive},
			{State: mood.Calm, Categories: everything},
			{State: mood.Upbeat, Categories: []string{pick(w.Rand, worldCategories)}},
		}))
	}
	for range w.IntN(4) {
		c := pick(w.Rand, worldCategories)
		for range 8 {
			p.Purchased(now.AddDate(0, 0, -1), c, fmt.Sprint("brand", w.IntN(4)), id.Merchant(fmt.Sprint("mer_", w.IntN(5))))
		}
	}
	w.p, w.past = p, nil
	for i := range w.IntN(12) {
		w.matcher.Visit(p, now.Add(time.Duration(i-12)*time.Hour), pick(w.Rand, w.places), true)
	}
	steps := []time.Duration{time.Second, 30 * time.Second, 59 * time.Second, time.Minute, 5 * time.Minute, time.Hour, 11 * time.Hour, 12 * time.Hour, 20 * time.Hour}
	for at := now.AddDate(0, 0, -w.IntN(9)).Add(-time.Duration(w.IntN(3600)) * time.Second); !at.After(now); at = at.Add(pick(w.Rand, steps)) {
		f := felt{at, w.feeling()}
		p.ObserveMood(f.at, f.estimate, g)
		if w.past = append(w.past, f); w.IntN(12) == 0 {
			break
		}
	}
}

func (w *someWorld) feeling() mood.Estimate {
	e := mood.Estimate{
		Valence: 2*w.Float64() - 1, Arousal: 2*w.Float64() - 1, Confidence: pick(w.Rand, []float64{0.1, 0.34, 0.35, 0.9}), Distress: pick(w.Rand, worldMoments),
	}
	if w.IntN(2) == 0 {
		e.Distress *= w.Float64()
	}
	if w.IntN(4) == 0 {
		e.Valence = pick(w.Rand, []float64{-0.26, -0.25, -0.24, 0})
	}
	return e
}

func (w *someWorld) moment(now time.Time) offers.Moment {
	m := offers.Moment{
		Now: now, Zone: pick(w.Rand, zones), Point: w.around(400), Mood: w.feeling(), MoodLevel: mood.Level(w.IntN(3)), Language: "de",
		Discovery: pick(w.Rand, []float64{0, 0.5, 1}), Draw: w.Uint64(), Pull: w.IntN(3) == 0, Radius: 200 + 800*w.Float64(), Lot: w.Uint64(), History: true,
		Step: geo.Step{Speed: pick(w.Rand, []float64{-1, 0, 1.4, 1.4, 7.9, 8, 30}), Course: 359 * w.Float64()},
	}
	if w.IntN(4) == 0 {
		m.Heading = trip.To(w.around(1000), trip.Walk)
	}
	return m
}

// verdicts counts what the oracle said.
type verdicts struct {
	decisions, shown, withheld, worse int
	violations                        []string
}

func (v *verdicts) violate(format string, args ...any) {
	v.violations = append(v.violations, fmt.Sprintf(format, args...))
}

// play draws people and moments in a world and lets the oracle look at every decision.
func (w *someWorld) play(t testing.TB, v *verdicts, o *oracle, g *offers.Guardrails, rounds int) {
	var r, off, worse, other offers.Result
	for range rounds {
		now := noon.Add(time.Duration(w.IntN(24*3600)) * time.Second)
		w.somebody(t, g, now)
		for range 4 {
			m := w.moment(now)
			w.evaluate(&r, &m)
			c := o.condition(w, w.past, &m)
			w.judge(v, o, &r, &m, &c)
			w.blind(v, &r, &off, &m)
			w.lower(v, o, &r, &worse, &m)
			w.outbid(v, o, &r, &other, &m, &c)
			w.reserve(v, o, &m, &c)
			w.answer(&m)
		}
	}
}

// answer lets the person do something with one of the offers of the moment, at random.
func (w *someWorld) answer(m *offers.Moment) {
	var r offers.Result
	w.again(w.matcher, &r, m)
	if len(r.Matches) == 0 {
		return
	}
	match := &r.Matches[w.IntN(len(r.Matches))]
	w.p.Decided(m.Now, &r, match, 1)
	w.matcher.Answer(w.p, m.Now, pick(w.Rand, []offers.Action{offers.Liked, offers.Dismissed, offers.Liked, offers.NotInterested}), match.Offer, true)
}

// evaluate asks the matcher in one of its ways: at a fix, after a step over reaches, for what was kept, for somebody who asks.
func (w *someWorld) evaluate(r *offers.Result, m *offers.Moment) {
	w.kept = w.kept[:0]
	switch way := w.IntN(6); {
	case m.Pull:
	case way == 0:
		for _, o := range w.offers {
			w.kept = append(w.kept, offers.Kept{Offer: o.ID, Place: o.Place, Trigger: offers.Nearby})
			for _, p := range o.Places {
				w.kept = append(w.kept, offers.Kept{Offer: o.ID, Place: p, Trigger: offers.Nearby})
			}
		}
	case way < 3:
		var tracker fence.Tracker
		from := geo.Fix{Point: geo.Destination(m.Point, 360*w.Float64(), 900), Accuracy: 5, Time: m.Now.Add(-10 * time.Minute)}
		back := *m
		back.Point, back.Now = from.Point, from.Time
		w.matcher.Track(r, &tracker, &back, geo.Fix{}, from)
		here := *m
		w.matcher.Track(r, &tracker, &here, from, geo.Fix{Point: m.Point, Accuracy: 5, Time: m.Now})
		m.Passages = slices.Clone(here.Passages)
	case way == 3:
		o := pick(w.Rand, w.offers)
		m.Due = []offers.Step{{Offer: o.ID, Due: m.Now, Until: m.Now.Add(time.Hour)}}
	}
	w.again(w.matcher, r, m)
}

// again asks once more, in the same way.
func (w *someWorld) again(matcher *offers.Matcher, r *offers.Result, m *offers.Moment) {
	if len(w.kept) > 0 {
		matcher.Revisit(r, w.p, m, w.kept)
		return
	}
	own := *m
	matcher.Evaluate(r, w.p, &own)
}

// judge looks at each offer that was shown or held back.
func (w *someWorld) judge(v *verdicts, o *oracle, r *offers.Result, m *offers.Moment, c *condition) {
	v.decisions += len(r.Matches) + len(r.Suppressions)
	v.shown += len(r.Matches)
	places, pressed := r.Places(), false
	for i := range r.Matches {
		match := &r.Matches[i]
		k, presses := o.of(match.Offer, match.Place), o.presses(match.Offer, match.Place, m.Now)
		if pressed && !presses && m.Pull && c.soft {
			v.violate("%s comes after what presses at %+v", match.Offer.ID, *c)
		}
		pressed = presses
		if code := o.always(k, w.p.Minor, m, c); code != "" && (!c.border || code != offers.CodeGuardPlace) {
			v.violate("%s %s shown in spite of %s", match.Offer.ID, match.Offer.Category, code)
		}
		if code := o.feel(k, presses, m, c); code != "" {
			v.violate("%s %s shown in spite of %s at %+v", match.Offer.ID, match.Offer.Category, code, *c)
		}
		if match.Withheld() != "" {
			v.violate("%s is withheld and shown", match.Offer.ID)
		}
		for _, why := range match.Reasons(nil) {
			switch {
			case why.Code == offers.ReasonReward && m.Pull && c.soft:
				v.violate("the discount of %s counts at %+v", match.Offer.ID, *c)
			case why.Code != offers.ReasonMood:
			case m.MoodLevel != mood.Help || w.p.Minor || c.vulnerable || c.distress >= o.Distress.Push || m.Mood.Confidence < 0.35,
				k.sensitive, match.Offer.Sponsored != "", c.soft && presses:
				v.violate("mood spoke for %s %s at %+v", match.Offer.ID, match.Offer.Category, *c)
			}
		}
	}
	for i := range places {
		match := &places[i]
		want := o.feel(o.of(match.Offer, match.Place), o.presses(match.Offer, match.Place, m.Now), m, c)
		if match.Withheld() != want {
			v.violate("%s is withheld for %q, want %q at %+v", match.Offer.ID, match.Withheld(), want, *c)
		}
		if want != "" {
			v.withheld++
		}
	}
	for _, s := range r.Suppressions {
		if len(s.Offer.Places) > 0 {
			continue // held back at which of its places, nobody says
		}
		var place *offers.Place
		if s.Offer.Place != "" {
			place = w.catalogue.Place(s.Offer.Place)
		}
		k := o.of(s.Offer, place)
		switch want := o.always(k, w.p.Minor, m, c); {
		case s.Code == offers.CodeHoldout:
			if felt := o.feel(k, o.presses(s.Offer, place, m.Now), m, c); felt != "" {
				v.violate("%s is compared as held out, and not for %s at %+v", s.Offer.ID, felt, *c)
			}
		case !strings.HasPrefix(s.Code, "guard_") || c.border:
		case c.near && s.Offer.Holdout > 0: // the lot is drawn before anybody looks at the neighbourhood
		case offers.AboutMood(s.Code):
			if felt := o.feel(k, o.presses(s.Offer, place, m.Now), m, c); want != "" || felt != s.Code {
				v.violate("%s is held back for %s, want %q, %q at %+v", s.Offer.ID, s.Code, want, felt, *c)
			}
		case want != s.Code:
			v.violate("%s is held back for %s, want %q at %+v", s.Offer.ID, s.Code, want, *c)
		}
	}
}

// blind compares with the same moment if mood were off: mood only takes away, and moves nothing up.
func (w *someWorld) blind(v *verdicts, r, off *offers.Result, m *offers.Moment) {
	without := *m
	without.MoodLevel, without.Mood = mood.Off, mood.Estimate{}
	w.again(w.matcher, off, &without)
	places := r.Places()
	if !m.Pull && len(places) != len(off.Matches) {
		v.violate("%d places, %d without mood", len(places), len(off.Matches))
		return
	}
	if !m.Pull && m.MoodLevel != mood.Help {
		for i := range places {
			if places[i].Offer != off.Matches[i].Offer || places[i].Score != off.Matches[i].Score || places[i].Place != off.Matches[i].Place {
				v.violate("place %d is %s's, without mood %s's", i, places[i].Offer.ID, off.Matches[i].Offer.ID)
			}
		}
	}
	w.fewer(v, "with mood", r, off)
	if !m.Pull { // all else that is told is the same
		rest := slices.DeleteFunc(slices.Clone(r.Suppressions), func(s offers.Suppression) bool { return offers.AboutMood(s.Code) })
		blind := slices.DeleteFunc(slices.Clone(off.Suppressions), func(s offers.Suppression) bool { return s.Code == offers.CodeHoldout })
		for _, s := range rest {
			if s.Code != offers.CodeHoldout && !slices.Contains(blind, s) {
				v.violate("%s is held back for %s, without mood it is not", s.Offer.ID, s.Code)
			}
		}
	}
}

// fewer checks that every offer of r is one of more.
func (w *someWorld) fewer(v *verdicts, when string, r, more *offers.Result) {
	for i := range r.Matches {
		o := r.Matches[i].Offer
		if !slices.ContainsFunc(more.Matches, func(m offers.Match) bool { return m.Offer == o }) {
			v.violate("%s there is %s, too", when, o.ID)
		}
	}
}

// lower compares with a worse mood: what is denied only grows; number, price tier, discount, urgency and paid offers never
// rise, in the whole answer and in the first place, second place and so on of a push.
func (w *someWorld) lower(v *verdicts, o *oracle, r, worse *offers.Result, m *offers.Moment) {
	low := *m
	low.Mood.Valence -= (low.Mood.Valence + 1) * w.Float64()
	low.Mood.Distress += (1 - low.Mood.Distress) * w.Float64()
	w.again(w.matcher, worse, &low)
	v.worse++
	w.fewer(v, "when feeling worse", worse, r)
	before, after := o.pressure(r.Matches, m.Now), o.pressure(worse.Matches, m.Now)
	for i := range before {
		if after[i] > before[i] {
			v.violate("when feeling worse, %s rises from %g to %g", pressureNames[i], before[i], after[i])
		}
	}
	if m.Pull || m.MoodLevel == mood.Help && len(w.p.MoodChoices()) > 0 {
		return // the order of the answer is the person's own choice then
	}
	best, bestWorse := r.Places(), worse.Places()
	for i := range min(len(best), len(bestWorse)) {
		if bestWorse[i].Withheld() == "" && (best[i].Withheld() != "" || best[i].Offer != bestWorse[i].Offer) {
			v.violate("when feeling worse, %s takes place %d", bestWorse[i].Offer.ID, i)
		}
	}
}

// Constant table: what may never rise.
var pressureNames = [...]string{"the number of offers", "the highest price tier", "the deepest discount", "the number of urgent offers", "the number of paid offers"}

func (o *oracle) pressure(list []offers.Match, now time.Time) (most [len(pressureNames)]float64) {
	for i := range list {
		m := &list[i]
		most[0]++
		most[1] = max(most[1], float64(tierOf(m.Offer, nil)))
		if m.Offer.Reward.Kind == offers.Percent {
			most[2] = max(most[2], m.Offer.Reward.Value)
		}
		if o.urgent(m.Offer, now) {
			most[3]++
		}
		if m.Offer.Sponsored != "" {
			most[4]++
		}
	}
	return most
}

// outbid compares with a world where others pay: that buys no place but before what is as good. Only in a low mood what is paid
// for presses.
func (w *someWorld) outbid(v *verdicts, o *oracle, r, other *offers.Result, m *offers.Moment, c *condition) {
	if c.soft || m.MoodLevel == mood.Help || len(m.Passages) > 0 {
		return
	}
	w.again(w.other, other, m)
	if len(r.Matches) != len(other.Matches) {
		v.violate("who pays changes the number of matches: %d, %d", len(r.Matches), len(other.Matches))
		return
	}
	type key struct { // what was kept of an offer comes once for each of its places
		offer id.Offer
		place *offers.Place
	}
	keyOf := func(m *offers.Match) key { return key{m.Offer.ID, m.Place} }
	place := map[key]int{}
	for i := range other.Matches {
		place[keyOf(&other.Matches[i])] = i
	}
	if len(place) < len(other.Matches) {
		return // one of them came twice
	}
	for i := range r.Matches {
		a := &r.Matches[i]
		at, ok := place[keyOf(a)]
		if !ok {
			v.violate("who pays decides about %s", a.Offer.ID)
			return
		}
		if lifted(a) || lifted(&other.Matches[at]) {
			continue
		}
		if a.Score != other.Matches[at].Score {
			v.violate("who pays changes the score of %s from %g to %g", a.Offer.ID, a.Score, other.Matches[at].Score)
		}
		for k := range r.Matches[:i] {
			b := &r.Matches[k]
			before := place[keyOf(b)]
			if !lifted(b) && !lifted(&other.Matches[before]) && before > at && math.Abs(logit(a.Score)-logit(b.Score)) > 0.05+1e-6 {
				v.violate("who pays decides between %s (%g) and %s (%g)", a.Offer.ID, a.Score, b.Offer.ID, b.Score)
			}
		}
	}
}

// lifted reports whether a match stands where it stands because it is new.
func lifted(m *offers.Match) bool { return hasReason(m.Reasons(nil), offers.ReasonDiscovery) }

func logit(score float64) float64 { return math.Log(score / (1 - score)) }

// reserve tries to get by reservation what a pull would not show.
func (w *someWorld) reserve(v *verdicts, o *oracle, m *offers.Moment, c *condition) {
	offer := pick(w.Rand, w.offers)
	if len(offer.Places) > 0 {
		return
	}
	var place *offers.Place
	if offer.Place != "" {
		place = w.catalogue.Place(offer.Place)
	}
	asks := *m
	asks.Pull = true
	k := o.of(offer, place)
	code := w.matcher.Refusal(offer.ID, offer.Place, w.p, &asks)
	v.decisions++
	if code == "" && (o.always(k, w.p.Minor, &asks, c) != "" || o.feel(k, false, &asks, c) != "") {
		v.violate("%s %s can be reserved at %+v", offer.ID, offer.Category, *c)
	}
}

// howMany names the number of decisions in the environment; see make guardrails.
const howMany = "FLANEUR_DECISIONS"

// decisions plays worlds until enough was decided.
func decisions(t testing.TB, g *offers.Guardrails, want, violations int) (all verdicts) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for n := range workers {
		wg.Go(func() {
			o := readOracle(t)
			var v verdicts
			for seed := uint64(n); v.decisions < want/workers && len(v.violations) <= violations; seed += uint64(workers) { //nolint:gosec // small
				newSomeWorld(t, seed, g).play(t, &v, o, g, 32)
			}
			mu.Lock()
			defer mu.Unlock()
			all.decisions += v.decisions
			all.shown += v.shown
			all.withheld += v.withheld
			all.worse += v.worse
			all.violations = append(all.violations, v.violations...)
		})
	}
	wg.Wait()
	return all
}

// No score, budget, setting, mood or history gets around the rails: an oracle that knows only the rules agrees with every
// decision, however world, person and moment are drawn.
func TestRailsHold(t *testing.T) {
	want := 150_000
	if s := os.Getenv(howMany); s != "" {
		var err error
		want, err = strconv.Atoi(s)
		must(t, err)
	}
	began := time.Now()
	v := decisions(t, rails(t), want, 20)
	took := time.Since(began)
	t.Logf("%d decisions (%d shown, %d withheld for mood alone), %d pairs of moods, %d violations, %.0f decisions per second",
		v.decisions, v.shown, v.withheld, v.worse, len(v.violations), float64(v.decisions)/took.Seconds())
	for _, s := range v.violations[:min(len(v.violations), 20)] {
		t.Error(s)
	}
	if v.shown < v.decisions/10 || v.withheld < v.decisions/100 {
		t.Error("hardly anything is shown or withheld: the worlds say little")
	}
}

// The oracle sees every single rule that is loosened, and every one that is made stricter.
func TestOracleSeesEveryRule(t *testing.T) {
	if os.Getenv(howMany) == "" {
		t.Skip("takes a while: make guardrails")
	}
	strict := func(override string) func() (*offers.Guardrails, error) {
		return func() (*offers.Guardrails, error) { return rails(t).Stricter([]byte(override)) }
	}
	loose := func(old, replacement string) func() (*offers.Guardrails, error) {
		return func() (*offers.Guardrails, error) { return offers.Loosened(old, replacement) }
	}
	type change struct {
		name  string
		rails func() (*offers.Guardrails, error)
	}
	changes := []change{
		{"distress.push", loose("push: 0.25", "push: 0.26")},
		{"distress.holdMinutes", loose("holdMinutes: 1", "holdMinutes: 0.9")},
		{"distress.rememberHours", loose("rememberHours: 12", "rememberHours: 11")},
		{"vulnerable.distress", loose("{distress: 0.50, days", "{distress: 0.51, days")},
		{"vulnerable.distress", strict("vulnerable: {distress: 0.49}")},
		{"vulnerable.days", loose("days: 3", "days: 4")},
		{"pressure.valence", loose("valence: -0.25", "valence: -0.26")},
		{"pressure.distress", loose("distress: 0.20", "distress: 0.21")},
		{"pressure.discount", loose("discount: 40", "discount: 41")},
		{"pressure.amount", loose("amount: 20", "amount: 21")},
		{"pressure.priceTier", loose("priceTier: 3", "priceTier: 4")},
		{"pressure.endsHours", loose("endsHours: 6", "endsHours: 4")},
		{"pressure.words", loose("[hurry, ", "[")},
		{"driving.speed", loose("speed: 8", "speed: 9")},
		{"night.from", loose("from: 0", "from: 1")},
		{"night.to", loose("to: 5", "to: 4")},
		{"places.hospital", loose("hospital: 100", "hospital: 50")},
		{"places.clinic", loose("clinic: 60", "clinic: 40")},
		{"places", loose("  social.facility: 80\n", "")},
		{"alcohol", loose("[alcohol, drink, bar, ", "[alcohol, drink, ")},
		{"alcohol.distress", loose("schnaps, spirituosen]\n    distress: 0.10", "schnaps, spirituosen]\n    distress: 0.11")},
		{"gambling.distress", loose("spielothek]\n    distress: 0.05", "spielothek]\n    distress: 0.06")},
		{"gambling.pullOnly", loose("spielothek]\n    distress: 0.05\n    pullOnly: true", "spielothek]\n    distress: 0.05")},
		{"a sensitive group", loose("    categories: [dating, escort]", "    categories: [escort]")},
		{"distress.push", strict("distress: {push: 0.24}")},
		{"distress.holdMinutes", strict("distress: {holdMinutes: 60}")},
		{"distress.rememberHours", strict("distress: {rememberHours: 24}")},
		{"vulnerable.days", strict("vulnerable: {days: 2}")},
		{"pressure.valence", strict("pressure: {valence: -0.24}")},
		{"pressure.distress", strict("pressure: {distress: 0.19}")},
		{"pressure.discount", strict("pressure: {discount: 39}")},
		{"pressure.amount", strict("pressure: {amount: 5}")},
		{"pressure.priceTier", strict("pressure: {priceTier: 2}")},
		{"pressure.endsHours", strict("pressure: {endsHours: 9}")},
		{"pressure.words", strict("pressure: {words: [nice]}")},
		{"driving.speed", strict("driving: {speed: 7.9}")},
		{"night", strict("night: {from: 23, to: 6}")},
		{"places.hospital", strict("places: {hospital: 150}")},
		{"places", strict("places: {cafe: 80}")},
		{"alcohol.distress", strict("sensitive: {alcohol: {distress: 0.09}}")},
		{"alcohol.pullOnly", strict("sensitive: {alcohol: {pullOnly: true}}")},
		{"alcohol.categories", strict("sensitive: {alcohol: {categories: [cafe]}}")},
		{"a new group", strict("sensitive: {sugar: {categories: [bakery], distress: 0.5}}")},
	}
	for _, c := range changes {
		g, err := c.rails()
		must(t, err)
		v := decisions(t, g, 3_000_000, 0)
		if t.Logf("%-24s seen within %d decisions", c.name, v.decisions); len(v.violations) == 0 {
			t.Errorf("%s was changed, and nobody saw it", c.name)
		}
	}
}

// A decision follows from the catalogue, what was learned, the person's record and the moment alone: whoever keeps these can go
// through it again and finds what was shown, withheld and held back, each with its reasons or its code.
func TestDecisionsCanBeReplayed(t *testing.T) {
	g := rails(t)
	for seed := range uint64(8) {
		w := newSomeWorld(t, seed, g)
		again := newSomeWorld(t, seed, g)
		for range 64 {
			now := noon.Add(time.Duration(w.IntN(24*3600)) * time.Second)
			w.somebody(t, g, now)
			m := w.moment(now)
			var r, replayed offers.Result
			w.again(w.matcher, &r, &m)
			record, err := w.p.MarshalJSON()
			must(t, err)
			if l := w.matcher.Learner(offers.Live); l != nil {
				must(t, l.Save(func(name string, data []byte) error { return again.matcher.Learner(offers.Live).Load(name, data) }))
			}
			again.p = new(offers.Person)
			must(t, again.p.UnmarshalJSON(record))
			again.again(again.matcher, &replayed, &m)
			if a, b := account(&r), account(&replayed); !slices.Equal(a, b) {
				t.Fatalf("decided %v, replayed %v", a, b)
			}
		}
	}
}

// account tells what was decided of each offer, in the order of offers: a record keeps what was learned to a millionth, and
// what is as good may change places.
func account(r *offers.Result) (list []string) {
	for _, m := range r.Places() {
		line := fmt.Sprint(m.Offer.ID, m.Trigger, m.Withheld())
		for _, why := range m.Reasons(nil) {
			line += fmt.Sprintf(" %s %.3f", why.Code, why.Share)
		}
		list = append(list, line)
	}
	for _, s := range r.Suppressions {
		list = append(list, fmt.Sprint(s.Offer.ID, s.Code))
	}
	slices.Sort(list)
	return list
}
