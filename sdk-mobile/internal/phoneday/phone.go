package phoneday

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
	"github.com/flaneur-io/flaneur/wire"
)

// How the system's own services behave. That fences are late is documented by both systems (some minutes at worst on
// Android in the background); the figures are assumptions.
const (
	fenceDelayLeast = 20.0 // seconds from the crossing to the event
	fenceDelayMost  = 120.0
	motionDelay     = 10    // seconds of going, or of rest, until the sensors tell
	motionHolds     = 180.0 // seconds for which a significant motion is believed
	watchedReaches  = 100   // that Android watches for an app; iOS watches 20
)

// Queue is where a client's positions wait: the SDK's buffer, or memory.
type Queue interface {
	Append(f wire.Fix) error
	Peek(dst []buffer.Record, n int) []buffer.Record
	Remove(upTo uint64) error
}

// Setup is a phone for a day.
type Setup struct {
	Day     *Day
	Client  Client
	Server  Server
	Reaches []Reach // that the system watches the nearest of for the app
	Trouble Trouble
	Motion  bool // the phone has sensors that tell when somebody goes and rests
	Seed    uint64
	// Queue opens the queue, and opens it again after each death of the app: without a Close in between.
	Queue func() (Queue, error)
}

// phone is the state of the simulation.
type phone struct {
	Setup
	rng   *rand.Rand
	queue Queue
	cost  Cost
	kept  []int64 // the times of the positions that went into the queue

	now        float64
	alive      bool
	online     bool
	last       float64  // when the client got a position
	asked      float64  // when the present search began; -1: none
	fell       bool     // and networks have answered meanwhile
	satellites float64  // when they gave a position last
	given      wire.Fix // the last one that the client got
	distance   float64  // nearer to it than this, the system keeps positions from the client
	noise      [2]float64
	radioUntil float64
	retry      float64 // when to send again after a lost answer; 0: none was lost

	watching  plan.Plan // its fence
	fenceDue  float64   // when the system tells of it; 0: not left
	watched   map[int]float64
	goneFor   int // seconds of going, or negative of rest
	device    plan.Device
	motionEnd float64
}

// Result is what came of a day.
type Result struct {
	Cost
	KeptTimes []int64 // of the positions that the client kept, Unix milliseconds
}

// Live lives the day.
func Live(s Setup) (Result, error) {
	p := &phone{
		Setup: s, rng: rand.New(rand.NewPCG(s.Seed, 2)), online: true, last: math.Inf(-1), asked: -1, //nolint:gosec // a simulation
		satellites: math.Inf(-1), watched: map[int]float64{}, device: plan.Device{Battery: 80},
	}
	if err := p.start(); err != nil {
		return Result{}, err
	}
	for p.now = 0; p.now < dayLength.Seconds(); p.now++ {
		if err := p.second(); err != nil {
			return Result{}, fmt.Errorf("second %v: %w", p.now, err)
		}
	}
	for p.now = dayLength.Seconds(); ; p.now++ { // the night: what waits goes out
		p.online = true
		if err := p.send(); err != nil {
			return Result{}, err
		}
		if len(p.queue.Peek(nil, 1)) == 0 {
			break
		}
	}
	return Result{Cost: p.cost, KeptTimes: p.kept}, nil
}

func (p *phone) clock() time.Time {
	return p.Day.Start.Add(time.Duration(p.now * float64(time.Second)))
}

// start is the start of the app, with an empty memory.
func (p *phone) start() (err error) {
	if p.queue, err = p.Queue(); err != nil {
		return err
	}
	p.alive, p.asked, p.last, p.given = true, -1, math.Inf(-1), wire.Fix{}
	p.device.Motion = plan.MotionUnknown
	p.Client.Tell(p.clock(), Event{Kind: Started})
	p.Client.Tell(p.clock(), Event{Kind: DeviceChanged, Device: p.device})
	return nil
}

func (p *phone) second() error {
	p.listen()
	if p.Trouble.dead(p.now) {
		p.alive = false
		return nil
	}
	if !p.alive {
		if err := p.start(); err != nil {
			return err
		}
	}
	if on := !p.Trouble.offline(p.now); on != p.online {
		p.online = on
		kind := NetworkWent
		if on {
			kind = NetworkCame
		}
		if p.Client.Tell(p.clock(), Event{Kind: kind}) {
			if err := p.send(); err != nil {
				return err
			}
		}
	}
	p.sense()
	if err := p.locate(); err != nil {
		return err
	}
	if p.Client.Tell(p.clock(), Event{Kind: Tick}) || p.retry > 0 && p.now >= p.retry {
		return p.send()
	}
	return nil
}

// listen is the system's own watch over the fence and the reaches: it costs the app nothing, and is late.
func (p *phone) listen() {
	if int(p.now)%5 != 0 {
		return
	}
	at := p.Day.At(p.now)
	if f := &p.watching; f.FenceRadius > 0 {
		left := geo.FlatDistance(at, geo.Point{Lat: f.FenceLat, Lon: f.FenceLon}) > f.FenceRadius
		switch {
		case !left:
			p.fenceDue = 0
		case p.fenceDue == 0:
			p.fenceDue = p.now + p.late()
		case p.now >= p.fenceDue:
			p.watching, p.fenceDue = plan.Plan{}, 0
			p.wake(FenceLeft)
		}
	}
	for i, r := range p.Reaches {
		in := geo.FlatDistance(at, r.Centre) <= r.Radius
		due, was := p.watched[i]
		switch {
		case !in && was:
			delete(p.watched, i)
		case in && !was && len(p.watched) < watchedReaches:
			p.watched[i] = p.now + p.late()
		case in && due > 0 && p.now >= due:
			p.watched[i] = 0
			p.wake(ReachEntered)
		}
	}
}

