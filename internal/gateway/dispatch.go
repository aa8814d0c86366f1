package gateway

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/wire"
)

// handle answers one readable frame: exactly one answer per frame, except that fixes refused out of a batch that was
// taken are told after its ack.
func (s *session[S]) handle(f wire.Frame, b *scratch) {
	seq := f.(wire.DeviceFrame).Sequence() // the decoder knows no others
	hello, first := f.(*wire.Hello)
	switch {
	case seq <= s.seq:
		s.refuse(seq, fault.New(fault.Invalid, fault.CodeSequence, "must be above %d, the last one", s.seq).WithField("seq"))
		return
	case first != (s.user == ""):
		detail := "The first frame must be hello."
		if first {
			detail = "The session has begun: hello comes only once."
		}
		s.strikes++ // knocking without a hello ends like noise
		s.refuse(seq, fault.New(fault.Invalid, fault.CodeUnexpected, "%s", detail).WithField("t"))
		if s.strikes >= s.edge.limits.Malformed {
			s.close(wire.CloseProtocol, "no hello")
		}
		return
	}
	s.seq, s.strikes = seq, 0
	s.edge.counters.got(f.Kind())
	if first {
		s.greet(hello)
		return
	}
	s.dispatch(f, seq, b)
}

// greet opens the session, or ends it.
func (s *session[S]) greet(h *wire.Hello) {
	g := s.gateway
	who, err := g.config.Admission.Authenticate(s.edge.ctx, h.Token)
	if err == nil && h.Simulated && !who.Simulated() {
		g.config.Admission.Detach(who)
		err = fault.New(fault.Forbidden, fault.CodeForbidden, "Only a user who was opted in as simulated may have a simulated session.").WithField("simulated")
	}
	if err != nil {
		s.refuse(h.Seq, err)
		s.dismiss(err)
		return
	}
	s.who, s.user = who, who.User()
	if h.Simulated {
		s.limiter = nil
	}
	consents := g.config.Admission.Consents(who)
	welcome := wire.Welcome{
		Seq: h.Seq, Session: id.New("ses_"), Now: time.Now().UnixMilli(),
		Consents: consents.Granted(), MoodLevel: consents.MoodLevel.String(),
	}
	for _, source := range consents.GrantedSources() {
		welcome.MoodSources = append(welcome.MoodSources, source.String())
	}
	if d := g.config.Deployment; d != privacy.Public {
		welcome.Deployment = d.String()
	}
	s.answer(&welcome)
	s.heard()
	if oldest := s.edge.roster.claim(&s.conn, s.user, s.edge.limits.SessionsPerUser); oldest != nil {
		oldest.close(wire.CloseReplaced, "too many sessions of this user")
	}
	s.detach = g.config.Attach(s.user, &s.conn)
	// An erase closes what is attached; one that began between the first look and here has missed this socket.
	if again, err := g.config.Admission.Authenticate(s.edge.ctx, h.Token); err != nil {
		s.dismiss(err)
	} else {
		g.config.Admission.Detach(again)
	}
}

// dismiss ends the socket of somebody who is not let in.
func (s *session[S]) dismiss(err error) {
	switch fault.From(err).Kind {
	case fault.Gone:
		s.close(wire.CloseErased, "the user was erased")
	case fault.Internal, fault.Unavailable, fault.RateLimited:
		s.close(wire.CloseOverloaded, "try again")
	default:
		s.close(wire.CloseUnauthorized, "the token is not valid here")
	}
}

func (s *session[S]) dispatch(f wire.Frame, seq uint64, b *scratch) {
	ctx, c := s.edge.ctx, &s.gateway.config
	var err error
	switch f := f.(type) {
	case *wire.Position:
		s.position(f, b)
		return
	case *wire.Pull:
		s.pull(f)
		return
	case *wire.Erase:
		s.erase(f)
		return
	case *wire.Mood:
		var source mood.Source
		if source, err = mood.ParseSource(f.Source); err == nil {
			err = c.Updates.Mood(ctx, s.who, mood.Affect{
				Valence: f.Valence, Arousal: f.Arousal, Confidence: f.Confidence, Stress: f.Stress, Source: source, At: time.UnixMilli(f.At),
			})
		}
	case *wire.Delivered:
		err = c.Responses.Delivered(ctx, s.who, id.Delivery(f.Delivery))
	case *wire.Feedback:
		var action offers.Action
		if err = action.UnmarshalText([]byte(f.Action)); err == nil {
			err = c.Responses.Feedback(ctx, s.who, engine.Feedback{
				Delivery: id.Delivery(f.Delivery), Offer: id.Offer(f.Offer), Action: action, At: time.UnixMilli(f.At),
			})
		}
	case *wire.Consent:
		err = s.consent(f)
	case *wire.Trip:
		err = s.trip(f)
	}
	if err != nil {
		s.refuse(seq, err)
		return
	}
	s.answer(&wire.Ack{Seq: seq})
}

