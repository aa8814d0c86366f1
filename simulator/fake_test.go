package simulator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// fakeServer sends each person the first offer in whose reach they are, once an hour, and holds back the others.
type fakeServer struct {
	city City
	hint wire.Hint

	mu          sync.Mutex
	phones      map[api.Secret]*fakePhone
	evaluations uint64
	dropEvery   int // every n-th frame is lost with its connection, after it was taken
	frames      int
	refuseDials int // so many connections are refused, again after each lost one
	dials       int
	repeat      bool // offers come twice
	soldOut     bool
	down        bool
	biometrics  bool // notices name wristbands
}

func newFakeServer(city City) *fakeServer {
	return &fakeServer{city: city, hint: wire.Hint{Metres: 60, Seconds: 45}, phones: map[api.Secret]*fakePhone{}}
}

var (
	errDown = fault.New(fault.Unavailable, fault.CodeUnavailable, "The server can't be reached.")
	errLost = &client.CloseError{Code: 1006, Reason: "the connection was lost"}
)

func (s *fakeServer) OptIn(_ context.Context, in api.OptIn) (api.OptedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !in.Simulated || in.At.IsZero() {
		return api.OptedIn{}, fault.Field("simulated", "must be true, with a time")
	}
	token := api.Secret(fmt.Sprintf("token-%d", len(s.phones)))
	s.phones[token] = &fakePhone{server: s, optIn: in, last: map[string]time.Time{}}
	return api.OptedIn{Token: token}, nil
}

func (s *fakeServer) Notices(_ context.Context, lang string) (api.Notices, error) {
	n := api.Notices{Version: "notices-1", Language: lang, Sources: []api.Notice{{Source: "self"}}}
	if s.biometrics {
		n.Sources = append(n.Sources, api.Notice{Source: "wearable", Biometric: true})
	}
	return n, nil
}

func (s *fakeServer) Phone(token api.Secret) Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones[token]
}

func (s *fakeServer) Evaluations(context.Context) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.evaluations, nil
}

type fakePhone struct {
	server *fakeServer
	optIn  api.OptIn

	fixes     []wire.Fix
	moods     []wire.Mood
	pulls     int
	acked     []string
	actions   []string
	purchases []api.Purchase
	redeemed  []api.Redeem
	held      []api.Suppressed
	last      map[string]time.Time
	pushed    time.Time
	prefs     api.Preferences
	erased    bool
}

func (p *fakePhone) Dial(context.Context) (Socket, error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.server.down {
		return nil, errDown
	}
	if p.server.dials++; p.server.dials <= p.server.refuseDials {
		return nil, errDown
	}
	return &fakeSocket{fakePhone: p}, nil
}

func (p *fakePhone) Purchase(_ context.Context, in api.Purchase) (api.Purchase, error) {
	p.purchases = append(p.purchases, in)
	return in, nil
}

func (p *fakePhone) Redeem(_ context.Context, in api.Redeem) (api.Redemption, error) {
	if p.server.soldOut {
		return api.Redemption{}, fault.New(fault.Gone, fault.CodeSoldOut, "Nothing is left.")
	}
	p.redeemed = append(p.redeemed, in)
	return api.Redemption{}, nil
}

func (p *fakePhone) Me(context.Context, time.Time) (api.Account, error) {
	me := api.Account{Preferences: p.prefs, Suppressed: p.held[max(0, len(p.held)-64):], Purchases: p.purchases, Consents: map[string]api.Consent{}}
	for purpose, grant := range p.optIn.Consents {
		me.Consents[purpose] = api.Consent{Granted: grant.Granted}
	}
	me.Redemptions = make([]api.Redemption, len(p.redeemed))
	me.Deliveries = make([]api.Delivery, len(p.acked))
	for i, d := range p.acked {
		setID(&me.Deliveries[i].ID, d)
	}
	return me, nil
}

func (p *fakePhone) SetPreferences(_ context.Context, in api.Preferences) (api.Preferences, error) {
	p.prefs = in
	return in, nil
}

func (p *fakePhone) Erase(context.Context) (api.Receipt, error) {
	p.erased = true
	return api.Receipt{Holders: []string{"everything"}}, nil
}

type fakeSocket struct {
	*fakePhone
	dead bool
}

func (s *fakeSocket) Close() error { return nil }

func (s *fakeSocket) Do(f wire.Frame, also func(wire.Frame)) (wire.Frame, error) {
	server := s.server
	server.mu.Lock()
	defer server.mu.Unlock()
	if s.dead {
		return nil, errLost
	}
	answer, err := s.answer(f, also)
	server.frames++
	if server.down || server.dropEvery > 0 && server.frames%server.dropEvery == 0 {
		server.dials, s.dead = 0, true
		return nil, errLost
	}
	return answer, err
}

func (s *fakeSocket) answer(f wire.Frame, also func(wire.Frame)) (wire.Frame, error) {
	switch f := f.(type) {
	case *wire.Position:
		return s.position(f.Fixes[0], also)
	case *wire.Mood:
		s.moods = append(s.moods, *f)
	case *wire.Delivered:
		s.acked = append(s.acked, f.Delivery)
	case *wire.Feedback:
		s.actions = append(s.actions, f.Action)
	case *wire.Pull:
		s.pulls++
		return &wire.Offers{}, nil
	}
	return &wire.Ack{}, nil
}

func (s *fakeSocket) position(fix wire.Fix, also func(wire.Frame)) (wire.Frame, error) {
	if n := len(s.fixes); n > 0 && s.fixes[n-1].At >= fix.At {
		return nil, fault.New(fault.Invalid, fault.CodeFixOrder, "Not newer than the last one.").WithField("fixes[0].at")
	}
	s.fixes = append(s.fixes, fix)
	s.server.evaluations++
	now := time.UnixMilli(fix.At)
	for i := range s.server.city.Offers {
		o := &s.server.city.Offers[i]
		d := geo.Distance(o.Place.Point, geo.Point{Lat: fix.Lat, Lon: fix.Lon})
		if d > o.Reach || now.Sub(s.last[o.ID]) < 24*time.Hour {
			continue
		}
		s.last[o.ID] = now
		if now.Sub(s.pushed) < time.Hour {
			held := api.Suppressed{Code: "minimum_gap", At: now}
			setID(&held.Offer, o.ID)
			s.held = append(s.held, held)
			continue
		}
		s.pushed = now
		offer := &wire.Offer{
			ID: o.ID, Delivery: fmt.Sprintf("%p-%d", s.fakePhone, fix.At), Title: o.Title, Category: o.Place.Category, Brand: o.Place.Brand,
			Trigger: o.Triggers[0], Distance: d, Score: 0.5, Place: wire.Place{Name: o.Place.Name, Lat: o.Place.Point.Lat, Lon: o.Place.Point.Lon},
			Reasons: []wire.Reason{{Code: "near", Text: "It is near", Share: 1}},
		}
		also(offer)
		if s.server.repeat {
			also(offer)
		}
	}
	return &wire.Ack{Accepted: 1, Hint: &s.server.hint}, nil
}
