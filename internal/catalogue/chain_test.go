package catalogue_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// link returns an offer that leads to others.
func (w *world) link(t testing.TB, merchant id.Merchant, name string, next ...id.Offer) api.OfferInput {
	t.Helper()
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	must(t, err)
	in := api.OfferInput{
		ExternalID: name, Merchant: merchant, Title: name, Category: "shop.clothes", Reach: &reach, Triggers: []string{"nearby"},
	}
	for _, n := range next {
		in.FollowUps = append(in.FollowUps, api.Next{Offer: n})
	}
	return in
}

func (w *world) guild(t testing.TB, name string) id.Merchant {
	t.Helper()
	m, _, err := w.Merchants.Create(ctx, operator, api.MerchantInput{Name: name})
	must(t, err)
	return m.ID
}

func (w *world) linked(t testing.TB, merchant id.Merchant, name string, next ...id.Offer) id.Offer {
	t.Helper()
	o, _, err := w.Offers.Create(ctx, operator, w.link(t, merchant, name, next...))
	must(t, err)
	return o.ID
}

// lead makes an offer lead to others.
func (w *world) lead(from id.Offer, to ...id.Offer) error {
	_, err := w.Offers.Change(ctx, operator, string(from), "", func(in *api.OfferInput) error {
		in.FollowUps = nil
		for _, n := range to {
			in.FollowUps = append(in.FollowUps, api.Next{Offer: n})
		}
		return nil
	})
	return err
}

// Follow-ups exist, are agreed on, and never lead back.
func TestFollowUps(t *testing.T) {
	w := newWorld(t)
	dress, tailor := w.guild(t, "Dress"), w.guild(t, "Tailor")
	third := w.linked(t, dress, "third")
	second := w.linked(t, dress, "second", third)
	first := w.linked(t, dress, "first", second)
	foreign := w.linked(t, tailor, "foreign")
	for _, tt := range []struct {
		name     string
		err      error
		code     string
		contains string
	}{
		{"an offer that is not there", w.lead(first, "off_none"), fault.CodeInvalidField, "existing"},
		{"back at once", w.lead(second, third, first), fault.CodeInvalidField, fmt.Sprintf("%s → %s → %s", second, first, second)},
		{"back from afar", w.lead(third, first), fault.CodeInvalidField, fmt.Sprintf("%s → %s → %s → %s", third, first, second, third)},
		{"another merchant's without asking", w.lead(first, foreign), fault.CodeForbidden, "followedBy"},
	} {
		f := fault.From(tt.err)
		if f == nil || f.Code != tt.code || !strings.HasPrefix(f.Field, "followUps[") || !strings.Contains(f.Detail, tt.contains) {
			t.Errorf("%s: %v", tt.name, tt.err)
		}
	}
	_, err := w.Offers.Change(ctx, operator, string(foreign), "", func(in *api.OfferInput) error {
		in.FollowedBy = []id.Merchant{dress}
		return nil
	})
	must(t, err)
	must(t, w.lead(third, foreign))
	// The circle may go over merchants: the tailor may not lead back, even if asked to.
	_, err = w.Offers.Change(ctx, operator, string(first), "", func(in *api.OfferInput) error {
		in.FollowedBy = []id.Merchant{tailor}
		return nil
	})
	must(t, err)
	if f := fault.From(w.lead(foreign, first)); f == nil || f.Code != fault.CodeInvalidField {
		t.Errorf("a circle over two merchants: %v", f)
	}
	// An agreement that is taken back stops no edit of what stands.
	_, err = w.Offers.Change(ctx, operator, string(foreign), "", func(in *api.OfferInput) error {
		in.FollowedBy = nil
		return nil
	})
	must(t, err)
	must(t, w.lead(third, foreign))
}

// A chain is at most MaxChain follow-ups long.
func TestFollowUpsAreBounded(t *testing.T) {
	w := newWorld(t)
	m := w.guild(t, "Long")
	last := w.linked(t, m, "0")
	for i := 1; i <= 8; i++ {
		last = w.linked(t, m, fmt.Sprint(i), last)
	}
	if _, _, err := w.Offers.Create(ctx, operator, w.link(t, m, "9", last)); fault.From(err) == nil {
		t.Error("nine follow-ups one after another are taken")
	}
}

// However many write at once, in whatever order, no offer leads back to itself.
func TestNoCirclesUnderConcurrency(t *testing.T) {
	w := newWorld(t)
	m := w.guild(t, "Ring")
	var list []id.Offer
	for i := range 6 {
		list = append(list, w.linked(t, m, fmt.Sprint(i)))
	}
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(5, uint64(g)))
			for range 40 {
				from, to := random.IntN(6), random.IntN(6)
				if g%2 == 0 {
					_ = w.lead(list[from], list[to]) // refused if it leads back
					continue
				}
				_, _ = w.Offers.CreateBatch(ctx, operator, []api.OfferInput{
					w.link(t, m, fmt.Sprint(from), list[to]), w.link(t, m, fmt.Sprint(to), list[from]),
				})
			}
		})
	}
	wait.Wait()
	links := 0
	for _, start := range list {
		seen := map[id.Offer]bool{}
		for next := []id.Offer{start}; len(next) > 0; {
			o := w.index.Offer(next[0])
			next = next[1:]
			for _, n := range o.FollowUps {
				links++
				if n.Offer == start {
					t.Fatalf("%s leads back to itself", start)
				}
				if !seen[n.Offer] {
					seen[n.Offer] = true
					next = append(next, n.Offer)
				}
			}
		}
	}
	if links == 0 {
		t.Error("nothing was linked: the test shows nothing")
	}
}