// position hands the fixes over. Offers that they cause are queued before the ack.
func (s *session[S]) position(f *wire.Position, b *scratch) {
	b.fixes = slices.Grow(b.fixes[:0], len(f.Fixes))
	for i := range f.Fixes {
		b.fixes = append(b.fixes, f.Fixes[i].Geo())
	}
	res, err := s.gateway.config.Updates.Position(s.edge.ctx, s.who, b.fixes)
	if err == nil && res.Accepted == 0 && res.Refused != nil {
		err = res.Refused
	}
	if err != nil {
		s.refuse(f.Seq, err)
		return
	}
	ack := new(struct { // one allocation
		wire.Ack
		hint wire.Hint
	})
	ack.hint = wire.Hint{Metres: res.Hint.Metres, Seconds: res.Hint.Seconds}
	ack.Ack = wire.Ack{Seq: f.Seq, Accepted: res.Accepted, Hint: &ack.hint}
	s.answer(&ack.Ack)
	if res.Refused != nil {
		s.refuse(f.Seq, res.Refused)
	}
}

func (s *session[S]) pull(f *wire.Pull) {
	q := engine.PullQuery{Radius: f.Radius, Limit: f.Limit, Categories: f.Categories, Cursor: f.Cursor, Now: at(f.At)}
	if f.Lat != nil {
		q.At = &geo.Point{Lat: *f.Lat, Lon: *f.Lon}
	}
	a, err := s.gateway.config.Updates.Pull(s.edge.ctx, s.who, q)
	if err != nil {
		s.refuse(f.Seq, err)
		return
	}
	s.answer(&wire.Offers{Seq: f.Seq, Offers: a.Offers, Cursor: a.Cursor})
}

func (s *session[S]) consent(f *wire.Consent) error {
	purpose, err := privacy.ParsePurpose("purpose", f.Purpose)
	if err != nil {
		return err
	}
	level := mood.Off
	if f.Level != "" {
		if level, err = mood.ParseLevel(f.Level); err != nil {
			return err
		}
	}
	sources, err := privacy.ParseSources("sources", f.Sources)
	if err != nil {
		return err
	}
	return s.gateway.config.Rights.Consent(s.edge.ctx, s.who, privacy.Change{
		Purpose: purpose, Granted: *f.Granted, Policy: f.Policy, Level: level, At: at(f.At), Sources: sources,
	})
}

func (s *session[S]) trip(f *wire.Trip) error {
	trips := s.gateway.config.Trips
	if f.Action == "stop" {
		return trips.EndTrip(s.edge.ctx, s.who)
	}
	t := engine.Trip{Place: id.Place(f.Place), Started: at(f.At)}
	if f.Lat != nil {
		t.Destination = geo.Point{Lat: *f.Lat, Lon: *f.Lon}
	}
	if err := t.Mode.UnmarshalText([]byte(f.Mode)); err != nil {
		return err
	}
	_, err := trips.StartTrip(s.edge.ctx, s.who, t)
	return err
}

// erase has no ack: the goodbye is the answer. The channel of pushes closes this socket on the way, as one of all that
// the person has, but the device hears of it when everything is forgotten.
func (s *session[S]) erase(f *wire.Erase) {
	s.hold(true)
	_, err := s.gateway.config.Rights.Erase(s.edge.ctx, s.who)
	s.hold(false)
	if err != nil {
		s.refuse(f.Seq, err)
		return
	}
	s.close(wire.CloseErased, "the user was erased")
}

// at reads the time of a frame that may leave it out.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
