package offers_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// A learner that was taught nothing leaves the first scorer's ranking of somebody whose past is unknown as it is, to the last bit.
func TestUntaughtLearnerChangesNothing(t *testing.T) {
	w := newWorld(t, 1, 10_000)
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	learned := offers.NewMatcher(w.catalogue, rails)
	learned.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	p := regular(t)
	var first, second offers.Result
	for i, mo := range w.moments(t, 400) {
		mo.Pull, mo.Radius = i%4 == 0, 300
		w.matcher.Evaluate(&first, p, &mo)
		learned.Evaluate(&second, p, &mo)
		if len(first.Matches) != len(second.Matches) || len(first.Suppressions) != len(second.Suppressions) {
			t.Fatalf("moment %d: %d matches and %d suppressions became %d and %d", i,
				len(first.Matches), len(first.Suppressions), len(second.Matches), len(second.Suppressions))
		}
		for k := range first.Matches {
			a, b := &first.Matches[k], &second.Matches[k]
			if a.Offer != b.Offer || math.Abs(a.Score-b.Score) > 1e-6 || !cmp.Equal(a.Reasons(nil), b.Reasons(nil)) {
				t.Fatalf("moment %d, match %d: %s %v became %s %v", i, k, a.Offer.ID, a.Score, b.Offer.ID, b.Score)
			}
		}
	}
}

// street is a few shops side by side, somebody among them, and a learner.
type street struct {
	*testing.T
	catalogue *offers.Catalogue
	matcher   *offers.Matcher
	shops     []*offers.Place
	offers    []*offers.Offer
	now       time.Time
}

func newStreet(t *testing.T, categories ...string) *street {
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	s := &street{T: t, catalogue: offers.NewCatalogue(hex.Grid{}), now: noon}
	s.matcher = offers.NewMatcher(s.catalogue, rails)
	s.matcher.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	for i, c := range categories {
		p := &offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Name: "p", Category: c, Point: square, Merchant: id.Merchant(fmt.Sprint("mer_", i))}
		must(t, s.catalogue.PutPlace(p))
		o := circleOffer(t, fmt.Sprint(i), square, 300)
		o.Title, o.Category, o.Merchant, o.Place, o.Triggers = fmt.Sprint("t", i), c, p.Merchant, p.ID, offers.Nearby
		must(t, s.catalogue.PutOffers(o))
		s.shops, s.offers = append(s.shops, p), append(s.offers, o)
	}
	return s
}

// matches is what somebody is offered who asks.
func (s *street) matches(p *offers.Person) offers.Result {
	var r offers.Result
	s.matcher.Evaluate(&r, p, &offers.Moment{Now: s.now, Point: square, Pull: true, Radius: 1000})
	return r
}

// answer delivers the offer of a shop, and answers it.
func (s *street) answer(p *offers.Person, shop int, a offers.Action) {
	s.Helper()
	r := s.matches(p)
	for i := range r.Matches {
		if m := &r.Matches[i]; m.Offer == s.offers[shop] {
			p.Decided(s.now, &r, m, 1)
			s.matcher.Answer(p, s.now.Add(time.Minute), a, m.Offer, true)
			s.now = s.now.Add(24 * time.Hour)
			return
		}
	}
	s.Fatalf("shop %d is not offered", shop)
}

func (s *street) match(p *offers.Person, shop int) *offers.Match {
	s.Helper()
	r := s.matches(p)
	for i := range r.Matches {
		if r.Matches[i].Offer == s.offers[shop] {
			return &r.Matches[i]
		}
	}
	s.Fatalf("shop %d is not offered", shop)
	return nil
}

func TestAnswersOfOthersTeach(t *testing.T) {
	s := newStreet(t, "shop.books", "shop.toys")
	before := [2]float64{s.match(&offers.Person{}, 0).Score, s.match(&offers.Person{}, 1).Score}
	for range 40 {
		p := &offers.Person{}
		s.answer(p, 0, offers.Liked)
		s.answer(p, 1, offers.Dismissed)
	}
	stranger := &offers.Person{}
	if a, b := s.match(stranger, 0), s.match(stranger, 1); !(a.Score > before[0] && b.Score < before[1]) {
		t.Errorf("what everybody likes went from %.3f to %.3f, what nobody likes from %.3f to %.3f", before[0], a.Score, before[1], b.Score)
	} else if r := a.Reasons(nil); !hasReason(r, offers.ReasonOthers) {
		t.Errorf("nothing says that others like it: %v", r)
	}
}

func hasReason(list []offers.Reason, code string) bool {
	for _, r := range list {
		if r.Code == code {
			return true
		}
	}
	return false
}

