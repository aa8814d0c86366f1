package catalogue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

var (
	ctx      = context.Background()
	operator = catalogue.Caller{Mode: offers.Live}
	noon     = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// world is a catalogue over a store in memory.
type world struct {
	*catalogue.Catalogue
	store  *store.Store
	index  *offers.Catalogue
	heard  []string
	events []string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	s, err := store.OpenMemory(store.Options{})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	w := &world{store: s}
	w.open(t)
	return w
}

// open opens the catalogue on the store as it stands, as after a restart.
func (w *world) open(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	w.index = offers.NewCatalogue(hex.Grid{})
	var err error
	w.Catalogue, err = catalogue.Open(ctx, catalogue.Config{
		Store: w.store, Ledger: w.store, Index: w.index, Cells: cells, Outline: hex.Region, Clock: func() time.Time { return noon }, Listener: w,
		Events: func(e event.Event) { w.events = append(w.events, fmt.Sprint(e.Type, " ", e.Version)) },
	})
	must(t, err)
}

func (w *world) Published(o *offers.Offer) { w.heard = append(w.heard, "published "+o.Title) }
func (w *world) SoldOut(o *offers.Offer, place id.Place) {
	w.heard = append(w.heard, "sold_out "+o.Title)
}

func (w *world) Withdrawn(o *offers.Offer, reason string) {
	w.heard = append(w.heard, reason+" "+o.Title)
}

func cells(r geo.Region) ([]geo.Cell, error) {
	cover, err := hex.Cover(nil, r, hex.FitResolution(r))
	out := make([]geo.Cell, len(cover))
	for i, c := range cover {
		out[i] = c.Cell
	}
	return out, err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) merchant(t testing.TB, name string) id.Merchant {
	t.Helper()
	m, _, err := w.Merchants.Create(ctx, operator, api.MerchantInput{Name: name})
	must(t, err)
	return m.ID
}

func lunch(m id.Merchant) api.OfferInput {
	reach, err := geo.NewCircle(geo.Point{Lat: 48.4, Lon: 9.99}, 300)
	if err != nil {
		panic(err)
	}
	return api.OfferInput{
		Merchant: m, Title: "Lunch", Category: "restaurant.italian", Reward: api.Reward{Kind: "percent", Value: 20}, Reach: &reach,
		Triggers: []string{"nearby", "dwell"}, DwellSeconds: 90, Starts: noon, Ends: noon.Add(time.Hour), Budget: api.Budget{Total: 5, PerUser: 1},
	}
}

func at(lat, lon float64) *geo.Point { return &geo.Point{Lat: lat, Lon: lon} }

// sees reports whether a person at the point would be considered for the offer: that is what the index is for.
func (w *world) sees(o id.Offer) bool {
	return w.index.Offer(o) != nil && w.index.Offer(o).Status == offers.Active
}

func TestAWriteIsInTheIndexWhenItReturns(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p, created, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99)})
	must(t, err)
	if got := w.index.Place(p.ID); !created || got == nil || got.Name != "Anna's" || w.index.Merchant(m) == nil {
		t.Errorf("created %v, place %+v", created, got)
	}
	in := lunch(m)
	in.Place = p.ID
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	if !w.sees(o.ID) {
		t.Error("a new offer is not in the index")
	}
	if d := cmp.Diff(in, o.OfferInput, cmp.Comparer(geo.Region.Equal)); d != "" {
		t.Errorf("the offer reads back otherwise (-said +read):\n%s", d)
	}
	o, err = w.Offers.Change(ctx, operator, string(o.ID), o.Revision, func(in *api.OfferInput) error { in.Title = "Dinner"; return nil })
	must(t, err)
	if got := w.index.Offer(o.ID).Title; got != "Dinner" {
		t.Errorf("after a change the index has %q", got)
	}
	if err := w.RemovePlace(ctx, operator, p.ID, ""); fault.From(err).Kind != fault.Conflict {
		t.Errorf("removing a place with an active offer: %v", err)
	}
	if _, err = w.MoveOffer(ctx, operator, o.ID, "stop"); err != nil || w.sees(o.ID) {
		t.Errorf("stopped: %v, still seen: %v", err, w.sees(o.ID))
	}
	if err := w.RemovePlace(ctx, operator, p.ID, ""); err != nil || w.index.Place(p.ID) != nil {
		t.Errorf("removed: %v, place %v", err, w.index.Place(p.ID))
	}
	if want := []string{"published Lunch", "changed Dinner", "published Dinner", "stopped Dinner"}; !slices.Equal(w.heard, want) {
		t.Errorf("the listener heard %q, want %q", w.heard, want)
	}
}

