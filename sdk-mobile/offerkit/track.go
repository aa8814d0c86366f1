package offerkit

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
	"github.com/flaneur-io/flaneur/wire"
)

// replayedAfter is the age from which a fix counts as measured while offline.
const replayedAfter = 30 * time.Second

// Track takes a position. Without consent to location, or before Start, it is refused and not looked at. One that tells
// nothing new is skipped; the others are kept on the device until the server has answered them.
func (k *Kit) Track(fix *Fix) (err error) {
	defer guard(&err)
	if fix == nil {
		return fault.Field("fix", "must not be null")
	}
	f := wire.Fix{
		Lat: fix.Lat, Lon: fix.Lon, Accuracy: min(max(fix.AccuracyM, 0), wire.MaxAccuracy), Speed: speed(fix.SpeedMps), Course: course(fix.CourseDeg),
		At: fix.UnixMillis, Mock: fix.Mock,
	}
	switch {
	case !(math.Abs(f.Lat) <= 90): //nolint:staticcheck // NaN
		return fault.Field("lat", "must be degrees from -90 to 90")
	case !(math.Abs(f.Lon) <= 180): //nolint:staticcheck // NaN
		return fault.Field("lon", "must be degrees from -180 to 180")
	case math.IsNaN(f.Accuracy):
		return fault.Field("accuracyM", "must be metres")
	case f.At <= 0:
		return fault.Field("unixMillis", "must be the time of the measurement in milliseconds since 1970")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.track(f)
}

func (k *Kit) track(f wire.Fix) error {
	switch {
	case k.ctx.Err() != nil:
		return fault.New(fault.Unavailable, fault.CodeShuttingDown, "The kit was shut down.")
	case k.mem.Token == "":
		return errNotIn
	case !k.mem.granted(PurposeLocation):
		return needs(PurposeLocation)
	case !k.mem.Running:
		return fault.New(fault.Conflict, fault.CodeWrongState, "The kit was not started.")
	}
	f.At = k.measured(f.At)
	k.stats.Measured++
	keep, flush := k.planner.Fix(k.now(), f)
	k.reckon(f)
	k.last = &Fix{Lat: f.Lat, Lon: f.Lon, AccuracyM: f.Accuracy, SpeedMps: f.Speed, CourseDeg: f.Course, UnixMillis: f.At, Mock: f.Mock}
	if !keep {
		k.stats.Skipped++
	} else if err := k.buf.Append(f); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "The position could not be kept.").WithField("dataDir").Wrap(err)
	}
	k.replan()
	if flush || k.stats.Measured == 1 {
		k.hurry = k.hurry || k.buf.Len() > 0
		k.wake()
	}
	return nil
}

func speed(mps float64) float64 {
	if mps >= 0 && mps < 1000 {
		return mps
	}
	return Unknown
}

func course(deg float64) float64 {
	if deg >= 0 && deg <= 360 {
		return deg
	}
	return Unknown
}

// FenceExited tells that the fence of the plan was left.
func (k *Kit) FenceExited() (err error) {
	defer guard(&err)
	return k.change(func() error { k.planner.FenceExited(k.now()); return nil })
}

// ReachEntered tells that the system saw this device enter one of the plan's reaches. It is reason to measure.
func (k *Kit) ReachEntered(offerID string) (err error) {
	defer guard(&err)
	if _, err := checkOffer(offerID); err != nil {
		return err
	}
	return k.change(func() error { k.planner.ReachEntered(k.now()); return nil })
}

// Flush sends what waits, and returns when the server has it all: before the system puts the app to sleep. With nothing
// to send it returns at once.
func (k *Kit) Flush(seconds int32) (err error) {
	defer guard(&err)
	ctx, cancel := k.within(seconds)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	k.mu.Lock()
	k.urgent = true
	k.wake()
	k.mu.Unlock()
	for {
		k.mu.Lock()
		switch {
		case k.mem.Token == "":
			k.mu.Unlock()
			return errNotIn
		case k.buf.Len() == 0 && (!k.mem.Running || !k.senses.waiting(k.now())) &&
			!slices.ContainsFunc(k.mem.Tasks, func(t task) bool { return t.Delivered == "" || k.open }):
			k.mu.Unlock()
			return nil
		}
		if !k.hurry {
			k.hurry = true
			k.wake()
		}
		k.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return plain(ctx.Err())
		}
	}
}

// fixes are the next ones to send, at most as many as fit a frame, and the last record among them.
func (k *Kit) fixes() (frame []wire.Fix, upTo uint64) {
	if !k.mem.granted(PurposeLocation) || slices.ContainsFunc(k.mem.Tasks, func(t task) bool { return t.Consent != nil }) {
		return nil, 0 // the server has to know first what is allowed
	}
	now := k.now()
	for _, r := range k.buf.Peek(make([]buffer.Record, 0, wire.MaxFixes), wire.MaxFixes) {
		r.Fix.Replayed = now.Sub(time.UnixMilli(r.Fix.At)) > replayedAfter
		r.Fix.At = k.right(r.Fix.At)
		frame, upTo = append(frame, r.Fix), r.ID
	}
	if len(frame) > 0 {
		k.stats.Batches++
	}
	return frame, upTo
}

