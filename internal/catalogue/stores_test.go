package catalogue_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// An offer at all of a merchant's places stands at a new one, and leaves one that goes, when the write returns.
func TestOfferAtAllPlacesFollowsEveryWrite(t *testing.T) {
	w := newWorld(t)
	m, other := w.merchant(t, "Anna"), w.merchant(t, "Berta")
	in := lunch(m)
	in.Reach, in.AllPlaces, in.Radius = nil, true, 200
	made, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	stands := func(lat float64) bool { return w.index.Distance(made.ID, geo.Point{Lat: lat, Lon: 9.99}) == 0 }
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99)})
	must(t, err)
	if !stands(48.401) {
		t.Error("not at the new place")
	}
	move := func(edit func(*api.PlaceInput)) {
		t.Helper()
		_, err := w.Places.Change(ctx, operator, string(p.ID), "", func(in *api.PlaceInput) error { edit(in); return nil })
		must(t, err)
	}
	move(func(in *api.PlaceInput) { in.Location = at(48.45, 9.99) })
	if stands(48.401) || !stands(48.451) {
		t.Error("did not move with the place")
	}
	move(func(in *api.PlaceInput) { in.Merchant = other })
	if stands(48.451) {
		t.Error("still at another merchant's place")
	}
	move(func(in *api.PlaceInput) { in.Merchant = m })
	if !stands(48.451) {
		t.Error("not at the place that came back")
	}
	must(t, w.RemovePlace(ctx, operator, p.ID, ""))
	if stands(48.451) {
		t.Error("still where the place was")
	}
}

func TestPlacesThatAnOfferNamesStay(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	var places []id.Place
	for i := range 3 {
		p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: fmt.Sprint("shop ", i), Location: at(48.4+float64(i)/100, 9.99)})
		must(t, err)
		places = append(places, p.ID)
	}
	in := lunch(m)
	in.Reach, in.Places, in.Radius = nil, places[:2], 200
	made, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	if err := w.RemovePlace(ctx, operator, places[1], ""); fault.From(err) == nil || fault.From(err).Code != fault.CodeConflict {
		t.Errorf("removed a place of an active offer: %v", err)
	}
	must(t, w.RemovePlace(ctx, operator, places[2], ""))
	_, err = w.MoveOffer(ctx, operator, made.ID, "stop")
	must(t, err)
	must(t, w.RemovePlace(ctx, operator, places[1], ""))
}

func TestReachOfCells(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	inside := geo.Point{Lat: 48.4, Lon: 9.99}
	cell, err := hex.At(inside, 9)
	must(t, err)
	for name, text := range map[string]string{
		"cells":          fmt.Sprintf(`{"type":"Cells","cells":[%q]}`, cell),
		"a false border": fmt.Sprintf(`{"type":"Cells","cells":[%q],"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`, cell),
	} {
		in := lunch(m)
		in.Reach = new(geo.Region)
		must(t, json.Unmarshal([]byte(text), in.Reach))
		made, _, err := w.Offers.Create(ctx, operator, in)
		must(t, err)
		if d := w.index.Distance(made.ID, inside); d != 0 || w.index.Distance(made.ID, geo.Point{Lat: 0.3, Lon: 0.7}) == 0 {
			t.Errorf("%s: %.0f m away", name, d)
		}
		if got := w.index.Offer(made.ID).Reach; got.Kind() != geo.Cells || len(got.Cells()) != 1 || got.Cells()[0] != cell {
			t.Errorf("%s: kept as %v of %v", name, got.Kind(), got.Cells())
		}
		again, err := w.Offers.Change(ctx, operator, string(made.ID), "", func(in *api.OfferInput) error { in.Title = "Dinner"; return nil })
		must(t, err)
		if !again.Reach.Equal(*made.Reach) {
			t.Errorf("%s: a change of the title changed the reach", name)
		}
	}
	in := lunch(m)
	in.Reach = new(geo.Region)
	must(t, json.Unmarshal(fmt.Appendf(nil, `{"type":"Cells","cells":["%x"]}`, 0x85000003fffffff|4<<45|1<<42), in.Reach))
	// It has the form of a cell, but lies in the gap of a pentagon.
	if _, _, err := w.Offers.Create(ctx, operator, in); fault.From(err) == nil || fault.From(err).Field != "reach.cells[0]" {
		t.Errorf("a cell that is none: %v", err)
	}
}
