package simulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

// Shares among invented people.
const (
	withoutMood      = 0.15
	withoutPush      = 0.10
	withoutPurchases = 0.15
	moodHelps        = 0.6 // of those with mood; for the others it only quietens
	speaksGerman     = 0.5
	bicycle          = 4.5    // m/s
	tooFarToWalk     = 1500.0 // metres
)

// People invents n people who live a day in the city, each with their own home, work, errands, tastes and moods. Day
// is any moment of that day. The same seed makes the same people.
func (c *City) People(seed uint64, n int, day time.Time) []*Person {
	people := make([]*Person, n)
	for i := range people {
		people[i] = c.invent(seed, i, day)
	}
	return people
}

func (c *City) invent(seed uint64, number int, day time.Time) *Person {
	way, character := streams(seed, number)
	p := newPerson(number, character, Zone)
	p.invented()
	for range 2 {
		if brand := pick(character, c.Places).Brand; brand != "" {
			p.Tastes.Brands[brand] = lovesBrand
		}
	}
	d := c.plan(way, p, midnight(day))
	p.begins = d.begins
	p.Walk = Itinerary(way, d.home, d.begins, sequence(d.stops))
	return p
}

// newPerson draws what does not depend on where somebody lives.
func newPerson(number int, rng *rand.Rand, zone string) *Person {
	p := &Person{Alias: fmt.Sprintf("person-%03d", number), rng: rng}
	purposes := []string{"location"}
	level := "off"
	if rng.Float64() >= withoutMood {
		purposes, level = append(purposes, "mood"), "quiet"
		if rng.Float64() < moodHelps {
			level = "help"
		}
	}
	if rng.Float64() >= withoutPurchases {
		purposes = append(purposes, "purchases")
	}
	if rng.Float64() >= withoutPush {
		purposes = append(purposes, "push")
	}
	p.OptIn = api.OptIn{Consents: consents(purposes...), MoodLevel: level, Language: "en", Zone: zone}
	if rng.Float64() < speaksGerman {
		p.OptIn.Language = "de"
	}
	p.feel = feelings{rng: rng, home: 0.25 + 0.2*rng.NormFloat64(), drive: 0.15 * rng.NormFloat64()}
	return p
}

// Constant table: what people have opinions about, and how much they like it on average.
var opinions = []struct {
	category string
	mean     float64
}{
	{"restaurant", 0.2},
	{"restaurant.italian", 0.4},
	{"restaurant.fast_food", 0},
	{"restaurant.japanese", 0.2},
	{"restaurant.indian", 0.2},
	{"restaurant.vegan", 0.1},
	{"cafe", 0.3},
	{"cafe.ice_cream", 0.4},
	{"bakery", 0.3},
	{"supermarket", 0.3},
	{"shop", 0},
	{"shop.clothes", 0.1},
	{"shop.sports", 0},
	{"shop.books", 0.2},
	{"shop.alcohol", -0.1},
	{"bar", 0.1},
	{"culture", 0.2},
	{"sport", 0.1},
	{"beauty", 0},
	{"gambling", -0.5},
	{"finance.credit", -0.6},
	{"shop.tobacco", -0.6},
}

const (
	opinionWidth = 0.35 // standard deviation
	lovesBrand   = 0.5
)

// invented gives somebody tastes, and lets them name the strongest as interests.
func (p *Person) invented() {
	p.Tastes = Tastes{Categories: make(map[string]float64, len(opinions)), Brands: map[string]float64{}}
	for _, o := range opinions {
		p.Tastes.Categories[o.category] = unit(o.mean + opinionWidth*p.rng.NormFloat64())
	}
	p.OptIn.Interests = p.Tastes.favourites(2)
}

// favourites returns the categories that somebody likes most, in the order of the table if equal.
func (t Tastes) favourites(n int) (best []string) {
	for range n {
		top := ""
		for _, o := range opinions {
			v := t.Categories[o.category]
			if v > 0 && !slices.Contains(best, o.category) && (top == "" || v > t.Categories[top]) {
				top = o.category
			}
		}
		if top == "" {
			break
		}
		best = append(best, top)
	}
	return best
}

// plan is somebody's day: the stops between leaving home and coming back.
type plan struct {
	home   geo.Point
	begins time.Time
	stops  []Stop
}