// One's own answers count for oneself, even if nothing shared moves.
func TestOwnVisitsLift(t *testing.T) {
	s := newStreet(t, "cafe.coffee", "cafe.tea", "shop.books")
	p := &offers.Person{}
	before := s.match(p, 0).Score
	for day := range 30 {
		at := s.now.AddDate(0, 0, day-30)
		s.matcher.Visit(p, at, s.shops[0], false)
		s.matcher.Visit(p, at.Add(6*time.Hour), s.shops[2], false)
	}
	m := s.match(p, 0)
	if m.Score <= before || !hasReason(m.Reasons(nil), offers.ReasonHabit) {
		t.Errorf("a usual place went from %.3f to %.3f: %v", before, m.Score, m.Reasons(nil))
	}
	if other := s.match(p, 1); other.Score >= m.Score {
		t.Errorf("a place never visited scores %.3f, the usual one %.3f", other.Score, m.Score)
	}
	data, err := p.MarshalJSON()
	must(t, err)
	var again offers.Person
	must(t, again.UnmarshalJSON(data))
	if got := s.match(&again, 0).Score; got != m.Score {
		t.Errorf("after the record was read the usual place scores %v, before %v", got, m.Score)
	}
	p.ForgetVisits()
	if got := s.match(p, 0).Score; got != before {
		t.Errorf("after the visits were forgotten it scores %v, at first %v", got, before)
	}
}

// Nobody under age has a profile, and what the rails call sensitive leaves no trace.
func TestWhatIsNotLearned(t *testing.T) {
	s := newStreet(t, "cafe.coffee", "gambling.casino", "health.clinic")
	for _, c := range []struct {
		p    *offers.Person
		shop int
	}{{&offers.Person{Minor: true}, 0}, {&offers.Person{}, 1}, {&offers.Person{}, 2}} {
		empty, err := c.p.MarshalJSON()
		must(t, err)
		s.matcher.Visit(c.p, s.now, s.shops[c.shop], true)
		got, err := c.p.MarshalJSON()
		must(t, err)
		if string(got) != string(empty) {
			t.Errorf("a visit to %s left %s", s.shops[c.shop].Category, got)
		}
	}
}

// habitual is a regular with as many visits: a few usual places of the world, at their hours.
func habitual(tb testing.TB, m *offers.Matcher, places []*offers.Place, visits int) *offers.Person {
	p := regular(tb)
	for i := range visits {
		day := noon.AddDate(0, 0, (i-visits)/3)
		m.Visit(p, day.Add(time.Duration(i%3*4-4)*time.Hour), places[(i*i+i/7)%len(places)], false)
	}
	return p
}

// learnedWorld is one of 10,000 offers, each at a place of its own.
func learnedWorld(tb testing.TB) (*world, []*offers.Place) {
	w := newWorld(tb, 1, 10_000)
	w.matcher.LearnWith(offers.Live, offers.NewLearner(offers.DefaultLearnerOptions()))
	var places []*offers.Place
	for i := range 10_000 {
		o := *w.catalogue.Offer(id.Offer(fmt.Sprint("off_0_", i)))
		p := &offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Name: "p", Category: o.Category, Point: o.Reach.Centre(), Merchant: o.Merchant}
		must(tb, w.catalogue.PutPlace(p))
		reach, err := geo.NewCircle(p.Point, 440)
		must(tb, err)
		o.Place, o.Reach = p.ID, reach
		must(tb, w.catalogue.PutOffers(&o))
		places = append(places, p)
	}
	return w, places
}

