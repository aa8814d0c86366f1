package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// session is one person at play: their phone, their socket, their clock. It is for one goroutine.
type session struct {
	run    *run
	person *Person
	phone  Phone
	socket Socket // nil: not connected
	tally  *tally

	now    time.Time // the person's
	day    int       // of now
	hint   wire.Hint
	inbox  []wire.Offer // pushed, not yet looked at
	recent []string     // deliveries seen lately: the server may repeat one after a lost connection
}

// A phone that has not heard of the server speaks soon.
const (
	firstHintMetres  = 25
	firstHintSeconds = 5
	recentKept       = 32
)

// play opts the person in and lives their walk, in lock-step: nothing is sent before the last answer was heard.
func (s *session) play(ctx context.Context) error {
	defer s.hangUp()
	s.hint = wire.Hint{Metres: firstHintMetres, Seconds: firstHintSeconds}
	m, more := s.person.Walk.Next(s.hint)
	if !more {
		return nil
	}
	s.now, s.day = m.At, m.At.YearDay()
	if err := s.optIn(ctx); err != nil {
		return err
	}
	for ; more && !s.tally.Erased; m, more = s.person.Walk.Next(s.hint) {
		if err := s.run.clock.wait(ctx, m.At); err != nil {
			return err
		}
		if err := s.live(ctx, m); err != nil {
			return err
		}
	}
	if s.tally.Erased {
		return nil
	}
	me, err := s.me(ctx)
	if err == nil {
		s.tally.compare(granted(s.person.OptIn.Consents), &me)
	}
	return err
}

func (s *session) optIn(ctx context.Context) error {
	if s.person.band != nil {
		var notices api.Notices
		err := s.persist(ctx, func() (err error) { notices, err = s.run.Server.Notices(ctx, s.person.OptIn.Language); return err })
		if err != nil {
			return err
		}
		s.person.agree(&notices)
	}
	in := s.person.OptIn
	in.Simulated, in.At = true, s.now.UTC()
	var out api.OptedIn
	if err := s.persist(ctx, func() (err error) { out, err = s.run.Server.OptIn(ctx, in); return err }); err != nil {
		return err
	}
	s.phone = s.run.Server.Phone(out.Token)
	s.tell(OptedIn{s.who(), granted(in.Consents), in.MoodLevel})
	return nil
}

// live lives one moment and what follows from it. What the server refuses is counted, and life goes on.
func (s *session) live(ctx context.Context, m Moment) error {
	s.now = m.At
	err := s.wear(ctx, m)
	if err != nil {
		return err
	}
	if m.Act != nil {
		err = m.Act.do(ctx, s)
	} else {
		err = s.position(ctx, m.Fix)
	}
	if err == nil {
		err = s.react(ctx)
	}
	if refused(err) {
		s.tally.refuse(err)
		err = nil
	}
	switch today := s.now.YearDay(); {
	case err != nil || s.tally.Erased:
		return err
	case today != s.day, (s.person.Watched || s.person.band != nil) && m.Act == nil: // the server remembers only the last suppressions
		s.day = today
		_, err = s.me(ctx)
	}
	return err
}

// position sends where the person is and waits for the answer; offers that it brings about are in the inbox then.
func (s *session) position(ctx context.Context, fix wire.Fix) error {
	s.tally.fix(fix)
	s.run.fixes.Add(1)
	answer, err := s.exchange(ctx, &wire.Position{Fixes: []wire.Fix{fix}})
	if err != nil {
		return err
	}
	ack, ok := answer.(*wire.Ack)
	if !ok {
		return unexpected(answer)
	}
	if ack.Hint != nil {
		s.hint = *ack.Hint
	}
	s.tell(Moved{s.who(), s.tally.at})
	return nil
}

