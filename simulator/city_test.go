package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

func TestCity(t *testing.T) {
	city := freiburg(t)
	if len(city.Places) < 120 || len(city.Offers) < 50 {
		t.Fatalf("%d places, %d offers", len(city.Places), len(city.Offers))
	}
	centre, ids := geo.Point{Lat: 47.9956, Lon: 7.8522}, map[string]bool{}
	for _, p := range city.Places {
		if ids[p.ID] {
			t.Errorf("two places are called %s", p.ID)
		}
		ids[p.ID] = true
		if d := geo.Distance(p.Point, centre); d > 6000 {
			t.Errorf("%s lies %.0f m from the centre", p.ID, d)
		}
		if p.Name == "" || strings.Trim(p.Category, "abcdefghijklmnopqrstuvwxyz_.") != "" || p.Category == "" {
			t.Errorf("%s: name %q, category %q", p.ID, p.Name, p.Category)
		}
	}
	for _, o := range city.Offers {
		if ids[o.ID] {
			t.Errorf("two things are called %s", o.ID)
		}
		ids[o.ID] = true
		if o.Title == "" || o.Reach < 100 || len(o.Triggers) < 2 {
			t.Errorf("offer %+v", o)
		}
		if slices.Contains(o.Triggers, "dwell") != (o.Dwell > 0) {
			t.Errorf("%s: triggers %v, dwell %v", o.ID, o.Triggers, o.Dwell)
		}
	}
}

// fakePublisher numbers what it gets.
type fakePublisher struct {
	merchants []api.MerchantInput
	places    []api.PlaceInput
	offers    []api.OfferInput
	problem   *api.Problem
}

func (p *fakePublisher) CreateMerchant(_ context.Context, in api.MerchantInput) (m api.Merchant, err error) {
	p.merchants = append(p.merchants, in)
	setID(&m.ID, fmt.Sprintf("mer_%d", len(p.merchants)))
	return m, nil
}

func (p *fakePublisher) CreatePlaces(_ context.Context, in []api.PlaceInput) (api.BatchResult, error) {
	p.places = in
	return p.results("plc", len(in)), nil
}

func (p *fakePublisher) CreateOffers(_ context.Context, in []api.OfferInput) (api.BatchResult, error) {
	p.offers = in
	return p.results("off", len(in)), nil
}

func (p *fakePublisher) results(prefix string, n int) (b api.BatchResult) {
	for i := range n {
		b.Results = append(b.Results, api.ItemResult{Index: i, ID: fmt.Sprintf("%s_%d", prefix, i)})
	}
	b.Results[n-1].Problem = p.problem
	return b
}

func TestPublish(t *testing.T) {
	city, shop := freiburg(t), &fakePublisher{}
	names, err := city.Publish(t.Context(), shop, day(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(city.Offers) || names["off_0"] != city.Offers[0].Title {
		t.Errorf("%d names, the first %q", len(names), names["off_0"])
	}
	brands := map[string]int{}
	for _, m := range shop.merchants {
		brands[m.Name]++
	}
	if brands["Kornblume"] != 1 || brands["Trattoria Nonna Rosa"] != 0 || brands["Nonna Rosa"] != 1 {
		t.Errorf("merchants %v, want one per brand", brands)
	}
	for i, o := range shop.offers {
		if o.Merchant == "" || o.Place == "" || o.Reach == nil {
			t.Errorf("offer %s: merchant %q, place %q", o.ExternalID, o.Merchant, o.Place)
		}
		want := city.Offers[i].Starts
		if want > 0 && !o.Starts.Equal(day(t).Add(want)) || want == 0 && !o.Starts.IsZero() {
			t.Errorf("%s starts at %v", o.ExternalID, o.Starts)
		}
	}
	shop.problem = &api.Problem{Code: "invalid_field", Field: "items[3].name", Detail: "must not be empty"}
	if _, err := city.Publish(t.Context(), shop, day(t)); err == nil || !strings.Contains(err.Error(), "items[3].name") {
		t.Errorf("error %v, want the problem of the batch", err)
	}
}

func TestPeople(t *testing.T) {
	city := freiburg(t)
	people := city.People(1, 30, day(t).Add(15*time.Hour))
	languages := map[string]int{}
	for i, p := range people {
		languages[p.OptIn.Language]++
		if p.Alias != fmt.Sprintf("person-%03d", i) || p.begins.Before(day(t)) || p.begins.After(day(t).Add(9*time.Hour)) {
			t.Errorf("%s begins at %v", p.Alias, p.begins)
		}
		if len(p.OptIn.Interests) == 0 || slices.Contains(p.OptIn.Interests, "") {
			t.Errorf("%s is interested in %q", p.Alias, p.OptIn.Interests)
		}
	}
	if len(languages) != 2 {
		t.Errorf("languages %v", languages)
	}
}

func TestSinkIsTold(t *testing.T) {
	s := newFakeServer(freiburg(t))
	var kinds []string
	last := map[string]time.Time{}
	_, err := Run(t.Context(), Options{Server: s, People: s.city.People(1, 6, day(t)), Connections: 6}, func(e Event) {
		who := PersonAt(e)
		if _, late := e.(Suppressed); !late {
			if who.At.Before(last[who.Person]) {
				t.Errorf("%T of %s comes late", e, who.Person)
			}
			last[who.Person] = who.At
		}
		if kind := fmt.Sprintf("%T", e); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"OptedIn", "Moved", "MoodTold", "Delivered", "Answered", "Suppressed", "Pulled", "Used", "Finished"} {
		if !slices.Contains(kinds, "simulator."+want) {
			t.Errorf("nobody was told of %s", want)
		}
	}
}

func TestConnectRefusesNonsense(t *testing.T) {
	if _, err := Connect("localhost", "key"); err == nil {
		t.Error("a server without a scheme was taken")
	}
	r, err := Connect("http://127.0.0.1:1", "key")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Evaluations(t.Context()); err == nil {
		t.Error("a server that is not there counts")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{Server: r, People: nil}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