// answered forgets fixes that the server has.
func (k *Kit) answered(upTo uint64, sent, accepted int, hint *wire.Hint) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stats.Sent += int64(sent)
	k.stats.Accepted += int64(accepted)
	if err := k.buf.Remove(upTo); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "What was sent could not be deleted.").WithField("dataDir").Wrap(err)
	}
	k.hurry = k.hurry && k.buf.Len() > 0
	if hint != nil && accepted > 0 {
		k.planner.Hint(k.now(), hint.Metres, hint.Seconds)
		k.replan()
	}
	return nil
}

func (k *Kit) hinted(f *wire.Hint) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.around.until = time.Time{} // something new near by
	k.planner.Hint(k.now(), f.Metres, f.Seconds)
	k.replan()
}

func (k *Kit) planDevice() {
	d := k.device
	k.planner.Device(k.now(), plan.Device{
		Battery: int(d.BatteryPercent), Charging: d.Charging, PowerSave: d.PowerSave, Motion: int(d.Motion),
	})
}

// replan announces the plan if it changed.
func (k *Kit) replan() {
	k.planner.Allow(k.mem.Running && k.mem.Token != "" && k.mem.granted(PurposeLocation))
	p := k.planner.Plan()
	next := &LocationPlan{
		Priority: p.Priority, IntervalSeconds: seconds(p.Interval), FastestSeconds: seconds(p.Fastest), DistanceM: p.Distance,
		FenceLat: p.FenceLat, FenceLon: p.FenceLon, FenceM: p.FenceRadius, Why: p.Why, reaches: k.around.list,
	}
	if k.plan != nil && *k.plan == *next {
		return
	}
	first := k.plan == nil
	k.plan = next
	if !first || next.Priority != PriorityNone {
		told := *next
		k.events.say(func(l Listener) { l.OnPlan(&told) })
	}
}

func seconds(d time.Duration) int32 {
	return int32(min(max(math.Ceil(d.Seconds()), 0), 86400)) //nolint:gosec // bounded
}

// MockRoute walks along points "lat,lon;lat,lon;…" at a speed, a fix a second, as if the device moved: to try an app at
// a desk. The fixes are marked as mock, which servers take with test keys only. StopMock, Stop and the last point end it.
func (k *Kit) MockRoute(points string, metresPerSecond float64) (err error) {
	defer guard(&err)
	if !(metresPerSecond > 0 && metresPerSecond <= 100) {
		return fault.Field("metresPerSecond", "must be above 0, to 100")
	}
	route, err := parseRoute(points)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopMock()
	ctx, cancel := context.WithCancel(k.ctx)
	k.mock = cancel
	go k.walk(ctx, route, metresPerSecond)
	return nil
}

// StopMock ends MockRoute.
func (k *Kit) StopMock() {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopMock()
}

func (k *Kit) stopMock() {
	if k.mock != nil {
		k.mock()
		k.mock = nil
	}
}

func (k *Kit) walk(ctx context.Context, route []geo.Point, speed float64) {
	defer k.quiet()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	at, left := route[0], route[1:]
	for {
		course := Unknown
		if len(left) > 0 {
			course = geo.Bearing(at, left[0])
		}
		if err := k.Track(&Fix{
			Lat: at.Lat, Lon: at.Lon, AccuracyM: 5, SpeedMps: speed, CourseDeg: course, UnixMillis: k.clock.UnixMillis(), Mock: true,
		}); err != nil {
			k.report(err)
			return
		}
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for step := speed; step > 0 && len(left) > 0; {
			d := geo.Distance(at, left[0])
			if d <= step {
				at, left, step = left[0], left[1:], step-d
				continue
			}
			at, step = geo.Destination(at, geo.Bearing(at, left[0]), step), 0
		}
	}
}

func parseRoute(points string) ([]geo.Point, error) {
	var route []geo.Point
	for i, part := range strings.Split(points, ";") {
		a, b, ok := strings.Cut(part, ",")
		lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
		lon, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
		if !ok || err1 != nil || err2 != nil || !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) {
			return nil, fault.Field("points["+strconv.Itoa(i)+"]", "must be latitude,longitude in degrees")
		}
		route = append(route, geo.Point{Lat: lat, Lon: lon})
	}
	if len(route) < 2 {
		return nil, fault.Field("points", "must be at least two, as 52.52,13.40;52.53,13.41")
	}
	return route, nil
}
