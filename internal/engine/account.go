package engine

import (
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
)

// Account returns everything that is held about the session's person. Now is read for simulated people only: the moment
// that the mood and the affinities are told for; zero: that of the last fix.
func (e *Engine) Account(ctx context.Context, s *Session, now time.Time) (Account, error) {
	p := s.p
	a, err := e.accountInMemory(p, now)
	if err != nil {
		return a, err
	}
	if a.Shopping, err = e.ShoppingList(ctx, s); err != nil {
		return a, err
	}
	if err := e.collect(ctx, p, recordsPurchase, appendTo(&a.Purchases)); err != nil {
		return a, err
	}
	if a.Redemptions, err = e.Redemptions(ctx, s, now); err != nil {
		return a, err
	}
	if a.Loyalty, err = e.Loyalty(ctx, s); err != nil {
		return a, err
	}
	if err := e.collect(ctx, p, recordsRating, appendTo(&a.Ratings)); err != nil {
		return a, err
	}
	return a, e.collect(ctx, p, recordsDelivery, appendTo(&a.Deliveries))
}

// collect calls add with each of the person's records whose name starts with prefix.
func (e *Engine) collect(ctx context.Context, p *person, prefix string, add func([]byte) error) error {
	var broken error
	err := e.records.List(ctx, p.id, prefix, func(_ string, data []byte) bool {
		broken = add(data)
		return broken == nil
	})
	if err == nil {
		err = broken
	}
	return err
}

// appendTo returns a function that decodes one record onto list.
func appendTo[T any](list *[]T) func([]byte) error {
	*list = []T{}
	return func(data []byte) error {
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			return fault.New(fault.Internal, fault.CodeInternal, "A record can't be read.").Wrap(err)
		}
		*list = append(*list, v)
		return nil
	}
}

func (e *Engine) accountInMemory(p *person, now time.Time) (Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return Account{}, errErased
	}
	if now.IsZero() {
		now = p.last.Time
	}
	now = e.now(p, now)
	prof := p.profile.clone()
	level, _ := prof.Consents.MoodLevel.MarshalText()
	a := Account{
		User: p.id, Created: prof.Created, Simulated: p.simulated, Minor: prof.Minor,
		Consents: make(map[string]privacy.Consent), MoodLevel: string(level), MoodSources: make(map[string]privacy.Consent), Deployment: e.deployment,
		Preferences: prof.Preferences, Interests: p.matching.Interests(), Affinities: p.matching.Affinities(now),
		Suppressed: p.held.list(), PushTokens: len(prof.PushTokens), Visits: slices.Clone(p.visits), Waiting: slices.Clone(p.later.List),
	}
	for i := range a.Suppressed {
		s := &a.Suppressed[i]
		s.Text = suppressionText(s.Code, prof.Preferences.Language)
	}
	for purpose, c := range prof.Consents.Records {
		if !c.At.IsZero() {
			a.Consents[privacy.Purpose(purpose).String()] = c
		}
	}
	for source, c := range prof.Consents.SourceRecords() {
		a.MoodSources[source.String()] = c
	}
	if !p.last.Time.IsZero() && !p.hidden {
		a.LastFix = &AccountFix{Lat: p.last.Lat, Lon: p.last.Lon, At: p.last.Time}
	}
	a.Learned = e.matcher.Learned(&p.matching, p.mode, now)
	a.Reaches = e.matcher.Reaches(&p.fences, p.mode)
	a.Trip, a.Stays, a.Chains = p.tripNow(now), p.staysNow(), e.steps(p)
	for _, at := range p.pushes {
		a.Pushes = append(a.Pushes, time.Unix(at, 0).UTC())
	}
	if a.MoodHeard = p.heard(now); len(a.MoodHeard) > 0 {
		export := p.feeling(now).Export()
		a.Mood = &export
	}
	var err error
	if a.Memory, err = json.Marshal(&p.matching); err != nil {
		return a, fault.New(fault.Internal, fault.CodeInternal, "What the matcher remembers can't be written.").Wrap(err)
	}
	return a, nil
}
