package offerkit

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// pace is how long the link waits: between attempts from first, doubled up to most, with jitter; and for the network.
type pace struct {
	first, most time.Duration
	patience    time.Duration // for one call, a handshake, an answer
}

// standardPace is that of a phone. Constant.
var standardPace = pace{first: time.Second, most: 2 * time.Minute, patience: 30 * time.Second}

// work is what there is to do for the link.
type work struct {
	tasks  bool // something to be told by REST
	socket bool // a socket may be open
	batch  bool // fixes are due, without a socket
	moods  bool
}

func (w work) any() bool { return w.tasks || w.socket || w.batch || w.moods }

// due tells what there is to do, and how long until there may be more without anybody saying so; 0: never.
func (k *Kit) due() (w work, next time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.urgent = false
	if k.mem.Token == "" || !k.network {
		return w, 0
	}
	for i := range k.mem.Tasks {
		w.tasks = w.tasks || k.mem.Tasks[i].Delivered == ""
	}
	if !k.mem.Running {
		return w, 0
	}
	w.moods = k.senses.waiting(k.now())
	w.socket = k.device.Foreground && (k.mem.granted(PurposeLocation) || k.mem.granted(PurposePush))
	flush, next := k.flushDue()
	w.batch = !w.socket && flush
	return w, next
}

// flushDue reports whether fixes should go out now, and otherwise when to look again.
func (k *Kit) flushDue() (bool, time.Duration) {
	if k.buf.Len() == 0 || !k.mem.granted(PurposeLocation) {
		return false, 0
	}
	if k.hurry {
		return true, 0
	}
	wait := k.planner.FlushAt().Sub(k.now())
	return wait <= 0, max(wait, time.Second)
}

// link is the one goroutine that speaks with the server of its own accord.
func (k *Kit) link(ctx context.Context) {
	defer close(k.linked)
	wait := time.Duration(0)
	for ctx.Err() == nil {
		w, next := k.due()
		if !w.any() {
			k.resting()
			if !k.rest(ctx, next) {
				return
			}
			continue
		}
		hint, off, err := k.turn(ctx, w)
		switch {
		case ctx.Err() != nil:
			return
		case off:
			continue
		case err == nil:
			wait = 0
			continue
		case !k.survive(err):
			continue
		}
		k.resting()
		wait = min(max(2*wait, k.pause.first), k.pause.most)
		pause := time.Duration((0.5 + rand.Float64()) * float64(wait)) //nolint:gosec // jitter
		if hint > 0 {
			pause, wait = hint, 0
		}
		if !k.stayAway(ctx, pause) {
			return
		}
	}
}

// turn does what there is to do, and returns how long to stay away if the server said so, and whether it was called off.
func (k *Kit) turn(ctx context.Context, w work) (hint time.Duration, off bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.mu.Lock()
	k.callOff = cancel
	k.mu.Unlock()
	hint, err = k.attempt(ctx, w)
	return hint, ctx.Err() != nil, err
}

func (k *Kit) attempt(ctx context.Context, w work) (hint time.Duration, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	if err := k.deliver(ctx); err != nil {
		return fault.From(err).RetryAfter, err
	}
	if w.socket {
		return k.session(ctx)
	}
	if !w.batch {
		return 0, nil
	}
	if err := k.batch(ctx); err != nil {
		return fault.From(err).RetryAfter, err
	}
	return 0, nil
}

// rest waits until something changed, or for as long; 0: for ever. It returns false at the end.
func (k *Kit) rest(ctx context.Context, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-k.kick:
		return true
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}

// stayAway waits between attempts. Positions do not end it, or a server in trouble would hear all phones all the time. It
// is over when either clock says so: one stands still while a phone sleeps, the other may be put back.
func (k *Kit) stayAway(ctx context.Context, d time.Duration) bool {
	start := time.Now()
	for left := d; left > 0; left = d - max(time.Since(start), time.Now().Round(0).Sub(start.Round(0))) {
		if !k.rest(ctx, left) {
			return false
		}
		k.mu.Lock()
		urgent := k.urgent
		k.mu.Unlock()
		if urgent {
			break
		}
	}
	return true
}

// resting tells that there is no connection.
func (k *Kit) resting() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state == StateOnline || k.state == StateConnecting {
		k.setState(StateOffline)
	}
}

// survive draws the consequence of what ended a turn and reports whether to try again later.
func (k *Kit) survive(err error) bool {
	var closed *client.CloseError
	if errors.As(err, &closed) {
		switch closed.Reconnect() {
		case wire.ReconnectNever:
			k.report(k.erased())
			return false
		case wire.ReconnectAfterChange:
			k.deny(closed.Code)
			return false
		case wire.ReconnectLater:
			return true
		}
	}
	f := fault.From(plain(err))
	switch f.Code {
	case fault.CodeErased:
		k.report(k.erased())
		return false
	case fault.CodeUnauthorized:
		k.deny(wire.CloseUnauthorized)
		return false
	}
	if !passing(err) {
		k.report(f)
	}
	return true
}

