package offers_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/offers"
)

func Example() {
	door := geo.Point{Lat: 50.9381, Lon: 6.9570}
	reach, err := geo.NewCircle(door, 300)
	if err != nil {
		panic(err)
	}
	catalogue := offers.NewCatalogue(hex.Grid{})
	if err := catalogue.PutOffers(&offers.Offer{
		ID: "off_lunch", Merchant: "mer_luigi", Title: "Lunch menu", Category: "restaurant.italian", Reach: reach, Triggers: offers.Nearby,
	}); err != nil {
		panic(err)
	}
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		panic(err)
	}
	matcher := offers.NewMatcher(catalogue, rails)

	var person offers.Person
	person.Purchased(time.Date(2026, 4, 30, 12, 0, 0, 0, time.UTC), "restaurant.italian", "", "")
	var result offers.Result
	matcher.Evaluate(&result, &person, &offers.Moment{
		Now: time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC), Point: geo.Destination(door, 90, 100),
		Step: geo.Step{Speed: geo.Unknown, Course: geo.Unknown},
	})
	for _, match := range result.Matches {
		fmt.Println(match.Offer.Title)
		for _, reason := range match.Reasons(nil)[:2] {
			fmt.Println("-", reason.Text("en"))
		}
	}
	// Output:
	// Lunch menu
	// - It is lunch time
	// - It is 100 m away
}
