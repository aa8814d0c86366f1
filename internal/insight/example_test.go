package insight_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func Example() {
	s, _ := store.OpenMemory(store.Options{})
	defer func() { _ = s.Close() }()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	b, _ := insight.Open(context.Background(), insight.Config{
		Notes: s, Clock: func() time.Time { return now }, Zone: time.UTC, Cohort: 20, Keep: time.Hour, Log: slog.Default(),
		Offer: func(id.Offer) *offers.Offer { return nil },
	})
	for i := range 25 {
		b.Tell(event.Event{Type: event.Delivered, At: now, Merchant: "mer_1", Offer: "off_1", User: person(i)})
	}
	ask := func() {
		n, _ := b.Numbers(context.Background(), insight.Question{Merchant: "mer_1", Offer: "off_1"})
		fmt.Println(n.Total.Counts)
	}
	ask()
	now = now.Add(24 * time.Hour)
	ask()
	// Output:
	// map[]
	// map[delivered:25]
}
