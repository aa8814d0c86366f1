package store_test

import (
	"context"
	"fmt"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func Example() {
	ctx := context.Background()
	s, err := store.OpenMemory(store.Options{}) // or store.Open(dir, store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	cafe := store.Item{
		Kind: store.Place, Partition: "live", ID: "plc_cafe",
		Point: &geo.Point{Lat: 50.11, Lon: 8.68}, Value: []byte("Café"),
	}
	if _, err := s.Put(ctx, cafe, 0); err != nil {
		fmt.Println(err)
	}
	err = s.Nearest(ctx, "live", geo.Point{Lat: 50.11, Lon: 8.69}, 1, func(it store.Item, metres float64) bool {
		fmt.Printf("%s, %.0f m\n", it.Value, metres)
		return true
	})
	if err != nil {
		fmt.Println(err)
	}

	user := id.User("usr_0_ada")
	if err := s.CreateUser(ctx, user, store.Record{Name: "profile", Value: []byte("consents")}); err != nil {
		fmt.Println(err)
	}
	ticket, err := s.Claim(ctx, offers.Claim{
		Offer: "off_espresso", User: user, Redemption: "red_1", Counters: []offers.Counter{{Key: "off_espresso", Count: 100, Field: "total"}},
	})
	fmt.Println("ticket", ticket, err)

	if _, err := s.EraseUser(ctx, user); err != nil {
		fmt.Println(err)
	}
	_, _, err = s.ReadUser(ctx, user, "profile")
	fmt.Println(err)
	// Output:
	// Café, 713 m
	// ticket 1 <nil>
	// erased: This person has been erased.
}