// deny stops the kit until somebody opts in again. What the device holds stays until then, or until ForgetDevice.
func (k *Kit) deny(code int) {
	k.report(k.change(func() error {
		if code == wire.CloseUnauthorized {
			k.mem.Token = ""
		}
		k.mem.Running = false
		k.setState(StateDenied)
		return nil
	}))
}

// deliver tells the server what waits, oldest first, by REST: consents before everything else that they concern.
func (k *Kit) deliver(ctx context.Context) error {
	for {
		k.mu.Lock()
		var t task
		for _, t = range k.mem.Tasks {
			if t.Delivered == "" {
				break
			}
		}
		me := k.app.As(k.mem.Token)
		k.mu.Unlock()
		if t.ID == "" || t.Delivered != "" {
			break
		}
		ctx, cancel := context.WithTimeout(ctx, k.pause.patience)
		err := t.tell(ctx, me)
		cancel()
		if f := fault.From(plain(err)); f != nil {
			if passing(err) || f.Code == fault.CodeUnauthorized || f.Code == fault.CodeErased {
				return f
			}
			k.report(f) // telling it again would not help
		}
		if err := k.told(&t, err != nil); err != nil {
			return err
		}
	}
	return k.deliverMoods(ctx)
}

// told forgets a task. A consent that the server did not take is none here, either, unless it was given again since.
func (k *Kit) told(t *task, refused bool) error {
	if !refused || t.Consent == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.mem.done(t.ID)
		return k.mem.save(k.store)
	}
	return k.change(func() (err error) {
		k.mem.done(t.ID)
		for purpose, g := range t.Consent.Consents {
			if g.Granted && !slices.ContainsFunc(k.mem.Tasks, func(t task) bool {
				return t.Consent != nil && t.Consent.Consents[purpose].Granted
			}) {
				err = errors.Join(err, k.forget(purpose))
			}
		}
		return err
	})
}

func (t *task) tell(ctx context.Context, me *client.Client) error {
	var err error
	switch {
	case t.Consent != nil:
		_, err = me.ChangeConsents(ctx, *t.Consent)
	case t.Feedback != nil:
		err = me.Feedback(ctx, *t.Feedback)
	case t.Purchase != nil:
		_, err = me.Again(t.ID).Purchase(ctx, *t.Purchase)
	case t.Push != nil:
		err = me.SetPushToken(ctx, *t.Push)
	case t.Trip != nil:
		_, err = me.Again(t.ID).StartTrip(ctx, *t.Trip)
	case t.EndTrip:
		err = me.EndTrip(ctx)
	}
	return err
}

func (k *Kit) deliverMoods(ctx context.Context) error {
	for {
		k.mu.Lock()
		affect, ok := k.senses.next(k.now())
		told := affect
		told.At = k.right(affect.At)
		me := k.app.As(k.mem.Token)
		k.mu.Unlock()
		if !ok {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, k.pause.patience)
		err := me.Mood(ctx, told)
		cancel()
		if f := fault.From(plain(err)); f != nil {
			if passing(err) || f.Code == fault.CodeUnauthorized || f.Code == fault.CodeErased {
				return f
			}
			k.report(f)
		}
		k.mu.Lock()
		k.senses.sent(affect)
		k.mu.Unlock()
	}
}

// batch sends fixes by REST, for a device in the background.
func (k *Kit) batch(ctx context.Context) error {
	for {
		k.mu.Lock()
		frame, upTo := k.fixes()
		me := k.app.As(k.mem.Token)
		k.mu.Unlock()
		if len(frame) == 0 {
			k.askReaches(ctx)
			return nil
		}
		call, cancel := context.WithTimeout(ctx, k.pause.patience)
		out, err := me.Positions(call, frame)
		cancel()
		if err != nil && (passing(err) || !k.refused(err)) {
			return plain(err)
		}
		if err := k.answered(upTo, len(frame), out.Accepted, &out.Hint); err != nil {
			return err
		}
	}
}

// refused takes a refusal of fixes that will not change: they are dropped, and it is reported. It returns false for one
// that concerns the person and not the fixes.
func (k *Kit) refused(err error) bool {
	f := fault.From(plain(err))
	switch f.Code {
	case fault.CodeUnauthorized, fault.CodeErased:
		return false
	case fault.CodeConsent:
		k.report(k.change(func() error { return k.forget(PurposeLocation) }))
	case fault.CodeFixStale, fault.CodeFixOrder, fault.CodeFixInaccurate, fault.CodeFixTeleport:
		return true // happens to the best of devices
	}
	k.report(f)
	return true
}