// BenchmarkLearned is one evaluation with the learned stages, of somebody with 110 visits, at moments with 15 to 25 candidates.
func BenchmarkLearned(b *testing.B) {
	w, places := learnedWorld(b)
	rails, err := offers.DefaultGuardrails()
	must(b, err)
	first := offers.NewMatcher(w.catalogue, rails)
	for _, visits := range []int{-1, 0, 110, 256} {
		name, matcher := fmt.Sprint("visits=", visits), w.matcher
		if visits < 0 {
			name, matcher = "first", first
		}
		b.Run(name, func(b *testing.B) {
			p := habitual(b, w.matcher, places[:30], visits)
			var r offers.Result
			var moments []offers.Moment
			matches := 0
			for _, mo := range w.moments(b, 4096) {
				w.matcher.Evaluate(&r, p, &mo)
				if n := len(r.Matches) + len(r.Suppressions); n >= 15 && n <= 25 {
					moments, matches = append(moments, mo), matches+len(r.Matches)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				matcher.Evaluate(&r, p, &moments[i%len(moments)])
			}
			b.ReportMetric(float64(matches)/float64(len(moments)), "matches/op")
		})
	}
}

func TestLearnedStageDoesNotAllocate(t *testing.T) {
	w, places := learnedWorld(t)
	p, moments := habitual(t, w.matcher, places[:30], 110), w.moments(t, 64)
	var r offers.Result
	for i := range moments {
		w.matcher.Evaluate(&r, p, &moments[i])
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() { w.matcher.Evaluate(&r, p, &moments[i&63]); i++ }); n > 0 {
		t.Errorf("an evaluation allocates %g times", n)
	}
}

// Reasons are terms of the score: what they, and the terms that speak against, differ by between an offer and the median one is
// what the scores differ by, and without its first reason an offer scores less.
func TestReasonsAreTheScore(t *testing.T) {
	w, places := learnedWorld(t)
	p := habitual(t, w.matcher, places[:30], 60)
	taught(t, w, p, places)
	var r offers.Result
	for _, mo := range w.moments(t, 200) {
		mo.Pull, mo.Radius = true, 500
		w.matcher.Evaluate(&r, p, &mo)
		if len(r.Matches) == 0 {
			continue
		}
		median := &r.Matches[len(r.Matches)/2]
		for i := range r.Matches {
			m := &r.Matches[i]
			named, of := offers.Named(m, median)
			if math.Abs(of) > 1e-3 && math.Abs(named/of-1) > 0.2 {
				t.Fatalf("%s: the terms name %.4f of the %.4f that it differs from %s", m.Offer.ID, named, of, median.Offer.ID)
			}
			if without := offers.ScoreWithout(m, 0); without >= m.Score {
				t.Fatalf("%s scores %.4f, and %.4f without %s", m.Offer.ID, m.Score, without, m.Reasons(nil)[0].Code)
			}
		}
	}
}

// taught lets others answer offers of the world, so that all terms are at work.
func taught(tb testing.TB, w *world, p *offers.Person, places []*offers.Place) {
	var r offers.Result
	for i, mo := range w.moments(tb, 300) {
		q := p
		if i%3 > 0 {
			q = habitual(tb, w.matcher, places[i%50:], 10)
		}
		mo.Now = noon.Add(time.Duration(i) * time.Hour)
		if w.matcher.Evaluate(&r, q, &mo); len(r.Matches) > 0 {
			m := &r.Matches[i%len(r.Matches)]
			q.Decided(mo.Now, &r, m, 1)
			a := offers.Dismissed
			if m.Offer.Category == "cafe.coffee" || i%3 == 0 {
				a = offers.Liked
			}
			w.matcher.Answer(q, mo.Now, a, m.Offer, true)
		}
	}
}

// However often a client says that somebody visits, redeems or likes: it moves what is shared by so many lessons a day.
func TestPoisonedClientIsBounded(t *testing.T) {
	s := newStreet(t, "cafe.coffee", "shop.toys")
	before := s.match(&offers.Person{}, 0).Score
	liar, start := &offers.Person{}, s.now
	for i := range 3000 {
		s.now = start.Add(time.Duration(i) * 20 * time.Second) // all on one day
		r := s.matches(liar)
		for k := range r.Matches {
			if m := &r.Matches[k]; m.Offer == s.offers[0] {
				liar.Decided(s.now, &r, m, 1)
				s.matcher.Answer(liar, s.now, offers.Dismissed, m.Offer, true)
			}
		}
		s.matcher.Visit(liar, s.now, s.shops[i%2], true)
	}
	if n := s.matcher.Learner(offers.Live).Figures().Lessons; n > 8 {
		t.Errorf("one person gave %d lessons on a day", n)
	}
	s.now = start
	if got := s.match(&offers.Person{}, 0).Score; math.Abs(got-before) > 0.1 { // where nobody else ever answered
		t.Errorf("one person moved a stranger's score on one day from %.3f to %.3f", before, got)
	}
}

// A person can read what was learned of them, in words; what the catalogue does not know any more stays, without a name.
func TestWhatWasLearnedIsShown(t *testing.T) {
	s := newStreet(t, "restaurant.thai", "shop.books")
	p := &offers.Person{}
	s.matcher.Visit(p, s.now, s.shops[0], false)
	s.answer(p, 0, offers.Liked)
	s.answer(p, 1, offers.Dismissed)
	must(t, s.catalogue.RemoveOffer(s.offers[1].ID))
	got := s.matcher.Learned(p, offers.Live, s.now)
	if len(got.Been) != 1 || got.Been[0].Place != s.shops[0].ID || !got.Been[0].At.Equal(s.now.AddDate(0, 0, -2)) {
		t.Errorf("been: %+v", got.Been)
	}
	names := map[string]int{}
	for _, a := range got.Answers {
		names[a.To+" "+a.Name]++
	}
	want := map[string]int{"all ": 1, "category restaurant.thai": 1, "category restaurant": 1, "merchant mer_0": 1, "gone ": 3}
	for name, n := range want {
		if names[name] != n {
			t.Errorf("answers to %q: %d, want %d; all: %v", name, names[name], n, names)
		}
	}
}
