package apptest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/config"
)

// Server is a running server and its two sides.
type Server struct {
	*app.Server
	Merchant *client.Client // with a secret key
	Phone    *client.Client // with a publishable key
	Key      string         // the publishable one
	Stop     func() error   // ends it and says how it ended; so does the end of the test
}

// Start runs a server on a data directory, or in memory if that is "", with the defaults as change leaves them; nil leaves them all.
func Start(t testing.TB, dir string, change func(*config.Config)) *Server {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.Listen, cfg.Shutdown.Drain = dir, "127.0.0.1:0", time.Second
	if change != nil {
		change(&cfg)
	}
	a, err := app.New(t.Context(), app.Options{Config: cfg, Memory: dir == ""})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	s := &Server{Server: a, Stop: sync.OnceValue(func() error {
		cancel()
		return <-ended
	})}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	s.Merchant, _ = s.client(t, catalogue.Secret)
	s.Phone, s.Key = s.client(t, catalogue.Publishable)
	return s
}

func (s *Server) client(t testing.TB, kind catalogue.KeyKind) (*client.Client, string) {
	t.Helper()
	key, err := s.CreateKey(t.Context(), catalogue.KeySpec{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New("http://"+s.Addr(), api.Secret(key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, key
}

// Lunch registers a merchant, a place and an offer of 300 m around it.
func (s *Server) Lunch(t testing.TB, at geo.Point) api.Offer {
	t.Helper()
	m, err := s.Merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Trattoria"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Merchant.CreatePlace(t.Context(), api.PlaceInput{Merchant: m.ID, Name: "Trattoria", Category: "restaurant.italian", Location: &at})
	if err != nil {
		t.Fatal(err)
	}
	reach, err := geo.NewCircle(at, 300)
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Merchant.CreateOffer(t.Context(), api.OfferInput{
		Merchant: m.ID, Place: p.ID, Title: "Pasta of the day", Category: "restaurant.italian", Reach: &reach,
		Triggers: []string{"nearby"}, Reward: api.Reward{Kind: "percent", Value: 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}
