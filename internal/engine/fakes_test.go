package engine_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// memory is a store of records, a ledger and a sender that remember what they were told.
type memory struct {
	mu      sync.Mutex
	records map[string]record
	erased  map[id.User]bool
	claims  map[id.Offer][]claim
	sent    []push.Message
	acked   []id.Delivery
	told    []any
	recalls []id.User
	codes   map[string]codeRecord
	onClaim func()            // called after a claim
	onWrite func(name string) // called before a write, and with "written " after one
	log     []string          // the order of writes and sends
	fail    error
}

type claim struct {
	user       id.User
	redemption id.Redemption
	released   bool
}

type record struct {
	value []byte
	rev   uint64
}

func newMemory() *memory {
	return &memory{records: map[string]record{}, erased: map[id.User]bool{}, claims: map[id.Offer][]claim{}, codes: map[string]codeRecord{}}
}

var notFound = fault.New(fault.NotFound, fault.CodeNotFound, "There is no such record.")

func (m *memory) Create(ctx context.Context, user id.User, profile []byte) (uint64, error) {
	return m.Write(ctx, user, "profile", profile, 0)
}

func (m *memory) Read(_ context.Context, user id.User, name string) ([]byte, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.erased[user] {
		return nil, 0, fault.New(fault.Gone, fault.CodeErased, "")
	}
	r, ok := m.records[string(user)+"/"+name]
	if !ok {
		return nil, 0, notFound
	}
	return slices.Clone(r.value), r.rev, nil
}

func (m *memory) List(_ context.Context, user id.User, prefix string, fn func(string, []byte) bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, r := range m.records {
		if name, ok := strings.CutPrefix(key, string(user)+"/"); ok && strings.HasPrefix(name, prefix) && !fn(name, r.value) {
			break
		}
	}
	return nil
}

func (m *memory) Write(ctx context.Context, user id.User, name string, value []byte, prev uint64) (uint64, error) {
	if m.onWrite != nil {
		m.onWrite(name)
		defer func() { m.onWrite("written " + name) }()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch r := m.records[string(user)+"/"+name]; {
	case m.fail != nil:
		return 0, m.fail
	case ctx.Err() != nil:
		return 0, fault.New(fault.Unavailable, fault.CodeUnavailable, "").Wrap(ctx.Err())
	case m.erased[user]:
		return 0, fault.New(fault.Gone, fault.CodeErased, "")
	case r.rev != prev:
		return 0, fault.New(fault.Conflict, fault.CodeConflict, "%s is at %d, not %d", name, r.rev, prev)
	default:
		m.records[string(user)+"/"+name] = record{slices.Clone(value), prev + 1}
		class, _, _ := strings.Cut(name, "/")
		m.log = append(m.log, "write "+class)
		return prev + 1, nil
	}
}

func (m *memory) Delete(_ context.Context, user id.User, prefix string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.records {
		if strings.HasPrefix(key, string(user)+"/"+prefix) {
			delete(m.records, key)
		}
	}
	return nil
}

func (m *memory) Name() string { return "records" }

func (m *memory) Erase(_ context.Context, user id.User) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.erased[user] = true
	m.log = append(m.log, "erase")
	for key := range m.records {
		if strings.HasPrefix(key, string(user)+"/") {
			delete(m.records, key)
		}
	}
	return nil
}

func (m *memory) Claim(_ context.Context, c offers.Claim) (int, error) {
	offer, user, redemption, total, perUser := c.Offer, c.User, c.Redemption, c.Counters[0].Count, c.Counters[1].Count
	m.mu.Lock()
	defer m.mu.Unlock()
	standing, own, all := 0, 0, m.claims[offer]
	for i, c := range all {
		switch {
		case c.redemption == redemption && c.released:
			return 0, fault.New(fault.Conflict, fault.CodeConflict, "")
		case c.redemption == redemption:
			return i + 1, nil
		case !c.released:
			standing++
			if c.user == user {
				own++
			}
		}
	}
	switch {
	case total > 0 && standing >= total:
		return 0, fault.New(fault.Gone, fault.CodeSoldOut, "").WithField("total")
	case perUser > 0 && own >= perUser:
		return 0, fault.New(fault.Gone, fault.CodeSoldOut, "").WithField("perUser")
	}
	if m.claims[offer] = append(all, claim{user, redemption, false}); m.onClaim != nil {
		m.onClaim()
	}
	return len(all) + 1, nil
}

func (m *memory) Release(_ context.Context, claimed offers.Claim) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.claims[claimed.Offer] {
		if c := &m.claims[claimed.Offer][i]; c.redemption == claimed.Redemption {
			c.released = true
		}
	}
	return nil
}

