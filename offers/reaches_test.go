package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// midnight is when the day of monday ends.
var midnight = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)

// Whoever goes less than the answer is complete for enters and leaves no reach that is missing, and each circle holds the
// reach that it stands for; anywhere on the globe.
func TestAroundAgreesWithGeometry(t *testing.T) {
	everywhere(t, towns, 7, 200, offers.Enter, func(t *testing.T, w *town) {
		var dst offers.Result
		for range 60 {
			at := geo.Destination(w.centre, 360*w.random.Float64(), 9000*w.random.Float64())
			if w.random.IntN(3) == 0 {
				at = border(w.random, w.reaches[w.random.IntN(len(w.reaches))])
			}
			limit := 1 + w.random.IntN(offers.MaxReaches)
			list, complete := w.Around(&dst, &offers.Person{}, &offers.Moment{Now: monday, Point: at}, midnight, limit)
			listed := map[id.Offer]offers.Reach{}
			for i, r := range list {
				listed[r.Offer.ID] = r
				if d := math.Abs(r.Offer.Reach.SignedDistance(at)); d != r.Metres || i > 0 && d < list[i-1].Metres {
					t.Fatalf("%d: %g m to the border, said to be %g, after %g", i, d, r.Metres, list[max(0, i-1)].Metres)
				}
			}
			all := 0
			for _, reach := range w.reaches {
				if reach.SignedDistance(at) <= offers.MaxPullRadius {
					all++
				}
			}
			if len(listed) != len(list) || len(list) != min(limit, all) {
				t.Fatalf("%d of %d, %d different, for a limit of %d", len(list), all, len(listed), limit)
			}
			for range 20 {
				q := geo.Destination(at, 360*w.random.Float64(), complete*w.random.Float64()*0.999)
				for i, reach := range w.reaches {
					r, ok := listed[offer(i)]
					in := reach.Contains(q)
					if reach.Kind() == geo.Polygon && (math.Abs(w.centre.Lat) > 80 || math.Abs(reach.SignedDistance(q)) < reach.Extent()/200) {
						continue // distances from long sides are approximate
					}
					if in != reach.Contains(at) && !ok {
						t.Fatalf("complete for %g m, but %g m away the border of %d was crossed, which is missing", complete, geo.Distance(at, q), i)
					}
					if d := geo.Distance(q, r.Centre); in && ok && d > r.Radius+0.01 {
						t.Fatalf("%d: a point of the reach lies %g m beyond its circle", i, d-r.Radius)
					}
				}
			}
		}
	})
}

// Each circle holds all of its reach: its own border points too.
func TestCirclesHoldTheirReach(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for i, reach := range regions(t, random, square, 200) {
		c := offers.NewCatalogue(hex.Grid{})
		must(t, c.PutOffers(&offers.Offer{ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: reach, Triggers: offers.Nearby}))
		list, _ := offers.NewMatcher(c, rails(t)).Around(&offers.Result{}, &offers.Person{}, &offers.Moment{Now: monday, Point: reach.Parts(nil)[0]}, midnight, 1)
		if len(list) != 1 {
			t.Fatalf("%d: %d reaches", i, len(list))
		}
		for range 50 {
			p := border(random, reach)
			if d := geo.Distance(p, list[0].Centre) - list[0].Radius; reach.Contains(p) && d > 0.01 {
				t.Fatalf("%d: a point of the reach lies %g m beyond the circle", i, d)
			}
		}
	}
}

// Of a reach that bends around the person, or goes far past them, the circle holds what is near and not them.
func TestCircleHugsALongReach(t *testing.T) {
	street, err := geo.NewCorridor([]geo.Point{geo.Destination(square, 180, 5000), geo.Destination(square, 0, 5000)}, 60)
	must(t, err)
	bend, err := geo.NewCorridor([]geo.Point{geo.Destination(square, 300, 900), geo.Destination(square, 0, 900), geo.Destination(square, 90, 900), geo.Destination(square, 180, 900)}, 60)
	must(t, err)
	for _, tt := range []struct {
		name             string
		reach            geo.Region
		at               geo.Point
		complete, radius float64 // at least, at most
	}{
		{"beside a street", street, geo.Destination(square, 90, 330), 650, 2500},
		{"before the end of a street", street, geo.Destination(square, 0, 5330), 1100, 5100},
		{"far from a street", street, geo.Destination(square, 90, 12_000), offers.MaxPullRadius, 5100},
		{"in a bend", bend, square, 600, 1400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := offers.NewCatalogue(hex.Grid{})
			must(t, c.PutOffers(&offers.Offer{ID: "off_a", Merchant: "mer_x", Title: "x", Category: "cafe", Reach: tt.reach, Triggers: offers.Enter}))
			list, complete := offers.NewMatcher(c, rails(t)).Around(&offers.Result{}, &offers.Person{}, &offers.Moment{Now: monday, Point: tt.at}, midnight, 20)
			if len(list) != 1 || complete < tt.complete {
				t.Fatalf("%d reaches, complete for %g m, want %g", len(list), complete, tt.complete)
			}
			r := list[0]
			if edge := geo.Distance(tt.at, r.Centre) - r.Radius; edge < r.Metres/2-1 || r.Radius > tt.radius {
				t.Errorf("the circle of %g m begins after %g m, the reach after %g; complete for %g m", r.Radius, edge, r.Metres, complete)
			}
		})
	}
}

