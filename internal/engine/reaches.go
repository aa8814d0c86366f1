package engine

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// DefaultReaches is how many reaches are asked for if nobody says: what an iPhone watches at once.
const DefaultReaches = 20

const (
	minReachWait = time.Minute
	maxReachWait = time.Hour      // merchants publish all day
	maxQuietWait = 24 * time.Hour // while nothing can come
)

// Reaches answers "where could something be pushed to me today?", for phones whose system watches fences while the app
// sleeps. It goes by what holds for the rest of the person's day, and not by their mood; it changes nothing and is not
// remembered. Needs the consents location and push.
func (e *Engine) Reaches(_ context.Context, s *Session, q ReachQuery) (ReachAnswer, error) {
	if err := q.complete(); err != nil {
		return ReachAnswer{}, err
	}
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.mayTrack(); err != nil {
		return ReachAnswer{}, err
	}
	if err := p.profile.Consents.Require(privacy.Push); err != nil {
		return ReachAnswer{}, err
	}
	now := e.now(p, q.Now)
	until := midnight(now, p.zone)
	from, code := p.nextPush(now, until)
	if code != "" {
		return ReachAnswer{Code: code, Metres: offers.MaxPullRadius, Wait: reachWait(now, from, maxQuietWait)}, nil
	}
	at, err := p.pullPoint(PullQuery{At: q.At})
	if err != nil {
		return ReachAnswer{}, err
	}
	u := e.update()
	defer e.updates.Put(u)
	a := ReachAnswer{Wait: reachWait(now, until, maxReachWait)}
	a.Reaches, a.Metres = e.matcher.Around(&u.result, &p.matching, &offers.Moment{
		Now: from, Lot: p.lot, Zone: p.zone, Mode: p.mode, Point: at,
		Language: p.profile.Preferences.Language, History: p.profile.Consents.Allows(privacy.Purchases),
	}, until, q.Limit)
	return a, nil
}

// complete checks the query and fills in what it leaves open.
func (q *ReachQuery) complete() error {
	if q.Limit == 0 {
		q.Limit = DefaultReaches
	}
	if q.Limit < 1 || q.Limit > offers.MaxReaches {
		return fault.Field("limit", "must be from 1 to %d", offers.MaxReaches)
	}
	if q.At != nil {
		return q.At.Check("")
	}
	return nil
}

// nextPush returns from when on something may come up for a push that goes out before until; or why nothing may, and when to
// ask again: zero if the person's own choice must change first. The caller holds p.mu.
func (p *person) nextPush(now, until time.Time) (from time.Time, code string) {
	policy := &p.profile.Preferences.Push
	allowed, code, next := policy.Allow(now, p.zone, &p.pushes)
	switch {
	case allowed:
		return now, ""
	case next.IsZero():
		return next, code
	case code != push.CodePaused && len(policy.Digest) > 0 && !next.After(policy.NextDigest(now, p.zone)),
		code == push.CodeQuietHours && policy.QuietAction == push.Hold:
		return now, "" // it waits
	case next.Before(until):
		return next, ""
	}
	return next, code
}

func reachWait(now, until time.Time, most time.Duration) time.Duration {
	if until.IsZero() {
		return most
	}
	return min(max(until.Sub(now), minReachWait), most)
}