func (m *memory) Settle(context.Context, offers.Claim, int64) error { return nil }

func (m *memory) Claimed(_ context.Context, key string) (t offers.Tally, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.claims[id.Offer(key)] {
		if !c.released {
			t.Count++
		}
	}
	return t, nil
}

func (m *memory) Send(_ context.Context, msg push.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, msg)
	m.log = append(m.log, "send")
	return nil
}

func (m *memory) Acked(_ id.User, d id.Delivery) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acked = append(m.acked, d)
	return true
}

func (m *memory) Tell(_ id.User, frame any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, frame)
}

func (m *memory) Recall(_ context.Context, user id.User) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recalls = append(m.recalls, user)
	return nil
}

// messages returns what was sent so far.
func (m *memory) messages() []push.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sent)
}

// world is an engine over a memory, at noon on a Tuesday, with a clock that the test moves.
type world struct {
	*engine.Engine
	memory    *memory
	catalogue *offers.Catalogue
	now       time.Time
	heard     func(event.Event) // nil: nobody listens
	footfall  engine.Footfall   // nil: nobody counts
	scores    engine.Scores     // nil: none
	tokens    []engine.OptedIn  // of everybody

	deployment privacy.Deployment // of the next restart
}

// market is where the tests' people walk.
var market = geo.Point{Lat: 47.9959, Lon: 7.8522}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{memory: newMemory(), catalogue: offers.NewCatalogue(hex.Grid{}), now: time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)}
	w.restart(t)
	return w
}

// restart returns a fresh engine over the same records.
func (w *world) restart(t testing.TB) {
	t.Helper()
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{
		Catalogue: w.catalogue, Matcher: offers.NewMatcher(w.catalogue, rails), Rails: rails,
		Records: w.memory, Ledger: w.memory, Codes: w.memory, Sender: w.memory, Grid: hex.Grid{}, Clock: func() time.Time { return w.now },
		Events: w.heard, Footfall: w.footfall, Scores: w.scores, Deployment: w.deployment,
	})
	e.SetHolders([]privacy.Eraser{w.memory, e.Forget()})
	w.Engine = e
}

// offer registers a lunch offer of 300 m around a point and returns it.
func (w *world) offer(t testing.TB, at geo.Point, change func(*offers.Offer)) *offers.Offer {
	t.Helper()
	reach, err := geo.NewCircle(at, 300)
	if err != nil {
		t.Fatal(err)
	}
	m := &offers.Merchant{ID: id.Merchant(id.New(id.PrefixMerchant)), Name: "Trattoria"}
	p := &offers.Place{ID: id.Place(id.New(id.PrefixPlace)), Merchant: m.ID, Name: "Trattoria", Category: "restaurant.italian", Point: at}
	o := &offers.Offer{
		ID: id.Offer(id.New(id.PrefixOffer)), Merchant: m.ID, Place: p.ID, Title: "Pasta of the day", Category: "restaurant.italian",
		Reward: offers.Reward{Kind: offers.Percent, Value: 20}, Reach: reach, Triggers: offers.Nearby,
	}
	if change != nil {
		change(o)
	}
	w.catalogue.PutMerchant(m)
	if err := w.catalogue.PutPlace(p); err != nil {
		t.Fatal(err)
	}
	if err := w.catalogue.PutOffers(o); err != nil {
		t.Fatal(err)
	}
	return o
}

// person opts somebody in who allows these purposes and likes Italian food.
func (w *world) person(t testing.TB, purposes ...privacy.Purpose) (*engine.Session, engine.OptedIn) {
	t.Helper()
	o := engine.OptIn{Interests: []string{"restaurant.italian"}}
	for _, p := range purposes {
		o.Changes = append(o.Changes, privacy.Change{Purpose: p, Granted: true, Policy: "2026-06"})
	}
	in, err := w.OptIn(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	w.tokens = append(w.tokens, in)
	s, err := w.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	w.Attach(s)
	return s, in
}

// at reports a good fix at a point now.
func (w *world) at(t testing.TB, s *engine.Session, p geo.Point) engine.PositionResult {
	t.Helper()
	r, err := w.Position(t.Context(), s, []geo.Fix{w.fix(p)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) fix(p geo.Point) geo.Fix {
	return geo.Fix{Point: p, Accuracy: 10, Speed: 1.3, Course: 90, Time: w.now}
}

// later moves the clock.
func (w *world) later(d time.Duration) { w.now = w.now.Add(d) }