// What is left out could not be pushed any more on this day; what is there could, now or later.
func TestAroundToday(t *testing.T) {
	later := func(hours int) time.Time { return monday.Add(time.Duration(hours) * time.Hour) }
	shop := func(hours string) *offers.Place {
		return &offers.Place{ID: "plc_a", Merchant: "mer_x", Name: "a", Point: square, Hours: hours}
	}
	block := func(kind offers.BlockKind, value string) func(*offers.Person, *offers.Offer) {
		return func(p *offers.Person, _ *offers.Offer) {
			must(t, p.SetBlocks([]offers.Block{{Kind: kind, Value: value}}))
		}
	}
	feedback := func(at time.Time, a offers.Action) func(*offers.Person, *offers.Offer) {
		return func(p *offers.Person, o *offers.Offer) { p.Feedback(at, a, o) }
	}
	delivered := func(at time.Time) func(*offers.Person, *offers.Offer) {
		return func(p *offers.Person, o *offers.Offer) { p.Delivered(at, o) }
	}
	for name, tt := range map[string]struct {
		offer  offers.Offer
		place  *offers.Place
		person func(*offers.Person, *offers.Offer)
		used   *offers.Span
		moment offers.Moment
		want   bool
	}{
		"nothing against it":      {want: true},
		"stopped":                 {offer: offers.Offer{Status: offers.Stopped}},
		"paused":                  {offer: offers.Offer{Status: offers.Paused}},
		"over":                    {offer: offers.Offer{Ends: monday}},
		"ends soon":               {offer: offers.Offer{Ends: monday.Add(time.Minute)}, want: true},
		"starts today":            {offer: offers.Offer{Starts: later(5)}, want: true},
		"starts tomorrow":         {offer: offers.Offer{Starts: midnight}},
		"other data":              {offer: offers.Offer{Mode: offers.Test}},
		"hours to come":           {offer: offers.Offer{Hours: "Mo 18:00-20:00"}, want: true},
		"hours are over":          {offer: offers.Offer{Hours: "Mo-Su 08:00-10:00"}},
		"opens later":             {place: shop("Mo 15:00-16:00"), want: true},
		"closed today":            {place: shop("Tu-Su 08:00-18:00")},
		"open when it is over":    {offer: offers.Offer{Hours: "Mo 08:00-14:00"}, place: shop("Mo 15:00-16:00")},
		"opens, but is for pulls": {offer: offers.Offer{Category: "casino"}, place: shop("Mo 15:00-16:00")},
		"only asked for":          {offer: offers.Offer{Triggers: offers.Pull}},
		"also asked for":          {offer: offers.Offer{Triggers: offers.Pull | offers.Dwell, Dwell: time.Minute}, want: true},
		"only after another":      {offer: offers.Offer{OnlyAfter: true}},
		"on the way":              {offer: offers.Offer{Triggers: offers.OnTheWay}, want: true},
		"pushed to nobody":        {offer: offers.Offer{Category: "casino"}},
		"not for a minor":         {offer: offers.Offer{Category: "bar"}, person: func(p *offers.Person, _ *offers.Offer) { p.Minor = true }},
		"of others":               {offer: offers.Offer{Audience: offers.Audience{Any: []string{"student"}}}},
		"in another language":     {offer: offers.Offer{Audience: offers.Audience{Languages: []string{"de"}}}, moment: offers.Moment{Language: "en"}},
		"for customers":           {offer: offers.Offer{Conditions: offers.Conditions{CustomerDays: 3}}, moment: offers.Moment{History: true}},
		"past is not known":       {offer: offers.Offer{Conditions: offers.Conditions{NewCustomer: true}}},
		"new customer":            {offer: offers.Offer{Conditions: offers.Conditions{NewCustomer: true}}, moment: offers.Moment{History: true}, want: true},
		"held out":                {offer: offers.Offer{Holdout: 100}, moment: offers.Moment{Lot: 1}},
		"merchant blocked":        {person: block(offers.BlockMerchant, "mer_x")},
		"category blocked":        {person: block(offers.BlockCategory, "cafe")},
		"brand blocked":           {offer: offers.Offer{Brand: "Loud"}, person: block(offers.BlockBrand, "loud")},
		"used up":                 {used: &offers.Span{}},
		"used up for an hour":     {used: &offers.Span{Until: later(1)}, want: true},
		"used up for today":       {used: &offers.Span{Until: midnight}},
		"used by the person":      {offer: offers.Offer{Budget: offers.Budget{PerUser: 1}}, person: func(p *offers.Person, o *offers.Offer) { p.Redeemed(monday.AddDate(0, 0, -1), o.ID) }},
		"came this morning":       {person: delivered(later(-2))},
		"came yesterday":          {person: delivered(later(-20)), want: true},
		"dismissed":               {person: feedback(later(-20), offers.Dismissed)},
		"never again":             {person: feedback(later(-2000), offers.NotInterested)},
		"not now":                 {person: feedback(monday, offers.NotNow), want: true},
		"not now, in the evening": {person: feedback(later(11), offers.NotNow), moment: offers.Moment{Now: later(11)}},
		"at night":                {moment: offers.Moment{Now: later(-10)}, want: true},
		"driving":                 {moment: offers.Moment{Step: geo.Step{Speed: 30}}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := offers.NewCatalogue(hex.Grid{})
			o, plain := tt.offer, circleOffer(t, "a", square, 100)
			o.ID, o.Merchant, o.Title, o.Reach = plain.ID, plain.Merchant, plain.Title, plain.Reach
			if o.Category == "" {
				o.Category = plain.Category
			}
			if o.Triggers == 0 {
				o.Triggers = offers.Nearby
			}
			if tt.place != nil {
				must(t, c.PutPlace(tt.place))
				o.Place = tt.place.ID
			}
			must(t, c.PutOffers(&o))
			c.SetExhausted(o.ID, tt.used)
			var p offers.Person
			if tt.person != nil {
				tt.person(&p, &o)
			}
			mo := tt.moment
			if mo.Point = geo.Destination(square, 90, 700); mo.Now.IsZero() {
				mo.Now = monday
			}
			list, complete := offers.NewMatcher(c, rails(t)).Around(&offers.Result{}, &p, &mo, midnight, 20)
			if got := len(list) == 1; got != tt.want || len(list) > 1 || complete != offers.MaxPullRadius {
				t.Fatalf("there: %v, want %v; complete for %g m", got, tt.want, complete)
			}
			if !tt.want {
				return
			}
			if r := list[0]; r.Offer.ID != o.ID || r.Triggers&offers.Pull != 0 || r.Triggers == 0 || r.Centre != square || r.Radius != 100 || math.Abs(r.Metres-600) > 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// Whatever is pushed at any time of the day stood in the morning's answer.
func TestAroundForetellsPushes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	c := offers.NewCatalogue(hex.Grid{})
	for i := range 300 {
		place := &offers.Place{
			ID: id.Place(fmt.Sprint("plc_", i)), Merchant: id.Merchant(fmt.Sprint("mer_", i%40)), Name: "x", Category: pick("", "bar", "casino"),
			Point: geo.Destination(square, 360*random.Float64(), 2000*math.Sqrt(random.Float64())), Hours: pick("", "", "Mo-Fr 09:00-12:00,16:00-21:00", "Tu-Su"),
		}
		must(t, c.PutPlace(place))
		o := circleOffer(t, fmt.Sprint(i), place.Point, 200)
		o.Merchant, o.Place, o.Category, o.Hours = place.Merchant, place.ID, pick("cafe", "restaurant.thai", "shop.books", "bar", "loan"), pick("", "", "Mo 10:00-14:00", "Mo 18:00-23:00", "Tu")
		if random.IntN(4) == 0 {
			o.Starts, o.Ends = monday.Add(time.Duration(random.IntN(20)-6)*time.Hour), monday.Add(time.Duration(random.IntN(20))*time.Hour)
		}
		must(t, c.PutOffers(o))
	}
	m, p := offers.NewMatcher(c, rails(t)), &offers.Person{}
	must(t, p.SetInterests([]string{"cafe", "restaurant", "shop"}))
	must(t, p.SetBlocks([]offers.Block{{Kind: offers.BlockCategory, Value: "shop.books"}}))
	for i := range 60 {
		p.Delivered(monday.Add(-time.Duration(random.IntN(40))*time.Hour), c.Offer(id.Offer(fmt.Sprint("off_", i))))
		p.Feedback(monday.Add(-time.Duration(random.IntN(40))*time.Hour), offers.NotNow, c.Offer(id.Offer(fmt.Sprint("off_", 60+i))))
	}
	morning := monday.Add(-5 * time.Hour)
	var r offers.Result
	var pushed int
	for range 200 {
		at := geo.Destination(square, 360*random.Float64(), 1500*math.Sqrt(random.Float64()))
		list, complete := m.Around(&r, p, &offers.Moment{Now: morning, Point: at}, midnight, 1+random.IntN(offers.MaxReaches))
		for range 20 {
			there := geo.Destination(at, 360*random.Float64(), min(complete, 1000)*random.Float64())
			m.Evaluate(&r, p, &offers.Moment{
				Now: morning.Add(time.Duration(random.Int64N(int64(midnight.Sub(morning))))), Point: there, Step: geo.Step{Speed: -1, Course: -1},
			})
			var came []*offers.Offer
			for _, match := range r.Matches {
				came = append(came, match.Offer)
			}
			for _, s := range r.Suppressions {
				if s.Code == offers.CodeLowScore || s.Code == offers.CodeFatigue { // all but the score spoke for it
					came = append(came, s.Offer)
				}
			}
			for _, o := range came {
				pushed++
				if !slices.ContainsFunc(list, func(r offers.Reach) bool { return r.Offer.ID == o.ID }) {
					t.Fatalf("%s came up %g m away, and was not foretold for %g m", o.ID, geo.Distance(at, there), complete)
				}
			}
		}
	}
	if pushed < 500 {
		t.Errorf("%d that came up say little", pushed)
	}
}

// An offer stands there once, by its nearest store, and the answer ends where another of its stores begins.
func TestAroundTakesTheNearestStore(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	for i, metres := range []float64{900, 400, 2000} {
		must(t, c.PutPlace(&offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Merchant: "mer_x", Name: "x", Point: geo.Destination(square, float64(i)*120, metres)}))
	}
	o := circleOffer(t, "a", square, 100)
	o.Reach, o.Radius, o.AllPlaces = geo.Region{}, 150, true
	must(t, c.PutOffers(o))
	list, complete := offers.NewMatcher(c, rails(t)).Around(&offers.Result{}, &offers.Person{}, &offers.Moment{Now: monday, Point: square}, midnight, 20)
	if len(list) != 1 || list[0].Place.ID != "plc_1" || list[0].Radius != 150 || math.Abs(list[0].Metres-250) > 1 || math.Abs(complete-750) > 1 {
		t.Errorf("%+v, complete for %g m", list, complete)
	}
}

// Mood plays no part.
func TestAroundIsBlindToMood(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	o := circleOffer(t, "a", square, 100)
	o.Category = "bar"
	must(t, c.PutOffers(o, circleOffer(t, "b", square, 200)))
	m := offers.NewMatcher(c, rails(t))
	var p offers.Person
	sad := offers.Moment{Now: monday, Point: square, MoodLevel: mood.Help, Mood: mood.Estimate{Valence: -0.9, Arousal: 0.8, Confidence: 1, Distress: 1}}
	p.ObserveMood(monday, sad.Mood, m.Rails())
	if list, _ := m.Around(&offers.Result{}, &p, &sad, midnight, 20); len(list) != 2 {
		t.Errorf("%d reaches, want 2", len(list))
	}
}

// However much there is, the work is bounded, and the answer says how little it holds for.
func TestAroundInACrowd(t *testing.T) {
	for _, tt := range []struct {
		name         string
		spread, most float64 // metres
	}{{"on one spot", 0, 0}, {"around", 300, 100}} {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			c := offers.NewCatalogue(hex.Grid{})
			var list []*offers.Offer
			for i := range 6000 {
				list = append(list, circleOffer(t, fmt.Sprint(i), geo.Destination(square, 360*random.Float64(), tt.spread*math.Sqrt(random.Float64())), 20))
			}
			must(t, c.PutOffers(list...))
			got, complete := offers.NewMatcher(c, rails(t)).Around(&offers.Result{}, &offers.Person{}, &offers.Moment{Now: monday, Point: square}, midnight, 20)
			if len(got) != 20 || complete > tt.most || (complete > 0) != (tt.most > 0) {
				t.Errorf("%d reaches, complete for %g m", len(got), complete)
			}
		})
	}
}

func BenchmarkAround(b *testing.B) {
	for _, size := range []struct{ cities, perCity int }{{1, 10_000}, {1, 100_000}} {
		b.Run(fmt.Sprintf("offers=%d", size.cities*size.perCity), func(b *testing.B) {
			w := newWorld(b, size.cities, size.perCity)
			moments, p := w.moments(b, 1024), regular(b)
			var r offers.Result
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.matcher.Around(&r, p, &moments[i%len(moments)], noon.Add(6*time.Hour), 20)
			}
		})
	}
}
