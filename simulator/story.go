package simulator

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

// Mara is the alias of the main person of Day.
const Mara = "Mara"

// FavouriteBrand is the brand that Mara likes best, UnwantedBrand the one that she blocks.
const (
	FavouriteBrand = "Lindenblatt"
	UnwantedBrand  = "Goldlauf"
)

// Day is the working day of Mara, an invented woman, in the city: on her way to a client at lunch, drained, she passes
// a trattoria; on the way back the shop of her favourite brand; in the evening the supermarket; and twice a betting
// shop, of which she hears nothing. At home she looks at what is known about her, blocks a brand and erases herself.
func (c *City) Day(seed uint64, day time.Time) (*Person, error) {
	at := func(hour, minute int) time.Time {
		return midnight(day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	points := map[string]Place{}
	for _, id := range []string{"home-mara", "office-mara", "office-client", "town-hall", "super-wiehre"} {
		p, ok := c.Place(id)
		if !ok {
			return nil, fmt.Errorf("simulator: the city has no %s", id)
		}
		points[id] = p
	}
	home := points["home-mara"].Point
	office, client, errand := points["office-mara"].Point, points["office-client"].Point, points["town-hall"].Point
	bought := func(category, brand string, days int) Act {
		return Buy{Category: category, Brand: brand, Amount: 20, Ago: time.Duration(days) * 24 * time.Hour}
	}
	stops := []Stop{
		{Point: home, Acts: []Act{
			Choose{State: "drained", Categories: []string{"restaurant.italian"}},
			bought("restaurant.italian", "", 3), bought("restaurant.italian", "", 9), bought("restaurant.italian", "", 16),
			bought("shop.clothes", FavouriteBrand, 12), bought("shop.clothes", FavouriteBrand, 40), bought("shop.clothes", FavouriteBrand, 70),
			bought("supermarket", "Frischmarkt", 2), bought("supermarket", "Frischmarkt", 5),
		}},
		{Point: office, By: at(8, 50), Acts: []Act{Tell{0.3, 0.2}}},
		{Point: office, By: at(12, 0), Stay: 5 * time.Minute, Acts: []Act{Tell{-0.2, -0.6}}},
		{Point: client},
		{Point: errand, By: at(14, 25), Stay: 5 * time.Minute},
		{Point: office, By: at(15, 0), Acts: []Act{Tell{0.2, 0}, Ask{Radius: 400}}},
		{Point: office, By: at(17, 40)},
		{Point: home, Acts: []Act{Tell{0.4, -0.2}}},
		{Point: home, By: at(20, 0), Acts: []Act{Look{}, Block{Kind: "brand", Value: UnwantedBrand}, Look{}, Leave{}}},
	}
	way, character := streams(seed, marasNumber)
	p := &Person{
		Alias: Mara, Watched: true, begins: at(7, 50), rng: character,
		Tastes: Tastes{Categories: map[string]float64{"restaurant.italian": 0.8, "supermarket": 0.4}, Brands: map[string]float64{FavouriteBrand: 0.8}},
		OptIn: api.OptIn{
			Consents: consents("location", "mood", "purchases", "push"), MoodLevel: "help", Language: "en", Zone: Zone,
			Interests: []string{"restaurant.italian"},
		},
	}
	p.Decide = p.asMara
	p.Walk = Itinerary(way, home, p.begins, sequence(stops))
	return p, nil
}

// marasNumber keeps her random stream apart from those of the others.
const marasNumber = 1 << 40

// asMara goes for what she likes and opens the rest: the story must not depend on a draw.
func (p *Person) asMara(o *wire.Offer) Outcome {
	if p.Tastes.Fit(o.Category, o.Brand) > 0 {
		return Accepted
	}
	return Opened
}