func (p *phone) wake(kind EventKind) {
	if p.alive {
		p.Client.Tell(p.clock(), Event{Kind: kind})
	}
}

func (p *phone) late() float64 {
	return fenceDelayLeast + p.rng.Float64()*(fenceDelayMost-fenceDelayLeast)
}

// sense is what the motion sensors tell.
func (p *phone) sense() {
	if !p.Motion || int(p.now)%5 != 0 {
		return
	}
	if p.Day.moves(p.now) {
		p.goneFor = max(p.goneFor, 0) + 5
	} else {
		p.goneFor = min(p.goneFor, 0) - 5
	}
	d := p.device
	switch {
	case p.goneFor >= motionDelay:
		d.Motion, p.motionEnd = plan.MotionWalking, p.now+motionHolds
	case p.goneFor <= -motionDelay:
		d.Motion = plan.MotionStationary
	case p.now > p.motionEnd:
		d.Motion = plan.MotionUnknown
	}
	if d != p.device {
		p.device = d
		p.Client.Tell(p.clock(), Event{Kind: DeviceChanged, Device: d})
	}
}

// locate is what the receivers do in this second.
func (p *phone) locate() error {
	want := p.Client.Plan()
	if f := &p.watching; want.FenceRadius != f.FenceRadius || want.FenceLat != f.FenceLat || want.FenceLon != f.FenceLon {
		*f, p.fenceDue = want, 0
	}
	p.distance = want.Distance
	due := p.now >= p.last+want.Interval.Seconds()
	switch {
	case want.Priority == plan.None, want.Priority != plan.High && !due:
		p.asked = -1
		return nil
	case want.Priority != plan.High:
		p.asked = -1
		return p.byNetworks(want)
	}
	return p.bySatellites(want, due)
}

// byNetworks is a position from Wi-Fi and cells. Without one the client waits for the next.
func (p *phone) byNetworks(want plan.Plan) error {
	p.cost.Scans++
	p.last = p.now
	if !p.online || p.Trouble.covered(p.now) {
		return nil
	}
	blur, told := 25.0, 40.0
	if want.Priority == plan.Low {
		blur, told = 250, 500
	}
	return p.give(p.fix(p.rng.NormFloat64()*blur, p.rng.NormFloat64()*blur, told, -1))
}

// bySatellites turns the receiver on when a position is due, until there is one. A receiver that is asked every ten
// seconds is reckoned as on for five of them, though systems leave it on.
func (p *phone) bySatellites(want plan.Plan, due bool) error {
	if p.asked < 0 {
		early := 0.0
		if want.Interval.Seconds() <= 10 {
			early = gpsWarm - 1
		}
		if p.now < p.last+want.Interval.Seconds()-early {
			return nil
		}
		p.asked, p.fell = p.now, false
	}
	p.cost.GPS++
	search := gpsWarm
	if p.now-p.satellites > gpsFresh {
		search = gpsCold
	}
	searched := p.now - p.asked
	if p.Trouble.covered(p.now) {
		if searched >= gpsWarm && !p.fell && due {
			p.fell = true
			asked := p.asked
			err := p.byNetworks(want)
			p.asked = asked
			return err
		}
		if searched >= gpsGiveUp {
			p.asked, p.last = -1, p.now
		}
		return nil
	}
	if searched < search-1 || !due {
		return nil
	}
	p.asked, p.satellites = -1, p.now
	for i := range p.noise { // errors of satellites last for some minutes
		p.noise[i] = 0.7*p.noise[i] + 3.5*p.rng.NormFloat64()
	}
	speed := max(p.Day.Speed(p.now)+0.2*p.rng.NormFloat64(), 0)
	return p.give(p.fix(p.noise[0], p.noise[1], 8, speed))
}

func (p *phone) fix(east, north, accuracy, speed float64) wire.Fix {
	at := p.Day.At(p.now)
	at = geo.Destination(at, math.Atan2(east, north)*180/math.Pi, math.Hypot(east, north))
	return wire.Fix{Lat: at.Lat, Lon: at.Lon, Accuracy: accuracy, Speed: speed, Course: -1, At: p.clock().UnixMilli()}
}

// give hands a position to the client.
func (p *phone) give(f wire.Fix) error {
	p.last = p.now
	if p.given.At != 0 && metres(&p.given, &f) < p.distance {
		return nil // the system keeps it from the app
	}
	p.given = f
	p.cost.Fixes++
	keep, flush := p.Client.Fix(p.clock(), f)
	if keep {
		if err := p.queue.Append(f); err != nil {
			return err
		}
		p.kept = append(p.kept, f.At)
		p.cost.Kept++
	}
	if flush {
		return p.send()
	}
	return nil
}
