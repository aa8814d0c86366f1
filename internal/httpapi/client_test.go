package httpapi_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// TestClient walks through every call of internal/client.
func TestClient(t *testing.T) {
	w := newWorld(t)
	c, err := client.New(w.url, api.Secret(w.vars["sk"]))
	must(t, err)
	defer c.Close()
	offer := merchantTour(t, c)
	person, err := c.As(api.Secret(w.vars["pk"])).OptIn(t.Context(), api.OptIn{
		Consents: map[string]api.Grant{"location": {Granted: true, Policy: "1"}, "push": {Granted: true, Policy: "1"}},
	})
	must(t, err)
	personTour(t, c.As(person.Token), w.now, offer)
	_, err = c.As(person.Token).Me(t.Context(), time.Time{})
	if f := fault.From(err); f == nil || f.Kind != fault.Gone || f.Code != fault.CodeErased {
		t.Errorf("after the erase: %v", err)
	}
}

func merchantTour(t *testing.T, c *client.Client) api.Offer {
	ctx := t.Context()
	m, err := c.CreateMerchant(ctx, api.MerchantInput{Name: "A"})
	must(t, err)
	m, err = c.ChangeMerchant(ctx, m.ID, m.Revision, api.Patch{"externalId": "a"})
	must(t, err)
	if got, err := c.Merchant(ctx, m.ID); err != nil || !reflect.DeepEqual(got, m) || got.ExternalID != "a" {
		t.Errorf("merchant %+v, %v", got, err)
	}
	if page, err := c.Merchants(ctx, "", 1); err != nil || len(page.Items) != 1 || page.Next == "" {
		t.Errorf("merchants %+v, %v", page, err)
	}
	at := geo.Point{Lat: 52.5, Lon: 13.4}
	p, err := c.CreatePlace(ctx, api.PlaceInput{Merchant: m.ID, Name: "A", Location: &at, Category: "cafe"})
	must(t, err)
	batch, err := c.CreatePlaces(ctx, []api.PlaceInput{{Name: "B", Location: &geo.Point{Lat: 52.6, Lon: 13.4}}, {Name: "C"}})
	if err != nil || batch.Created != 1 || batch.Failed != 1 || batch.Results[1].Problem.Field != "location" {
		t.Errorf("batch %+v, %v", batch, err)
	}
	if _, err := c.ChangePlace(ctx, p.ID, "1", api.Patch{"name": "X"}); fault.From(err).Code != fault.CodeConflict {
		t.Errorf("another revision: %v", err)
	}
	p, err = c.ChangePlace(ctx, p.ID, p.Revision, api.Patch{"category": nil, "brand": "Anna"})
	if err != nil || p.Category != "" || p.Brand != "Anna" {
		t.Errorf("changed place %+v, %v", p, err)
	}
	if got, err := c.Place(ctx, p.ID); err != nil || got.Revision != p.Revision {
		t.Errorf("place %+v, %v", got, err)
	}
	if page, err := c.Places(ctx, "", 0); err != nil || len(page.Items) != 3 {
		t.Errorf("places %+v, %v", page, err)
	}
	if near, err := c.PlacesNear(ctx, at, 2); err != nil || len(near) != 2 || near[0].ID != p.ID || *near[0].Distance != 0 {
		t.Errorf("near %+v, %v", near, err)
	}
	if in, err := c.PlacesWithin(ctx, geo.Box{South: 52.55, West: 13, North: 53, East: 14}, 0); err != nil || len(in) != 1 || in[0].Name != "B" {
		t.Errorf("within %+v, %v", in, err)
	}
	must(t, c.RemovePlace(ctx, p.ID, p.Revision))
	reach, err := geo.NewCircle(at, 200)
	must(t, err)
	in := api.OfferInput{Merchant: m.ID, Title: "T", Category: "cafe", Reach: &reach, Triggers: []string{"nearby"}}
	o, err := c.CreateOffer(ctx, in)
	must(t, err)
	if batch, err := c.CreateOffers(ctx, []api.OfferInput{in}); err != nil || batch.Created != 1 {
		t.Errorf("offers %+v, %v", batch, err)
	} else if stopped, err := c.StopOffer(ctx, o.ID); err != nil || stopped.Status != "stopped" {
		t.Errorf("stopped %+v, %v", stopped, err)
	}
	o, err = c.CreateOffer(ctx, in)
	must(t, err)
	o, err = c.ChangeOffer(ctx, o.ID, "", api.Patch{"title": "Coffee", "budget": api.Budget{Total: 1}})
	must(t, err)
	if got, err := c.Offer(ctx, o.ID); err != nil || got.Title != "Coffee" || !got.Reach.Equal(reach) {
		t.Errorf("offer %+v, %v", got, err)
	}
	if page, err := c.Offers(ctx, "", 100); err != nil || len(page.Items) != 4 {
		t.Errorf("%d offers, %v", len(page.Items), err)
	}
	return o
}

