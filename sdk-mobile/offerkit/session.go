package offerkit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// reply is the server's answer to a frame of ours.
type reply struct {
	seq      uint64
	accepted int
	hint     *wire.Hint
	err      error
}

// talk is one open socket: the link's goroutine sends, another one reads.
type talk struct {
	kit     *Kit
	socket  *client.Socket
	replies chan reply
	ended   chan error // of the reader
	back    time.Duration

	seq  uint64 // of the position that waits for its answer; 0: none
	upTo uint64 // the last record in it
	sent int    // fixes in it
	fine bool   // the server has taken something
}

// session keeps a socket open for as long as one is wanted. It returns how long to stay away if the server said so.
func (k *Kit) session(ctx context.Context) (back time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.mu.Lock()
	k.setState(StateConnecting)
	token := k.mem.Token
	k.mu.Unlock()
	late := time.AfterFunc(k.pause.patience, cancel)
	socket, err := k.app.As(token).Dial(ctx, token, wire.SubprotocolBinary, k.cfg.Simulated)
	if !late.Stop() && err == nil {
		_ = socket.Close()
		err = context.DeadlineExceeded
	}
	if err != nil {
		return fault.From(plain(err)).RetryAfter, err
	}
	t := &talk{kit: k, socket: socket, replies: make(chan reply, 16), ended: make(chan error, 1)}
	k.welcomed(socket.Welcome())
	go t.read(ctx)
	err = t.run(ctx)
	cancel()
	_ = socket.Close()
	k.mu.Lock()
	k.open = false
	k.mu.Unlock()
	for range t.ended { //nolint:revive // the reader has ended when it closes this
	}
	return t.back, err
}

// welcomed compares what the server knows with what this device does: where anybody withdrew, it is withdrawn.
func (k *Kit) welcomed(w *wire.Welcome) {
	k.report(k.change(func() error {
		k.compare(w.Now)
		k.open = true
		k.setState(StateOnline)
		k.stats.Connects++
		k.hurry = k.buf.Len() > 0
		if slices.ContainsFunc(k.mem.Tasks, func(t task) bool { return t.Consent != nil }) {
			return nil // the server does not know all yet
		}
		for _, purpose := range []string{PurposeLocation, PurposeMood, PurposePurchases, PurposePush} {
			if k.mem.granted(purpose) && !slices.Contains(w.Consents, purpose) {
				if err := k.forget(purpose); err != nil {
					return err
				}
				k.report(needs(purpose))
			}
		}
		return nil
	}))
}