func TestOpenFillsTheIndex(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99), Category: "restaurant"})
	must(t, err)
	in := lunch(m)
	in.Place = p.ID
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	key, err := catalogue.CreateKey(ctx, w.store, catalogue.KeySpec{Kind: catalogue.Secret}, noon)
	must(t, err)
	before := *w.index.Offer(o.ID)
	w.heard = nil

	w.open(t)
	if got := w.index.Offer(o.ID); got == nil {
		t.Fatal("the offer is gone")
	} else if d := cmp.Diff(before, *got, cmp.Comparer(geo.Region.Equal), cmpopts.EquateApproxTime(0)); d != "" {
		t.Errorf("the record lost something (-before +after):\n%s", d)
	}
	if merchants, places, offers := w.index.Counts(offers.Live); merchants != 1 || places != 1 || offers != 1 {
		t.Errorf("%d merchants, %d places, %d offers", merchants, places, offers)
	}
	if _, err := w.Authenticate(string(key.Key)); err != nil {
		t.Errorf("the key is gone: %v", err)
	}
	if len(w.heard) != 0 {
		t.Errorf("a restart published %q", w.heard)
	}
	if err := w.RemovePlace(ctx, operator, p.ID, ""); fault.From(err).Kind != fault.Conflict {
		t.Errorf("after a restart a place with an active offer can go: %v", err)
	}
}

func TestExternalIDs(t *testing.T) {
	w := newWorld(t)
	m, other := w.merchant(t, "Anna"), w.merchant(t, "Berta")
	in := lunch(m)
	in.ExternalID = "x"
	first, created, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	if !created {
		t.Error("the first is not new")
	}
	in.Title = "Better"
	second, created, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	if created || second.ID != first.ID || second.Title != "Better" || second.Revision == first.Revision {
		t.Errorf("created %v, %+v", created, second)
	}
	in.Merchant = other
	if third, created, err := w.Offers.Create(ctx, operator, in); err != nil || !created || third.ID == first.ID {
		t.Errorf("another merchant's name for it: %v, %v", created, err)
	}
	if _, created, err := w.Offers.Create(ctx, catalogue.Caller{Mode: offers.Live, Merchant: m}, api.OfferInput{
		ExternalID: "x", Title: "By its own key", Category: "cafe", Reach: in.Reach, Triggers: []string{"pull"},
	}); err != nil || created {
		t.Errorf("a bound key does not find its own: %v, %v", created, err)
	}
}

func TestWhatIsStoppedStaysStopped(t *testing.T) {
	w := newWorld(t)
	in := lunch(w.merchant(t, "Anna"))
	in.ExternalID = "x"
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	_, err = w.MoveOffer(ctx, operator, o.ID, "stop")
	must(t, err)
	if o, _, err = w.Offers.Create(ctx, operator, in); err != nil || o.Status != "stopped" || w.sees(o.ID) {
		t.Errorf("imported again: %s, %v", o.Status, err)
	}
	o, err = w.Offers.Change(ctx, operator, string(o.ID), "", func(in *api.OfferInput) error { in.Title = "Dinner"; return nil })
	if err != nil || o.Status != "stopped" || w.sees(o.ID) {
		t.Errorf("changed: %s, %v", o.Status, err)
	}
	again, err := w.MoveOffer(ctx, operator, o.ID, "stop")
	if err != nil || again.Revision != o.Revision || !again.Updated.Equal(o.Updated) {
		t.Errorf("stopped again: %+v, %v", again, err)
	}
	if want := []string{"published Lunch", "stopped Lunch"}; !slices.Equal(w.heard, want) {
		t.Errorf("the listener heard %q, want %q", w.heard, want)
	}
}

