package app_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
)

// BenchmarkReserve is one reservation over REST, each of another person, by 64 clients of one server with its store on
// disk, all of them of one offer.
//
//	go test -run '^$' -bench Reserve -benchtime 2000x ./internal/app
func BenchmarkReserve(b *testing.B) {
	const clients = 64
	c := spawn(b, b.TempDir())
	defer c.kill()
	m, err := c.merchant.CreateMerchant(b.Context(), api.MerchantInput{Name: "Lindenblatt"})
	if err != nil {
		b.Fatal(err)
	}
	o, err := c.merchant.CreateOffer(b.Context(), offerInput(m.ID, api.Budget{Total: b.N, PerUser: 1}))
	if err != nil {
		b.Fatal(err)
	}
	people := crowdOf(b, c, b.N)
	pool := http.DefaultTransport.(*http.Transport)
	pool.MaxIdleConnsPerHost = clients // or most of what is measured is connections
	work := make(chan int)
	var wg sync.WaitGroup
	b.ResetTimer()
	for range clients {
		wg.Go(func() {
			for i := range work {
				if status, body, err := reserve(context.Background(), c.url, people[i], o.ID, fmt.Sprintf("wish-of-%06d", i)); err != nil || status != http.StatusCreated {
					b.Errorf("%d %s %v", status, body, err)
				}
			}
		})
	}
	for i := range b.N {
		work <- i
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reservations/s")
}