// run sends until the socket is wanted no longer, or ends.
func (t *talk) run(ctx context.Context) error {
	k := t.kit
	patience := time.NewTimer(k.pause.patience)
	defer patience.Stop()
	for {
		if err := k.deliver(ctx); err != nil {
			return err
		}
		w, next := k.due()
		if !w.socket {
			return nil
		}
		if err := t.send(patience); err != nil {
			return err
		}
		if t.seq == 0 {
			k.askReaches(ctx)
			patience.Reset(cmp.Or(next, time.Hour)) // only to look again
		}
		select {
		case r := <-t.replies:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := t.take(r); err != nil {
				return err
			}
		case <-k.kick:
		case <-patience.C:
			if t.seq != 0 {
				return fault.New(fault.Unavailable, fault.CodeUnavailable, "The server did not answer in time.")
			}
		case err := <-t.ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send sends what is due: acknowledgements of deliveries, and one frame of fixes if none waits for its answer.
func (t *talk) send(patience *time.Timer) error {
	k := t.kit
	for {
		k.mu.Lock()
		i := slices.IndexFunc(k.mem.Tasks, func(x task) bool { return x.Delivered != "" })
		var d task
		if i >= 0 {
			d = k.mem.Tasks[i]
			k.mem.done(d.ID)
		}
		k.mu.Unlock()
		if i < 0 {
			break
		}
		if _, err := t.socket.Send(&wire.Delivered{Delivery: string(d.Delivered)}); err != nil {
			return err
		}
	}
	if t.seq != 0 {
		return nil
	}
	k.mu.Lock()
	due, _ := k.flushDue()
	var frame []wire.Fix
	if due {
		frame, t.upTo = k.fixes()
	}
	k.mu.Unlock()
	if len(frame) == 0 {
		return nil
	}
	seq, err := t.socket.Send(&wire.Position{Fixes: frame})
	if err != nil {
		return err
	}
	t.seq, t.sent = seq, len(frame)
	patience.Reset(k.pause.patience)
	return nil
}

// take takes an answer. Those to acknowledgements say nothing that matters.
func (t *talk) take(r reply) error {
	if r.seq != t.seq || t.seq == 0 {
		return nil
	}
	t.seq = 0
	f := fault.From(r.err)
	if f != nil && (f.Code == fault.CodeRateLimited || f.Code == fault.CodeUnavailable || f.Code == fault.CodeInternal) {
		return f // the same again, later
	}
	if f != nil && t.fine && (f.Code == fault.CodeFixFuture || f.Code == fault.CodeFixOrder) {
		return f // the clock was changed: the next welcome says by how much
	}
	if f != nil && !t.kit.refused(f) {
		return f
	}
	t.fine = f == nil
	return t.kit.answered(t.upTo, t.sent, r.accepted, r.hint)
}

// read hears the server until the socket ends.
func (t *talk) read(ctx context.Context) {
	defer close(t.ended)
	defer func() {
		if r := recover(); r != nil {
			t.ended <- panicked(r)
		}
	}()
	for {
		f, err := t.socket.Receive()
		if err != nil {
			t.ended <- err
			return
		}
		r, ok := t.hear(f)
		if !ok {
			continue
		}
		select {
		case t.replies <- r:
		case <-ctx.Done():
			t.ended <- ctx.Err()
			return
		}
	}
}

// hear takes a frame; what answers one of ours goes on to the sender.
func (t *talk) hear(f wire.Frame) (reply, bool) {
	k := t.kit
	switch f := f.(type) {
	case *wire.Offer:
		k.pushed(f)
	case *wire.Withdrawn:
		k.withdrawn(f)
	case *wire.Hint:
		k.hinted(f)
	case *wire.Ack:
		r := reply{seq: f.Seq, accepted: f.Accepted}
		if f.Hint != nil {
			h := *f.Hint
			r.hint = &h
		}
		return r, true
	case *wire.Error:
		err := fault.New(fault.Invalid, f.Code, "%s", f.Message).WithField(f.Field).WithRetry(time.Duration(f.RetryAfter) * time.Millisecond)
		return reply{seq: f.Seq, err: err}, true
	case *wire.Goodbye:
		t.back = time.Duration(f.Reconnect) * time.Millisecond
	}
	return reply{}, false
}

// pushed tells the listener an offer that is new, and acknowledges it every time; but not who has just taken pushes back.
func (k *Kit) pushed(w *wire.Offer) {
	k.report(k.change(func() error {
		if !k.mem.granted(PurposePush) {
			return nil
		}
		for _, one := range append([]wire.Offer{*w}, w.More...) {
			one.More = nil
			fresh := k.mem.see(one.Delivery)
			if !fresh {
				k.stats.Repeats++
				continue
			}
			k.stats.Offers++
			o := offerOf(&one)
			k.keep(o)
			k.events.say(func(l Listener) { l.OnOffer(o) })
		}
		if w.Delivery != "" {
			k.mem.add(task{Delivered: id.Delivery(w.Delivery)})
		}
		return nil
	}))
}

// keep puts an offer in front of those near by, in place of an older one of the same id.
func (k *Kit) keep(o *Offer) {
	k.drop(o.ID)
	k.offers = slices.Insert(k.offers, 0, o)
	if len(k.offers) > 2*wire.MaxOffers {
		k.offers = k.offers[:2*wire.MaxOffers]
	}
}

func (k *Kit) drop(offer string) {
	k.offers = slices.DeleteFunc(k.offers, func(o *Offer) bool { return o.ID == offer })
}

func (k *Kit) withdrawn(f *wire.Withdrawn) {
	offer, reason := f.Offer, f.Reason
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(offer)
	k.events.say(func(l Listener) { l.OnWithdrawn(offer, reason) })
}
