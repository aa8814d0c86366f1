package offerkit_test

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/app/apptest"
	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

var (
	market = geo.Point{Lat: 47.9959, Lon: 7.8522}
	noon   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// world is a server as a phone sees it.
type world struct {
	*apptest.Server
	line      *line  // the network between; nil: none needed
	elsewhere string // another server's URL, in place of this one's
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return &world{Server: apptest.Start(t, "", nil)}
}

func (w *world) url() string {
	if w.elsewhere != "" {
		return w.elsewhere
	}
	if w.line != nil {
		return "http://" + w.line.addr()
	}
	return "http://" + w.Addr()
}

// phone is what survives of an app: its store, its folder, and what its listener heard.
type phone struct {
	t     testing.TB
	world *world
	dir   string

	mu    sync.Mutex
	kept  map[string][]byte
	fails bool
	now   time.Time

	simulated bool

	offers    chan *offerkit.Offer
	withdrawn chan string
	states    chan string
	plans     chan *offerkit.LocationPlan
	failures  chan string
	reached   chan string
}

func (w *world) phone(t testing.TB) *phone {
	return &phone{
		t: t, world: w, dir: t.TempDir(), kept: map[string][]byte{}, now: noon, simulated: true,
		offers: make(chan *offerkit.Offer, 100), withdrawn: make(chan string, 100), states: make(chan string, 1000),
		plans: make(chan *offerkit.LocationPlan, 1000), failures: make(chan string, 1000),
		reached: make(chan string, 100),
	}
}

// kit starts the app.
func (p *phone) kit() *offerkit.Kit {
	p.t.Helper()
	c := offerkit.NewConfig()
	c.ServerURL, c.PublishableKey, c.DataDir, c.Simulated = p.world.url(), p.world.Key, p.dir, p.simulated
	c.Hurry()
	k, err := offerkit.NewKit(c, p, p, p)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(k.Shutdown)
	return k
}

// everything opts in for all but mood, and starts.
func (p *phone) everything(k *offerkit.Kit) {
	p.t.Helper()
	c := offerkit.NewChoices()
	c.Location, c.Push, c.Purchases, c.Policy, c.Interests = true, true, true, "2026-06", "restaurant.italian"
	p.must(k.OptIn(c, 60))
	p.must(k.Start())
}

func (p *phone) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *phone) OnOffer(o *offerkit.Offer)          { p.offers <- o }
func (p *phone) OnWithdrawn(offerID, _ string)      { p.withdrawn <- offerID }
func (p *phone) OnState(state string)               { p.states <- state }
func (p *phone) OnPlan(plan *offerkit.LocationPlan) { p.plans <- plan }
func (p *phone) OnReach(_, event string)            { p.reached <- event }
func (p *phone) OnFailure(code, field, message string) {
	p.failures <- code + " " + field + " " + message
}
func (p *phone) UnixMillis() int64               { return p.clock().UnixMilli() }
func (p *phone) Load(key string) ([]byte, error) { return p.store()[key], p.failing() }
func (p *phone) Save(key string, value []byte) error {
	return p.change(func(m map[string][]byte) { m[key] = value })
}

func (p *phone) Remove(key string) error {
	return p.change(func(m map[string][]byte) { delete(m, key) })
}

func (p *phone) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *phone) later(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

func (p *phone) store() map[string][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.kept)
}

func (p *phone) failing() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fails {
		return errors.New("keystore locked")
	}
	return nil
}

func (p *phone) change(f func(map[string][]byte)) error {
	if err := p.failing(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p.kept)
	return nil
}

// at is a position now, so many metres north of the market.
func (p *phone) at(metres float64) *offerkit.Fix {
	where := geo.Destination(market, 0, metres)
	return offerkit.NewFix(where.Lat, where.Lon, 8, p.clock().UnixMilli())
}

// await waits for something that the listener hears.
func await[T comparable](t testing.TB, c <-chan T, want T) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case got := <-c:
			if got == want {
				return
			}
		case <-late:
			t.Fatalf("%v did not come", want)
		}
	}
}

func next[T any](t testing.TB, c <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-c:
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
	}
	return got
}

// failed is what the listener heard of failures; empty: nothing.
func (p *phone) failed() string {
	select {
	case f := <-p.failures:
		return f
	default:
		return ""
	}
}
