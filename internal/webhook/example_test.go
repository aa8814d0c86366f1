package webhook_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
)

func Example() {
	got := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- r.Header.Get("webhook-id")
	}))
	defer server.Close()
	s, _ := store.OpenMemory(store.Options{})
	defer func() { _ = s.Close() }()
	ctx, stop := context.WithCancel(context.Background())
	d, _ := webhook.Open(ctx, webhook.Config{
		Records: s, Outbox: s, People: &crowd{Store: s}, Clock: time.Now, Log: slog.Default(), AllowPrivate: true,
		Merchant: func(m id.Merchant) *offers.Merchant { return &offers.Merchant{ID: m} },
	})
	ended := make(chan struct{})
	go func() { d.Run(ctx); close(ended) }()
	_, _ = d.Create(ctx, webhook.Caller{}, api.WebhookInput{Merchant: "mer_1", URL: server.URL, Events: []string{"offer.sold_out"}})
	d.Tell(event.Event{ID: "evt_1", Type: event.SoldOut, At: time.Now(), Merchant: "mer_1", Offer: "off_1"})
	fmt.Println(<-got)
	stop()
	<-ended
	// Output: evt_1
}
