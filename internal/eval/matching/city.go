package matching

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// A category of the city: the hour at which it is sought most, for how many hours, and its kinds.
type category struct {
	name  string
	hour  float64
	hours float64
	kinds [kinds]string
}

const (
	kinds    = 3
	tops     = 12
	leaves   = tops * kinds
	brands   = 24
	shops    = 300
	radius   = 3000 // metres: of the city
	reach    = 600  // metres: of an offer
	campaign = 14   // days that an offer runs until its merchant's next one
)

// Constant table. The hours are the city's own: the matcher has another table.
var categories = [tops]category{
	{"restaurant", 13, 2.5, [kinds]string{"italian", "thai", "vegan"}},
	{"cafe", 10, 3, [kinds]string{"coffee", "tea", "cake"}},
	{"bakery", 9, 2.5, [kinds]string{"bread", "pastry", "pretzel"}},
	{"supermarket", 18, 2.5, [kinds]string{"discount", "organic", "delicatessen"}},
	{"shop", 15, 3.5, [kinds]string{"clothes", "shoes", "outdoor"}},
	{"books", 15, 4, [kinds]string{"novels", "comics", "used"}},
	{"electronics", 16, 4, [kinds]string{"phones", "games", "repair"}},
	{"culture", 18, 3, [kinds]string{"cinema", "museum", "concert"}},
	{"sport", 18, 3.5, [kinds]string{"gym", "climbing", "yoga"}},
	{"beauty", 14, 3.5, [kinds]string{"hair", "nails", "massage"}},
	{"home", 16, 4, [kinds]string{"flowers", "furniture", "kitchen"}},
	{"fun", 17, 3.5, [kinds]string{"bowling", "minigolf", "escape"}},
}

// shop is a place of the city.
type shop struct {
	place *offers.Place
	leaf  int
	brand int // -1: none
	tier  int // 1 to 4
}

func (s *shop) top() int { return s.leaf / kinds }

// promo is an offer with what the truth goes by.
type promo struct {
	*shop
	index  uint64 // of the offer
	number int    // of the shop
	reward float64
	kind   int // of the reward
}

// city is the same for all arms of a world.
type city struct {
	shops  []shop
	offers []*offers.Offer
	promos map[id.Offer]*promo
}

var (
	centre = geo.Point{Lat: 48.2, Lon: 11.6}
	monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
)

func newCity(rng *rand.Rand, days int) (*city, error) {
	c := &city{shops: make([]shop, shops), promos: map[id.Offer]*promo{}}
	for i := range c.shops {
		s := &c.shops[i]
		*s = shop{leaf: rng.IntN(leaves), brand: -1, tier: 1 + rng.IntN(4)}
		k := &categories[s.top()]
		s.place = &offers.Place{
			ID: id.Place(fmt.Sprintf("plc_%d", i)), Merchant: id.Merchant(fmt.Sprintf("mer_%d", i)), Name: fmt.Sprintf("%s %d", k.name, i),
			Category: k.name + "." + k.kinds[s.leaf%kinds], Point: somewhere(rng, centre, radius), PriceTier: s.tier,
		}
		if rng.IntN(2) == 0 {
			s.brand = s.top()*brands/tops + rng.IntN(brands/tops)
			s.place.Brand = fmt.Sprintf("brand%d", s.brand)
		}
		for n, from := 0, -rng.IntN(campaign); from < days; n, from = n+1, from+campaign {
			if err := c.offer(rng, i, n, from); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// Constant table: what offers give, and what that is worth.
var rewards = [...]struct {
	offers.Reward
	worth float64
}{
	{offers.Reward{Kind: offers.Percent, Value: 10}, 0.3},
	{offers.Reward{Kind: offers.Percent, Value: 20}, 0.6},
	{offers.Reward{Kind: offers.Percent, Value: 30}, 0.9},
	{offers.Reward{Kind: offers.FreeItem, Item: "a surprise"}, 0.6},
	{offers.Reward{Kind: offers.TwoForOne, Item: "all"}, 0.8},
}

func (c *city) offer(rng *rand.Rand, number, n, from int) error {
	s := &c.shops[number]
	circle, err := geo.NewCircle(s.place.Point, reach)
	if err != nil {
		return err
	}
	r := &rewards[rng.IntN(len(rewards))]
	o := &offers.Offer{
		ID: id.Offer(fmt.Sprintf("off_%d_%d", number, n)), Merchant: s.place.Merchant, Title: s.place.Name, Category: s.place.Category,
		Brand: s.place.Brand, PriceTier: s.tier, Place: s.place.ID, Reach: circle, Triggers: offers.Nearby, Reward: r.Reward,
		Starts: monday.AddDate(0, 0, from), Ends: monday.AddDate(0, 0, from+campaign),
	}
	c.promos[o.ID] = &promo{shop: s, index: uint64(len(c.offers)), number: number, reward: r.worth, kind: int(r.Kind)}
	c.offers = append(c.offers, o)
	return nil
}

// somewhere returns a point of a disc, any with the same chance.
func somewhere(rng *rand.Rand, at geo.Point, within float64) geo.Point {
	return geo.Destination(at, 360*rng.Float64(), within*math.Sqrt(rng.Float64()))
}
