package offerkit

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
)

// Kit is the SDK: one for the app, from its start to its end. NewKit makes it.
type Kit struct {
	cfg    Config
	store  Store
	clock  Clock
	app    *client.Client // with the app's publishable key
	events *announcer
	ctx    context.Context // until Shutdown
	close  context.CancelFunc
	linked chan struct{} // closed when the link has ended
	kick   chan struct{} // of capacity 1: the link looks again at what there is to do
	pause  pace          // between attempts
	once   sync.Mutex    // held by OptIn: two taps make one person

	mu      sync.Mutex // guards what follows; never held during a call of the network or the listener
	mem     *memory
	buf     *buffer.Buffer
	planner *plan.Machine
	plan    *LocationPlan // as announced
	state   string
	open    bool // a socket is
	device  DeviceState
	network bool
	hurry   bool               // what waits should go out now
	urgent  bool               // somebody did what ends a wait between attempts
	callOff context.CancelFunc // ends what the link has under way
	place   context.Context    // of calls that name where the person is; see located
	leave   context.CancelFunc // ends place
	offers  []*Offer
	around  reaches
	last    *Fix
	senses  *senses
	mock    context.CancelFunc // of a mock route
	stats   Stats
}

// NewKit opens the SDK. It makes no connection before somebody has opted in and Start was called. If the process ended
// while the kit was started, it goes on by itself. A nil clock is the system's.
func NewKit(config *Config, store Store, listener Listener, clock Clock) (kit *Kit, err error) {
	defer guard(&err)
	switch {
	case config == nil:
		return nil, fault.Field("config", "must not be null")
	case store == nil:
		return nil, fault.Field("store", "must not be null")
	case listener == nil:
		return nil, fault.Field("listener", "must not be null")
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	if clock == nil {
		clock = systemClock{}
	}
	app, err := client.New(config.ServerURL, api.Secret(config.PublishableKey))
	if err != nil {
		return nil, fault.From(err).WithField("serverURL")
	}
	mem, err := load(store)
	if err != nil {
		return nil, err
	}
	k := &Kit{
		cfg: *config, store: store, clock: clock, app: app, events: newAnnouncer(listener), mem: mem, state: StateOff,
		device: *NewDeviceState(), network: true, linked: make(chan struct{}), kick: make(chan struct{}, 1), pause: standardPace,
	}
	if config.pause != nil {
		k.pause = *config.pause
	}
	if mem.Preset != "" {
		k.cfg.Preset = mem.Preset
	}
	if err := k.openBuffer(); err != nil {
		return nil, err
	}
	if err := mem.save(store); err != nil { // the buffer's key
		_ = k.buf.Close()
		return nil, err
	}
	k.planner = plan.New(plan.Preset(k.cfg.Preset))
	k.senses = newSenses(store, mem)
	k.ctx, k.close = context.WithCancel(context.Background())
	k.place, k.leave = context.WithCancel(context.Background())
	go k.events.run(k.ctx.Done())
	go k.link(k.ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if !mem.granted(PurposeLocation) { // what a disk did not let go of at the withdrawal
		k.report(k.forgetPlaces())
	}
	if !mem.granted(PurposeMood) {
		k.report(k.senses.forget())
	}
	k.replan()
	k.settle()
	return k, nil
}

// openBuffer opens what waits to be sent; the folder is the person's alone.
func (k *Kit) openBuffer() error {
	dir := filepath.Join(k.cfg.DataDir, "flaneur")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Field("dataDir", "must be a folder that can be written to").Wrap(err)
	}
	buf, err := buffer.Open(dir, [32]byte(k.mem.Key), int(k.cfg.BufferFixes))
	if err != nil {
		return fault.Field("dataDir", "must be a folder that can be written to").Wrap(err)
	}
	k.buf = buf
	return nil
}

// Shutdown ends the kit: the connection is closed, what waits stays on the device for the next one. Nothing but
// ErrorCode may be called afterwards. It waits for at most five seconds.
func (k *Kit) Shutdown() {
	defer k.quiet()
	k.close()
	late, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, done := range []chan struct{}{k.linked, k.events.done} {
		select {
		case <-done:
		case <-late.Done():
		}
	}
	k.app.Close()
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.buf.Close()
}

// Start begins to measure and to send, as far as the person allows it. It survives the end of the process.
func (k *Kit) Start() (err error) {
	defer guard(&err)
	return k.change(func() error {
		if k.mem.Token == "" {
			return errNotIn
		}
		k.mem.Running, k.urgent = true, true
		return nil
	})
}

// Stop ends measuring and closes the connection. What was measured before is kept for the next Start.
func (k *Kit) Stop() {
	defer k.quiet()
	k.report(k.change(func() error {
		k.mem.Running = false
		k.stopMock()
		return nil
	}))
}

// Running tells whether the kit was started.
func (k *Kit) Running() bool {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mem.Running
}

// SetPreset changes how much battery promptness may cost: a Preset constant.
func (k *Kit) SetPreset(preset string) (err error) {
	defer guard(&err)
	if err := checkPreset(preset); err != nil {
		return err
	}
	return k.change(func() error {
		k.mem.Preset, k.cfg.Preset = preset, preset
		k.planner.Preset(plan.Preset(preset))
		return nil
	})
}

// SetDevice reports the state of the device. In the background (Foreground false) no socket is kept.
func (k *Kit) SetDevice(state *DeviceState) {
	defer k.quiet()
	if state == nil {
		return
	}
	k.report(k.change(func() error {
		k.urgent = k.urgent || state.Foreground && !k.device.Foreground
		k.device = *state
		k.planDevice()
		return nil
	}))
}

// NetworkChanged reports whether there is a network. It ends a wait between attempts.
func (k *Kit) NetworkChanged(available bool) {
	defer k.quiet()
	k.report(k.change(func() error {
		k.network, k.urgent = available, true
		k.planner.Offline(k.now(), !available)
		return nil
	}))
}

// Plan is how to measure now.
func (k *Kit) Plan() *LocationPlan {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	p := *k.plan
	return &p
}

// Stats are counters for support screens.
func (k *Kit) Stats() *Stats {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.stats
	s.Buffered, s.Thinned, s.Waiting, s.Dropped = int64(k.buf.Len()), k.buf.Dropped(), int64(len(k.mem.Tasks)), k.mem.dropped
	s.Unheard = k.events.missed()
	return &s
}

// change runs f under the lock, remembers what it changed, plans anew and wakes the link.
func (k *Kit) change(f func() error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ctx.Err() != nil {
		return fault.New(fault.Unavailable, fault.CodeShuttingDown, "The kit was shut down.")
	}
	err := f()
	if saved := k.mem.save(k.store); err == nil { // whatever else failed: a withdrawal has to last
		err = saved
	}
	k.replan()
	k.settle()
	k.wake()
	return err
}

func (k *Kit) wake() {
	select {
	case k.kick <- struct{}{}:
	default:
	}
}

// settle tells the state that follows from what is allowed; the link tells the others.
func (k *Kit) settle() {
	switch {
	case k.mem.Token == "":
		if k.state != StateDenied && k.state != StateErased {
			k.setState(StateOff)
		}
	case !k.mem.Running || len(k.mem.Consents) == 0:
		k.setState(StateOff)
	case k.state != StateOff && k.state != StateDenied && k.state != StateErased:
	case k.open: // the link had not yet closed it
		k.setState(StateOnline)
	default:
		k.setState(StateOffline)
	}
}

func (k *Kit) setState(state string) {
	if k.state != state {
		k.state = state
		k.events.say(func(l Listener) { l.OnState(state) })
	}
}

// report tells the listener what went wrong where nobody waits for an error.
func (k *Kit) report(err error) {
	if f := fault.From(plain(err)); f != nil {
		k.events.say(func(l Listener) { l.OnFailure(f.Code, f.Field, f.Detail) })
	}
}

// quiet reports a panic; to be deferred by exported methods without an error.
func (k *Kit) quiet() {
	if r := recover(); r != nil && k != nil {
		k.report(panicked(r))
	}
}

func (k *Kit) now() time.Time { return time.UnixMilli(k.clock.UnixMillis()) }

// simulated is now for people who are nobody real, whose clock is that of their requests; zero for others.
func (k *Kit) simulated() time.Time {
	if k.cfg.Simulated {
		return k.now()
	}
	return time.Time{}
}

type systemClock struct{}

func (systemClock) UnixMillis() int64 { return time.Now().UnixMilli() }