func TestTheLedgerSaysWhatIsUsedUp(t *testing.T) {
	w := newWorld(t)
	in := lunch(w.merchant(t, "Anna"))
	in.Budget = api.Budget{Total: 1}
	o, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	user := id.NewUser("0")
	must(t, w.store.CreateUser(ctx, user))
	_, err = w.store.Claim(ctx, offers.Claim{Offer: o.ID, User: user, Redemption: "red_1"})
	must(t, err)
	w.index.SetExhausted(o.ID, &offers.Span{})
	budget := func(total int) {
		t.Helper()
		_, err := w.Offers.Change(ctx, operator, string(o.ID), "", func(in *api.OfferInput) error { in.Budget.Total = total; return nil })
		must(t, err)
	}
	if budget(2); w.index.Exhausted(o.ID, time.Now()) {
		t.Error("a raised budget does not revive the offer")
	}
	if budget(1); !w.index.Exhausted(o.ID, time.Now()) {
		t.Error("a budget that was lowered to what is claimed leaves something")
	}
	w.open(t)
	if !w.index.Exhausted(o.ID, time.Now()) {
		t.Error("a restart forgot")
	}
	if budget(0); w.index.Exhausted(o.ID, time.Now()) {
		t.Error("a budget without bound does not revive the offer")
	}
}

