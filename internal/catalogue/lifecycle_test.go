package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// What can be done with an offer, from everywhere: what is possible is done, what is done already changes nothing, all
// else is refused with a word of what is possible.
func TestLifecycle(t *testing.T) {
	to := map[string]string{"publish": "active", "pause": "paused", "resume": "active", "stop": "stopped", "archive": "archived"}
	for status, tt := range map[string]struct {
		way  []string // from a draft
		can  []string
		same []string
	}{
		"draft":    {nil, []string{"publish", "archive"}, nil},
		"active":   {[]string{"publish"}, []string{"pause", "stop"}, []string{"publish", "resume"}},
		"paused":   {[]string{"publish", "pause"}, []string{"resume", "stop"}, []string{"pause"}},
		"stopped":  {[]string{"publish", "stop"}, []string{"archive"}, []string{"stop"}},
		"archived": {[]string{"archive"}, nil, []string{"archive"}},
	} {
		for step, want := range to {
			t.Run(status+" "+step, func(t *testing.T) {
				w := newWorld(t)
				in := lunch(w.merchant(t, "Anna"))
				in.Draft = true
				o, _, err := w.Offers.Create(ctx, operator, in)
				must(t, err)
				for _, s := range tt.way {
					o, err = w.MoveOffer(ctx, operator, o.ID, s)
					must(t, err)
				}
				if o.Status != status {
					t.Fatalf("is %s", o.Status)
				}
				w.heard = nil
				moved, err := w.MoveOffer(ctx, operator, o.ID, step)
				switch {
				case slices.Contains(tt.can, step):
					if err != nil || moved.Status != want || moved.Version != 1 {
						t.Errorf("%+v, %v", moved, err)
					}
				case slices.Contains(tt.same, step):
					if err != nil || moved.Revision != o.Revision || len(w.heard) > 0 {
						t.Errorf("changed: %v, heard %v", err, w.heard)
					}
				default:
					f := fault.From(err)
					if f == nil || f.Code != fault.CodeWrongState || f.Kind != fault.Conflict {
						t.Fatalf("not refused: %v", err)
					}
					for _, s := range tt.can {
						if !strings.Contains(f.Detail, s) {
							t.Errorf("%q does not say that %s is possible", f.Detail, s)
						}
					}
				}
			})
		}
	}
	w := newWorld(t)
	if _, err := w.MoveOffer(ctx, operator, "off_none", "publish"); fault.From(err).Code != fault.CodeNotFound {
		t.Errorf("an offer that is none: %v", err)
	}
}

// A place may go while an offer is no more than a draft; then it can't be published.
func TestPublishLooksForThePlace(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99)})
	must(t, err)
	in := lunch(m)
	in.Place, in.Draft = p.ID, true
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	must(t, w.RemovePlace(ctx, operator, p.ID, ""))
	if _, err := w.MoveOffer(ctx, operator, o.ID, "publish"); fault.From(err) == nil || fault.From(err).Field != "place" {
		t.Errorf("published without its place: %v", err)
	}
}

func TestLifeIsTold(t *testing.T) {
	w := newWorld(t)
	in := lunch(w.merchant(t, "Anna"))
	in.Draft = true
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	change := func(title string) {
		t.Helper()
		_, err := w.Offers.Change(ctx, operator, string(o.ID), "", func(in *api.OfferInput) error { in.Title = title; return nil })
		must(t, err)
	}
	change("Soup")
	for _, step := range []string{"publish", "pause", "resume"} {
		_, err := w.MoveOffer(ctx, operator, o.ID, step)
		must(t, err)
	}
	change("Stew")
	change("Stew") // says the same
	_, err = w.MoveOffer(ctx, operator, o.ID, "stop")
	must(t, err)
	_, err = w.MoveOffer(ctx, operator, o.ID, "archive")
	must(t, err)
	heard := []string{"published Soup", "paused Soup", "published Soup", "changed Stew", "published Stew", "published Stew", "stopped Stew"}
	if !slices.Equal(w.heard, heard) {
		t.Errorf("the engine heard %q", w.heard)
	}
	events := []string{"offer.published 2", "offer.paused 2", "offer.published 2", "offer.stopped 3"}
	if !slices.Equal(w.events, events) {
		t.Errorf("told %q", w.events)
	}
}

func TestVersions(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	other, _, err := w.Offers.Create(ctx, operator, lunch(m)) // its versions must not come up
	must(t, err)
	in := lunch(m)
	in.ExternalID = "lunch"
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	say := func(id id.Offer, title string) int {
		t.Helper()
		o, err := w.Offers.Change(ctx, operator, string(id), "", func(in *api.OfferInput) error { in.Title = title; return nil })
		must(t, err)
		return o.Version
	}
	say(other.ID, "Other")
	for i := 2; i <= 60; i++ {
		if got := say(o.ID, fmt.Sprint("Lunch ", i)); got != i {
			t.Fatalf("version %d, want %d", got, i)
		}
	}
	if again := say(o.ID, "Lunch 60"); again != 60 {
		t.Errorf("the same words are version %d", again)
	}
	in.Title = "Lunch 61"
	results, err := w.Offers.CreateBatch(ctx, operator, []api.OfferInput{in}) // as an import does
	must(t, err)
	if !results[0].Replaced || results[0].Err != nil {
		t.Fatalf("%+v", results[0])
	}
	list, err := w.Versions(ctx, operator, o.ID)
	must(t, err)
	if len(list) != 51 || list[0].Title != "Lunch 61" || list[0].Version != 61 || list[50].Title != "Lunch 11" {
		t.Errorf("%d versions, from %d %q to %d %q", len(list), list[0].Version, list[0].Title, list[len(list)-1].Version, list[len(list)-1].Title)
	}
	if v, err := w.Version(ctx, operator, o.ID, 30); err != nil || v.Title != "Lunch 30" || v.Since.IsZero() {
		t.Errorf("%+v, %v", v, err)
	}
	for _, n := range []int{0, 10, 62} {
		if _, err := w.Version(ctx, operator, o.ID, n); fault.From(err).Code != fault.CodeNotFound {
			t.Errorf("version %d: %v", n, err)
		}
	}
}

func TestListByStatus(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	for title, way := range map[string][]string{"a": nil, "b": {"pause"}, "c": {"stop"}, "d": {"stop", "archive"}} {
		in := lunch(m)
		in.Title = title
		o, _, err := w.Offers.Create(ctx, operator, in)
		must(t, err)
		for _, step := range way {
			_, err := w.MoveOffer(ctx, operator, o.ID, step)
			must(t, err)
		}
	}
	for status, want := range map[string]string{"": "abc", "active": "a", "paused": "b", "stopped": "c", "archived": "d", "draft": ""} {
		page, err := w.ListOffers(ctx, operator, status, "", 0)
		must(t, err)
		var titles []string
		for _, o := range page.Items {
			titles = append(titles, o.Title)
		}
		slices.Sort(titles)
		if got := strings.Join(titles, ""); got != want {
			t.Errorf("%q: %s, want %s", status, got, want)
		}
	}
	if _, err := w.ListOffers(ctx, operator, "gone", "", 0); fault.From(err).Field != "status" {
		t.Errorf("a status that is none: %v", err)
	}
}
