package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

const (
	maxPushTokens = push.MaxTokens
	maxToken      = 4096
)

// OptIn makes a person of somebody who allowed at least one purpose; without one it is refused and nothing is kept.
// Whoever allows pushes is served in the surprise mode until they choose otherwise.
func (e *Engine) OptIn(ctx context.Context, o OptIn) (OptedIn, error) {
	now := e.clock()
	prof, err := newProfile(o, now, e.deployment)
	if err != nil {
		return OptedIn{}, err
	}
	user := id.NewUser(homeCell)
	token, hash := newToken(user)
	prof.Secrets = [][]byte{hash}
	data, err := json.Marshal(prof)
	if err != nil {
		return OptedIn{}, fault.From(err)
	}
	if _, err := e.records.Create(ctx, user, data); err != nil {
		return OptedIn{}, err
	}
	if _, err := e.load(ctx, user); err != nil { // into memory, where the next call finds it
		return OptedIn{}, err
	}
	e.stats.optIns.Add(1)
	return OptedIn{User: user, Token: token}, nil
}

// homeCell is the cell that a single deployment writes into the ids of its users.
const homeCell = "0"

func newProfile(o OptIn, now time.Time, d privacy.Deployment) (profile, error) {
	p := profile{Preferences: Preferences{Push: push.DefaultPolicy(), Discovery: DefaultDiscovery}, Created: now, Mode: o.Mode, Simulated: o.Simulated, Minor: o.Minor}
	for _, c := range o.Changes {
		if err := c.Check(); err != nil {
			return p, err
		}
		if !o.Simulated || c.At.IsZero() {
			c.At = now
		}
		if _, err := p.consent(c, d); err != nil {
			return p, err
		}
	}
	if !p.Consents.Any() {
		return p, fault.New(fault.Forbidden, fault.CodeConsent,
			"Nothing was allowed, so nothing was kept; grant at least one purpose.").WithField("consents")
	}
	var probe offers.Person
	if err := probe.SetInterests(o.Interests); err != nil {
		return p, err
	}
	p.Interests = slices.Clone(o.Interests)
	p.Preferences.Language, p.Preferences.Zone, p.Preferences.Attributes = o.Language, o.Zone, slices.Clone(o.Attributes)
	return p, p.Preferences.check()
}

func (p *Preferences) check() error {
	switch p.Language {
	case "":
		p.Language = "en"
	case "en", "de":
	default:
		return fault.Field("language", `must be "en" or "de"`)
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" { // the server's
			return fault.Field("zone", "must be an IANA time zone such as Europe/Berlin")
		}
	}
	if err := p.Push.Validate(); err != nil {
		f := fault.From(err)
		return f.WithField("push." + f.Field)
	}
	var probe offers.Person
	if err := probe.SetBlocks(p.Blocked); err != nil {
		return err
	}
	if err := probe.SetAttributes(p.Attributes); err != nil {
		return err
	}
	if err := probe.SetFavourites(p.Favourites); err != nil {
		return err
	}
	if !(p.Discovery >= 0 && p.Discovery <= MaxDiscovery) {
		return fault.Field("discovery", "must be a share from 0 to %g", MaxDiscovery)
	}
	return probe.SetMoodChoices(p.Mood)
}

func (p *profile) clone() profile {
	c := *p
	c.Secrets = slices.Clone(p.Secrets)
	c.PushTokens = slices.Clone(p.PushTokens)
	c.Preferences.Push.Digest = slices.Clone(p.Preferences.Push.Digest)
	c.Preferences.Favourites = slices.Clone(p.Preferences.Favourites)
	c.Preferences.Blocked = slices.Clone(p.Preferences.Blocked)
	c.Preferences.Mood = slices.Clone(p.Preferences.Mood)
	c.Preferences.Attributes = slices.Clone(p.Preferences.Attributes)
	return c
}

// Authenticate returns the session of a device token, or an unauthorized or erased fault.
func (e *Engine) Authenticate(ctx context.Context, token string) (*Session, error) {
	user, hash, err := parseToken(token)
	if err != nil {
		return nil, err
	}
	p, err := e.load(ctx, user)
	if errors.Is(err, errNotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil, errErased
	}
	if !p.profile.holds(hash) {
		return nil, errToken
	}
	return &Session{p: p}, nil
}

// Attach marks that a socket of the session is open: the person stays in memory until Detach.
func (e *Engine) Attach(s *Session) {
	s.p.mu.Lock()
	s.p.sessions++
	s.p.mu.Unlock()
}

// Detach undoes one Attach.
func (e *Engine) Detach(s *Session) {
	s.p.mu.Lock()
	s.p.sessions--
	s.p.mu.Unlock()
	s.p.used.Store(e.clock().UnixNano())
}

// Consents returns what the person allows now.
func (e *Engine) Consents(s *Session) privacy.Consents {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.profile.Consents
}

// Preferences returns what the person chose about being served.
func (e *Engine) Preferences(s *Session) Preferences {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.profile.clone().Preferences
}

// SetPreferences replaces the person's choices; they are durable when it returns.
func (e *Engine) SetPreferences(ctx context.Context, s *Session, prefs Preferences) error {
	if err := prefs.check(); err != nil {
		return err
	}
	if err := e.changeProfile(ctx, s.p, func(p *profile) error {
		if prefs.Push.Mode == push.Surprise {
			if err := p.Consents.Require(privacy.Push); err != nil {
				return err
			}
		}
		p.Preferences = prefs
		return nil
	}, nil); err != nil || prefs.Push.Mode == push.Surprise {
		return err
	}
	return e.sender.Recall(ctx, s.p.id) // who asks first wants nothing that is still on its way
}

// SetPushToken remembers one more device that takes pushes: its FCM registration token, or the JSON of a browser's subscription.
func (e *Engine) SetPushToken(ctx context.Context, s *Session, token string) error {
	if token == "" || len(token) > maxToken {
		return fault.Field("token", "must have 1 to %d bytes", maxToken)
	}
	return e.changeProfile(ctx, s.p, func(p *profile) error {
		if err := p.Consents.Require(privacy.Push); err != nil {
			return err
		}
		p.PushTokens = append(slices.DeleteFunc(p.PushTokens, func(t string) bool { return t == token }), token)
		if over := len(p.PushTokens) - maxPushTokens; over > 0 {
			p.PushTokens = p.PushTokens[over:]
		}
		return nil
	}, nil)
}

// DropPushToken forgets a device's token: the push service said that it is dead, or the person signed it off.
func (e *Engine) DropPushToken(ctx context.Context, user id.User, token string) error {
	p, err := e.load(ctx, user)
	if err != nil {
		return err
	}
	return e.changeProfile(ctx, p, func(p *profile) error {
		p.PushTokens = slices.DeleteFunc(p.PushTokens, func(t string) bool { return t == token })
		return nil
	}, nil)
}