func TestSimultaneousCreatesOfOneExternalID(t *testing.T) {
	w := newWorld(t)
	var wait sync.WaitGroup
	var mu sync.Mutex
	ids, made := map[id.Place]bool{}, 0
	for i := range 16 {
		wait.Go(func() {
			p, created, err := w.Places.Create(ctx, operator, api.PlaceInput{ExternalID: "x", Name: fmt.Sprint(i), Location: at(1, 2)})
			mu.Lock()
			defer mu.Unlock()
			if err != nil && fault.From(err).Kind != fault.Conflict {
				t.Error(err)
			}
			if err == nil {
				ids[p.ID] = true
			}
			if created {
				made++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || made != 1 {
		t.Errorf("%d places, made %d times", len(ids), made)
	}
}

func TestBatch(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	in := make([]api.OfferInput, catalogue.MaxBatch)
	for i := range in {
		in[i] = lunch(m)
		in[i].ExternalID = fmt.Sprint(i)
	}
	in[7].Title = ""
	in[8].ExternalID = in[9].ExternalID
	results, err := w.Offers.CreateBatch(ctx, operator, in)
	must(t, err)
	for i, r := range results {
		switch {
		case i == 7:
			if fault.From(r.Err) == nil || fault.From(r.Err).Field != "title" {
				t.Errorf("7: %+v", r)
			}
		case r.Err != nil:
			t.Errorf("%d: %v", i, r.Err)
		case i == 9:
			if !r.Replaced || r.ID != results[8].ID {
				t.Errorf("the second of a name must replace the first: %+v, %+v", results[8], r)
			}
		case !w.sees(id.Offer(r.ID)):
			t.Errorf("%d is not in the index", i)
		}
	}
	if _, _, n := w.index.Counts(offers.Live); n != catalogue.MaxBatch-2 {
		t.Errorf("%d offers", n)
	}
	if _, err := w.Offers.CreateBatch(ctx, operator, append(in, in[0])); fault.From(err).Field != "items" {
		t.Errorf("too many: %v", err)
	}
}

func TestChangesThatMeetAreNotLost(t *testing.T) {
	w := newWorld(t)
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Name: "0", Location: at(1, 2)})
	must(t, err)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			_, err := w.Places.Change(ctx, operator, string(p.ID), "", func(in *api.PlaceInput) error { in.Name += "+"; return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	got, err := w.Places.Get(ctx, operator, string(p.ID))
	must(t, err)
	if got.Name != "0++++" {
		t.Errorf("name %q", got.Name)
	}
	refused := errors.New("no")
	if _, err := w.Places.Change(ctx, operator, string(p.ID), "", func(*api.PlaceInput) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("an edit that fails: %v", err)
	}
}

func TestModesAndMerchantsAreApart(t *testing.T) {
	w := newWorld(t)
	m, other := w.merchant(t, "Anna"), w.merchant(t, "Berta")
	o, _, err := w.Offers.Create(ctx, operator, lunch(m))
	must(t, err)
	tester, stranger := catalogue.Caller{Mode: offers.Test}, catalogue.Caller{Mode: offers.Live, Merchant: other}
	for _, tt := range []struct {
		who  catalogue.Caller
		code string
	}{{tester, fault.CodeModeMismatch}, {stranger, fault.CodeNotFound}} {
		if _, err := w.Offers.Get(ctx, tt.who, string(o.ID)); fault.From(err).Code != tt.code {
			t.Errorf("%+v reads: %v", tt.who, err)
		}
		if _, err := w.MoveOffer(ctx, tt.who, o.ID, "stop"); fault.From(err).Code != tt.code {
			t.Errorf("%+v stops: %v", tt.who, err)
		}
		if page, err := w.Offers.List(ctx, tt.who, "", 0); err != nil || len(page.Items) != 0 {
			t.Errorf("%+v lists %v, %v", tt.who, page.Items, err)
		}
	}
	if !w.sees(o.ID) {
		t.Error("somebody stopped it")
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	for i := range 25 {
		w.merchant(t, fmt.Sprint(i))
	}
	var got []id.Merchant
	for cursor, pages := "", 0; ; pages++ {
		page, err := w.Merchants.List(ctx, operator, cursor, 10)
		must(t, err)
		for _, m := range page.Items {
			got = append(got, m.ID)
		}
		if cursor = page.Next; cursor == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if !slices.IsSorted(got) || len(slices.Compact(got)) != 25 {
		t.Errorf("%d merchants", len(got))
	}
}

func TestKeys(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	for _, tt := range []struct {
		spec   catalogue.KeySpec
		prefix string
		field  string // of the fault
	}{
		{catalogue.KeySpec{Kind: catalogue.Secret}, "fl_live_sk_", ""},
		{catalogue.KeySpec{Kind: catalogue.Publishable}, "fl_live_pk_", ""},
		{catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Secret}, "fl_test_sk_", ""},
		{catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Publishable}, "fl_test_pk_", ""},
		{catalogue.KeySpec{Kind: catalogue.Secret, Merchant: m}, "fl_live_sk_", ""},
		{catalogue.KeySpec{Kind: "golden"}, "", "kind"},
		{catalogue.KeySpec{Kind: catalogue.Publishable, Merchant: m}, "", "merchant"},
		{catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Secret, Merchant: m}, "", "merchant"},
		{catalogue.KeySpec{Kind: catalogue.Secret, Name: strings.Repeat("n", 101)}, "", "name"},
	} {
		key, err := catalogue.CreateKey(ctx, w.store, tt.spec, noon)
		if f := fault.From(err); f != nil || tt.field != "" {
			if f == nil || f.Field != tt.field {
				t.Errorf("%+v: %v, want a fault of %q", tt.spec, err, tt.field)
			}
			continue
		}
		random, ok := strings.CutPrefix(string(key.Key), tt.prefix)
		if !ok || len(random) < 26 { // 26 characters of base32 are 130 bits
			t.Errorf("%+v: key %q", tt.spec, key.Key)
		}
		got, err := w.Authenticate(string(key.Key))
		want := catalogue.Key{Caller: catalogue.Caller{Mode: tt.spec.Mode, Merchant: tt.spec.Merchant}, ID: key.ID, Kind: tt.spec.Kind}
		if err != nil || got != want {
			t.Errorf("%+v: %+v, %v", tt.spec, got, err)
		}
		item, err := w.store.Get(ctx, tt.spec.Mode.String(), store.APIKey, key.ID)
		if err != nil || strings.Contains(string(item.Value), random) {
			t.Errorf("the record shows the key, or is not there: %v", err)
		}
	}
	keys, err := catalogue.Keys(ctx, w.store, offers.Test)
	if err != nil || len(keys) != 2 || keys[0].Key != "" {
		t.Errorf("keys %+v, %v", keys, err)
	}
}

func TestRevokedKey(t *testing.T) {
	w := newWorld(t)
	key, err := catalogue.CreateKey(ctx, w.store, catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Secret}, noon)
	must(t, err)
	for range 2 {
		revoked, err := catalogue.RevokeKey(ctx, w.store, key.ID, noon)
		if err != nil || !revoked.Revoked.Equal(noon) {
			t.Errorf("%+v, %v", revoked, err)
		}
		if _, err := w.Authenticate(string(key.Key)); fault.From(err) == nil || fault.From(err).Kind != fault.Unauthorized {
			t.Errorf("a revoked key: %v", err)
		}
		w.open(t)
	}
	if _, err := catalogue.RevokeKey(ctx, w.store, "key_none", noon); fault.From(err).Kind != fault.NotFound {
		t.Errorf("no such key: %v", err)
	}
}

func TestARecordOfAnotherVersionStopsTheStart(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.Put(ctx, store.Item{Kind: store.Place, Partition: "live", ID: "plc_x", Value: []byte(`{"v":2,"data":{}}`)}, 0)
	must(t, err)
	_, err = catalogue.Open(ctx, catalogue.Config{Store: w.store, Ledger: w.store, Index: offers.NewCatalogue(hex.Grid{}), Cells: cells, Outline: hex.Region, Clock: time.Now})
	if err == nil || !strings.Contains(err.Error(), "plc_x") {
		t.Errorf("%v, want a fault that names the record", err)
	}
}

// somewhere returns an offer in a city of 30 by 30 km.
func somewhere(t testing.TB, m id.Merchant, i int) api.OfferInput {
	in := lunch(m)
	reach, err := geo.NewCircle(geo.Point{Lat: 48 + float64(i%141)*0.002, Lon: 9 + float64(i/141)*0.003}, 300)
	must(t, err)
	in.Reach = &reach
	return in
}

func BenchmarkCreateBatch(b *testing.B) {
	w := newWorld(b)
	in := make([]api.OfferInput, catalogue.MaxBatch)
	m := w.merchant(b, "Anna")
	for i := range in {
		in[i] = somewhere(b, m, i)
	}
	for b.Loop() {
		if _, err := w.Offers.CreateBatch(ctx, operator, in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(in))/b.Elapsed().Seconds(), "offers/s")
}

func BenchmarkOpen(b *testing.B) {
	w := newWorld(b)
	const n = 20
	in := make([]api.OfferInput, catalogue.MaxBatch)
	m := w.merchant(b, "Anna")
	for k := range n {
		for i := range in {
			in[i] = somewhere(b, m, k*len(in)+i)
		}
		_, err := w.Offers.CreateBatch(ctx, operator, in)
		must(b, err)
	}
	for b.Loop() {
		w.open(b)
	}
	b.ReportMetric(float64(b.N*n*len(in))/b.Elapsed().Seconds(), "offers/s")
}

// The same import gives the same ids on every server: ties are broken by them, and a replay must come out the same.
func TestExternalIDsMakeTheSameIDsEverywhere(t *testing.T) {
	ids := func() (out [3]string) {
		w := newWorld(t)
		m, _, err := w.Merchants.Create(ctx, operator, api.MerchantInput{Name: "Anna", ExternalID: "anna"})
		must(t, err)
		p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Name: "Anna's", ExternalID: "x", Location: at(48.4, 9.99)})
		must(t, err)
		in := lunch(m.ID)
		in.ExternalID = "x"
		o, _, err := w.Offers.Create(ctx, operator, in)
		must(t, err)
		_, err = w.Places.Change(ctx, operator, string(p.ID), "", func(in *api.PlaceInput) error { in.ExternalID = "y"; return nil })
		if f := fault.From(err); f == nil || f.Field != "externalId" {
			t.Errorf("another external id: %v", err)
		}
		return [3]string{string(m.ID), string(p.ID), string(o.ID)}
	}
	if a, b := ids(), ids(); a != b {
		t.Errorf("%v and %v", a, b)
	}
}