// react looks at the offers that came: each is acknowledged, and then the person does what is like them.
func (s *session) react(ctx context.Context) error {
	for len(s.inbox) > 0 {
		o := s.inbox[0]
		s.inbox = s.inbox[1:]
		if slices.Contains(s.recent, o.Delivery) {
			continue
		}
		s.recent = append(s.recent[max(0, len(s.recent)-recentKept):], o.Delivery)
		if _, err := s.exchange(ctx, &wire.Delivered{Delivery: o.Delivery}); err != nil {
			return err
		}
		s.tally.acked = append(s.tally.acked, o.Delivery)
		index := s.tally.deliver(&o, s.now)
		s.tell(Delivered{s.who(), o})
		outcome := s.person.take(&o, s.now)
		s.tally.outcome(index, outcome)
		s.tell(Answered{s.who(), o, outcome})
		if err := s.answer(ctx, o, outcome, index); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) answer(ctx context.Context, o wire.Offer, outcome Outcome, index int) error {
	action := string(outcome)
	switch outcome {
	case Ignored:
		return nil
	case Accepted:
		action = string(Opened)
	}
	if err := s.feedback(ctx, &wire.Feedback{Delivery: o.Delivery, Action: action}); err != nil || outcome != Accepted {
		return err
	}
	return s.goFor(ctx, o, index)
}

func (s *session) feedback(ctx context.Context, f *wire.Feedback) error {
	f.At = s.now.UnixMilli()
	_, err := s.exchange(ctx, f)
	return err
}

// How long somebody stays where they redeem an offer.
const (
	shopping = 12 * time.Minute
	eating   = 35 * time.Minute
)

// goFor takes the person to an offer to redeem it there; one who walks as recorded can't leave the way, and redeems at
// once.
func (s *session) goFor(ctx context.Context, o wire.Offer, index int) error {
	use := redeem{o, index}
	if w, free := s.person.Walk.(*itinerary); free {
		stay := shopping
		if strings.HasPrefix(o.Category, "restaurant") {
			stay = eating
		}
		w.Detour(Stop{Point: pointOf(o.Place), Stay: stay, Acts: []Act{use}})
		return nil
	}
	return use.do(ctx, s)
}

// me asks what is known about the person and takes note of what was held back.
func (s *session) me(ctx context.Context) (me api.Account, err error) {
	if err = s.persist(ctx, func() (err error) { me, err = s.phone.Me(ctx, s.now); return err }); err != nil {
		return me, err
	}
	for _, held := range s.tally.hold(me.Suppressed, s.run.Names) {
		s.tell(Suppressed{Who{s.person.Alias, held.At.In(s.now.Location())}, held.Offer, held.Code})
	}
	return me, nil
}

// prefer changes the person's preferences.
func (s *session) prefer(ctx context.Context, change func(*api.Preferences)) error {
	me, err := s.me(ctx)
	if err != nil {
		return err
	}
	change(&me.Preferences)
	return s.persist(ctx, func() error { _, err := s.phone.SetPreferences(ctx, me.Preferences); return err })
}

// exchange sends a frame and waits for its answer, over a new connection if the old one is lost. An answer is valid
// until the next exchange.
func (s *session) exchange(ctx context.Context, f wire.Frame) (wire.Frame, error) {
	var b backoff
	for {
		if err := s.connect(ctx, &b); err != nil {
			return nil, err
		}
		began := time.Now()
		answer, err := s.socket.Do(f, s.collect)
		if again := isGoodbye(answer) || lost(err); !again {
			if err == nil && b.tries == 0 && f.Kind() == wire.KindPosition {
				s.tally.latency.add(time.Since(began))
			}
			return answer, err
		}
		s.hangUp()
		s.tally.Reconnects++
		if err := b.wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// connect makes sure that there is a connection.
func (s *session) connect(ctx context.Context, b *backoff) (err error) {
	for s.socket == nil {
		if s.socket, err = s.phone.Dial(ctx); err == nil {
			break
		}
		s.socket = nil
		if !lost(err) && !unavailable(err) {
			return err
		}
		if err = b.wait(ctx, err); err != nil {
			return err
		}
	}
	if b.tries > 0 {
		s.tell(Reconnected{s.who(), b.waited})
	}
	return nil
}

// persist repeats a call while the server can't be reached; one that never answered anybody is not waited for.
func (s *session) persist(ctx context.Context, call func() error) error {
	var b backoff
	for {
		err := call()
		if !unavailable(err) {
			s.run.reached.Store(true)
			return err
		}
		if !s.run.reached.Load() {
			return err
		}
		if err := b.wait(ctx, err); err != nil {
			return err
		}
	}
}

// collect takes the frames that come between.
func (s *session) collect(f wire.Frame) {
	switch f := f.(type) {
	case *wire.Offer:
		s.inbox = append(s.inbox, keep(f))
		for i := range f.More { // of a digest
			s.inbox = append(s.inbox, keep(&f.More[i]))
		}
	case *wire.Hint:
		s.hint = *f
	}
}

func (s *session) hangUp() {
	if s.socket != nil {
		_ = s.socket.Close() // it may be lost already
		s.socket = nil
	}
}

func (s *session) who() Who { return Who{s.person.Alias, s.now} }

func (s *session) tell(e Event) { s.run.tell(e) }

// keep copies an offer out of a frame.
func keep(o *wire.Offer) wire.Offer {
	c := *o
	c.Reasons, c.NotUsed = slices.Clone(o.Reasons), slices.Clone(o.NotUsed)
	return c
}

// backoff waits longer each time, and gives up in the end.
type backoff struct {
	tries  int
	waited time.Duration
}

const (
	firstWait   = 50 * time.Millisecond
	longestWait = 2 * time.Second
	patience    = 60 * time.Second
)

// wait waits before another try; it returns cause when patience is at its end.
func (b *backoff) wait(ctx context.Context, cause error) error {
	if b.waited >= patience {
		if cause == nil {
			cause = fault.New(fault.Unavailable, fault.CodeUnavailable, "The server closes every connection.")
		}
		return cause
	}
	d := min(firstWait<<min(b.tries, 10), longestWait)
	b.tries++
	b.waited += d
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func isGoodbye(f wire.Frame) bool {
	g, ok := f.(*wire.Goodbye)
	return ok && wire.ReconnectAfter(g.Code) == wire.ReconnectLater
}

// lost reports whether a connection ended in a way that another may be tried.
func lost(err error) bool {
	var closed *client.CloseError
	return errors.As(err, &closed) && closed.Reconnect() == wire.ReconnectLater
}

func unavailable(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && (f.Kind == fault.Unavailable || f.Kind == fault.RateLimited)
}

// refused reports whether the server understood and said no to this one thing.
func refused(err error) bool {
	var f *fault.Error
	if !errors.As(err, &f) {
		return false
	}
	switch f.Kind {
	case fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Gone, fault.TooLarge:
		return true
	}
	return false
}

func unexpected(f wire.Frame) error {
	return fault.New(fault.Invalid, fault.CodeUnexpected, "%s", fmt.Sprintf("The server answered with %s.", f.Kind()))
}

func granted(consents map[string]api.Grant) (purposes []string) {
	for _, p := range [...]string{"location", "mood", "purchases", "push"} {
		if consents[p].Granted {
			purposes = append(purposes, p)
		}
	}
	return purposes
}