// plan makes a day of work or leisure, with lunch, errands and an evening by taste.
func (c *City) plan(rng *rand.Rand, p *Person, day time.Time) plan {
	hour := func(h, spread float64) time.Time {
		return day.Add(time.Duration((h + spread*rng.Float64()) * float64(time.Hour))).Truncate(time.Second)
	}
	d := plan{home: scatter(rng, pick(rng, c.Places).Point, 500), begins: hour(6.8, 1)}
	feel := Act(report{})
	works := rng.Float64() < 0.75
	work := pick(rng, c.within("office", "education.university", "travel.station", "shop")).Point
	if works {
		d.stops = append(d.stops, p.stop(work, hour(8, 1.5), feel))
	} else {
		d.stops = append(d.stops, p.stop(pick(rng, c.within("cafe", "bakery", "outdoors", "sport")).Point, hour(9, 1.5), feel, Ask{}))
	}
	lunch := nearby(rng, c.within("restaurant", "bakery", "cafe", "outdoors"), d.stops[0].Point, 900)
	at := p.stop(lunch.Point, hour(11.9, 1.4), feel)
	at.Stay = 35 * time.Minute
	if rng.Float64() < 0.5 {
		at.Acts = append(at.Acts, Ask{Radius: 500})
	}
	if above(lunch.Category) != "outdoors" {
		at.Acts = append(at.Acts, Buy{Category: lunch.Category, Brand: lunch.Brand, Amount: 9})
	}
	d.stops = append(d.stops, at)
	if works {
		d.stops = append(d.stops, p.stop(work, hour(13.2, 0.8)))
		d.stops = append(d.stops, p.errand(c, rng, hour(16.5, 1.5)))
	}
	for range 1 + rng.IntN(2) {
		d.stops = append(d.stops, p.errand(c, rng, time.Time{}))
	}
	if rng.Float64() < 0.35 {
		place := pick(rng, c.within("bar", "culture", "sport", "restaurant")).Point
		d.stops = append(d.stops, Stop{Point: place, By: hour(19, 0.8), Stay: 90 * time.Minute, Pace: bicycle, Acts: []Act{feel}})
	}
	d.stops = append(d.stops, Stop{Point: d.home, Acts: []Act{feel}})
	for i := range d.stops { // far ways go by bicycle
		from := d.home
		if i > 0 {
			from = d.stops[i-1].Point
		}
		if geo.Distance(from, d.stops[i].Point) > tooFarToWalk {
			d.stops[i].Pace = bicycle
		}
	}
	return d
}

func (p *Person) stop(at geo.Point, by time.Time, acts ...Act) Stop {
	return Stop{Point: at, By: by, Acts: acts}
}

// errand is a shop by taste.
func (p *Person) errand(c *City, rng *rand.Rand, by time.Time) Stop {
	shops := c.within("supermarket", "shop", "health.pharmacy", "service", "beauty", "cafe")
	best := pick(rng, shops)
	for range 2 {
		if o := pick(rng, shops); p.Tastes.Fit(o.Category, o.Brand) > p.Tastes.Fit(best.Category, best.Brand) {
			best = o
		}
	}
	s := Stop{Point: best.Point, By: by, Stay: time.Duration(6+rng.IntN(15)) * time.Minute}
	if rng.Float64() < 0.6 {
		s.Acts = append(s.Acts, Buy{Category: best.Category, Brand: best.Brand, Amount: float64(3 + rng.IntN(40))})
	}
	return s
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// nearby picks a place within some metres, or any if there is none.
func nearby(rng *rand.Rand, list []Place, at geo.Point, metres float64) Place {
	var near []Place
	for _, p := range list {
		if geo.Distance(p.Point, at) <= metres {
			near = append(near, p)
		}
	}
	if len(near) == 0 {
		near = list
	}
	return pick(rng, near)
}

func scatter(rng *rand.Rand, p geo.Point, metres float64) geo.Point {
	return geo.Destination(p, 360*rng.Float64(), metres*rng.Float64())
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// sequence yields stops one by one.
func sequence(stops []Stop) func() (Stop, bool) {
	return func() (Stop, bool) {
		if len(stops) == 0 {
			return Stop{}, false
		}
		s := stops[0]
		stops = stops[1:]
		return s, true
	}
}

// wireFix is a recorded or computed position as a phone sends it.
func wireFix(f geo.Fix) wire.Fix {
	return wire.Fix{Lat: f.Lat, Lon: f.Lon, Accuracy: f.Accuracy, Speed: f.Speed, Course: f.Course, At: f.Time.UnixMilli()}
}
