package engine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// Pulls have something new at their third place in the person's share of the hours, and the pages of an answer agree.
func TestPullsKeepTheShareOfDiscoveries(t *testing.T) {
	for _, share := range []float64{0, 0.1, 0.5} {
		w := newWorld(t)
		known := w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place = "known", "" })
		for i := range 8 {
			w.offer(t, market, func(o *offers.Offer) { o.Title, o.Place, o.Merchant = fmt.Sprint("known ", i), "", known.Merchant })
		}
		for i := range 4 {
			w.offer(t, geo.Destination(market, 0, 90), func(o *offers.Offer) {
				o.Title, o.Place, o.Merchant, o.Category = fmt.Sprint("new ", i), "", id.Merchant(fmt.Sprint("mer_new", i)), "culture.museum"
			})
		}
		s, _ := w.person(t, privacy.Location, privacy.Purchases)
		w.prefer(t, s, func(p *engine.Preferences) { p.Discovery = share })
		for range 5 {
			if _, err := w.Purchase(t.Context(), s, engine.Purchase{Merchant: known.Merchant, Category: "restaurant.italian"}); err != nil {
				t.Fatal(err)
			}
		}
		w.at(t, s, market)
		const pulls = 1000
		found := 0
		for range pulls {
			w.later(time.Hour)
			list := w.pages(t, s, 13)
			if !slices.EqualFunc(list, w.pages(t, s, 4), func(a, b wire.Offer) bool { return a.ID == b.ID }) {
				t.Fatal("pages of one answer differ from the whole")
			}
			for i := range list {
				if slices.ContainsFunc(list[i].Reasons, func(r wire.Reason) bool { return r.Code == offers.ReasonDiscovery }) {
					if found++; i != 2 || list[i].Category != "culture.museum" {
						t.Fatalf("%s is a discovery at place %d", list[i].Title, i)
					}
				}
			}
		}
		// The lottery hangs on the person, who is somebody else in every run: six standard deviations.
		if got, off := float64(found)/pulls, 6*math.Sqrt(share*(1-share)/pulls); math.Abs(got-share) > off {
			t.Errorf("share %g: %g, more than %.3f off", share, got, off)
		}
	}
}

// pages returns all of an answer, page by page.
func (w *world) pages(t *testing.T, s *engine.Session, limit int) (all []wire.Offer) {
	t.Helper()
	q := engine.PullQuery{Limit: limit, At: &market}
	for {
		a, err := w.Pull(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, a.Offers...); a.Cursor == "" {
			return all
		}
		q.Cursor = a.Cursor
	}
}