func personTour(t *testing.T, c *client.Client, now time.Time, offer api.Offer) {
	ctx := t.Context()
	taken, err := c.Positions(ctx, []wire.Fix{{Lat: 52.5, Lon: 13.4, Accuracy: 5, Speed: -1, Course: -1, At: now.UnixMilli()}})
	if err != nil || taken.Accepted != 1 || taken.Hint.Metres <= 0 {
		t.Errorf("positions %+v, %v", taken, err)
	}
	lat, lon := 52.5, 13.4
	page, err := c.Pull(ctx, api.PullQuery{Lat: &lat, Lon: &lon, Radius: 1000, Limit: 5, Categories: []string{"cafe"}, At: now})
	if err != nil || len(page.Items) == 0 || len(page.Items[0].Reasons) == 0 {
		t.Errorf("pull %+v, %v", page, err)
	}
	if watch, err := c.Reaches(ctx, api.ReachQuery{Lat: &lat, Lon: &lon, Limit: 5, At: now}); err != nil || (len(watch.Reaches) == 0) != (watch.Code != "") || watch.Radius == 0 || watch.Seconds == 0 { // at night it is quiet
		t.Errorf("reaches %+v, %v", watch, err)
	}
	consents, err := c.ChangeConsents(ctx, api.ConsentChange{Consents: map[string]api.Grant{
		"mood": {Granted: true, Policy: "1"}, "purchases": {Granted: true, Policy: "1"},
	}})
	if err != nil || !consents.Consents["mood"].Granted || !consents.Consents["location"].Granted || consents.MoodLevel != "quiet" {
		t.Errorf("consents %+v, %v", consents, err)
	}
	must(t, c.Mood(ctx, api.Mood{Valence: 0.5, Confidence: 0.9, Source: "self", At: now.UnixMilli()}))
	must(t, c.Mood(ctx, api.Mood{Label: "😌"}))
	if words, err := c.Moods(ctx, "de"); err != nil || words.Language != "de" || len(words.Labels) < 10 || words.Labels[2].Word != "Fröhlich" {
		t.Errorf("moods %+v, %v", words, err)
	}
	must(t, c.Feedback(ctx, api.Feedback{Offer: offer.ID, Action: "liked", At: now.UnixMilli()}))
	if p, err := c.Purchase(ctx, api.Purchase{Category: "cafe", Amount: 3, Currency: "EUR"}); err != nil || p.ID == "" {
		t.Errorf("purchase %+v, %v", p, err)
	}
	if r, err := c.Redeem(ctx, api.Redeem{Offer: offer.ID}); err != nil || r.Ticket != 1 {
		t.Errorf("redemption %+v, %v", r, err)
	}
	prefs, err := c.Preferences(ctx)
	must(t, err)
	prefs.Language = "de"
	if prefs, err = c.SetPreferences(ctx, prefs); err != nil || prefs.Language != "de" {
		t.Errorf("preferences %+v, %v", prefs, err)
	}
	must(t, c.SetPushToken(ctx, api.PushToken{Channel: "fcm", Token: "abc"}))
	me, err := c.Me(ctx, time.Time{})
	if err != nil || me.PushTokens != 1 || len(me.Purchases) != 1 || len(me.Redemptions) != 1 || me.Preferences.Language != "de" {
		t.Errorf("account %+v, %v", me, err)
	}
	if consents, err = c.SetConsents(ctx, api.ConsentChange{}); err != nil || consents.Consents["location"].Granted {
		t.Errorf("nothing allowed: %+v, %v", consents, err)
	}
	if consents, err = c.Consents(ctx); err != nil || consents.Consents["push"].Granted {
		t.Errorf("consents %+v, %v", consents, err)
	}
	if receipt, err := c.Erase(ctx); err != nil || len(receipt.Holders) == 0 {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
}
