package engine

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/wire"
)

// Scores keeps what everybody's ratings sum up to, by the id of an offer or a place. Nobody can be told from it.
type Scores interface {
	PutScore(ctx context.Context, subject string, value []byte) error
	Scores(ctx context.Context, fn func(subject string, value []byte) bool) error
}

// Rating is what a person gave for an offer that they redeemed, or for a place where they stopped or redeemed one. One
// of Offer and Place is set.
type Rating struct {
	Offer id.Offer  `json:"offer,omitzero"`
	Place id.Place  `json:"place,omitzero"`
	Stars int       `json:"stars"` // 1 to 5
	At    time.Time `json:"at"`
}

// Subject is what was rated.
func (r *Rating) Subject() string { return cmp.Or(string(r.Offer), string(r.Place)) }

const (
	maxStars   = 5
	minCohort  = 20  // ratings without which none is shown, unless the operator wants more
	ratingStep = 10  // the number shown moves only with so many new ones: two looks don't tell what one person gave
	maxRatings = 500 // of one person
)

// score is the sum of the ratings of one subject, and how it stood when the shown one was drawn.
type score struct {
	Count      int `json:"count"`
	Sum        int `json:"sum"`
	ShownCount int `json:"shownCount,omitzero"`
	ShownSum   int `json:"shownSum,omitzero"`
}

// add counts ratings, or takes them back.
func (s score) add(count, sum, cohort int) score {
	s.Count, s.Sum = max(0, s.Count+count), max(0, s.Sum+sum)
	switch {
	case s.Count < cohort:
		s.ShownCount, s.ShownSum = 0, 0
	case s.ShownCount == 0 || s.Count-s.ShownCount >= ratingStep || s.ShownCount-s.Count >= ratingStep:
		s.ShownCount, s.ShownSum = s.Count, s.Sum
	}
	return s
}

// ratings is the sums of all subjects in memory.
type ratings struct {
	write sync.Mutex // one change at a time
	mu    sync.RWMutex
	m     map[string]score
}

// shown returns what people may see of a subject; nil: they are too few.
func (r *ratings) shown(subject string) *wire.Rating {
	r.mu.RLock()
	s := r.m[subject]
	r.mu.RUnlock()
	if s.ShownCount == 0 {
		return nil
	}
	return &wire.Rating{Average: math.Round(float64(s.ShownSum)/float64(s.ShownCount)*10) / 10, Count: s.ShownCount}
}

// Rating returns what people may see of the ratings of an offer or a place; nil: they are too few.
func (e *Engine) Rating(subject string) *wire.Rating { return e.ratings.shown(subject) }

// LoadRatings reads the sums. Call it once, before anybody is served.
func (e *Engine) LoadRatings(ctx context.Context) error {
	m := make(map[string]score)
	var broken error
	err := e.scores.Scores(ctx, func(subject string, value []byte) bool {
		var s score
		broken = json.Unmarshal(value, &s)
		m[subject] = s
		return broken == nil
	})
	if err = cmp.Or(err, broken); err != nil {
		return err
	}
	e.ratings.mu.Lock()
	defer e.ratings.mu.Unlock()
	e.ratings.m = m
	return nil
}

// addRating moves a subject's sum.
func (e *Engine) addRating(ctx context.Context, subject string, count, stars int) error {
	r := &e.ratings
	r.write.Lock()
	defer r.write.Unlock()
	r.mu.RLock()
	next := r.m[subject].add(count, stars, e.cohort)
	r.mu.RUnlock()
	value, err := json.Marshal(next)
	if err != nil {
		return fault.From(err)
	}
	if err := e.scores.PutScore(ctx, subject, value); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil {
		r.m = make(map[string]score)
	}
	r.m[subject] = next
	return nil
}

// Rate gives stars to what the person redeemed, or to where they were; a second rating of the same replaces the first.
func (e *Engine) Rate(ctx context.Context, s *Session, r Rating) (Rating, error) {
	p := s.p
	r.At = e.now(p, r.At)
	if err := r.check(); err != nil {
		return r, err
	}
	p.write.Lock()
	defer p.write.Unlock()
	if err := e.mayRate(ctx, p, &r); err != nil {
		return r, err
	}
	name := recordsRating + r.Subject()
	old, rev, err := e.rating(ctx, p, name)
	if err != nil && !errors.Is(err, errNotFound) {
		return r, err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return r, fault.From(err)
	}
	if _, err := e.records.Write(ctx, p.id, name, data, rev); err != nil {
		return r, err
	}
	fresh := 0
	if old.Stars == 0 {
		fresh = 1
	}
	if err := e.addRating(ctx, r.Subject(), fresh, r.Stars-old.Stars); err != nil {
		return r, err
	}
	ev := event.Event{Stars: r.Stars, Place: r.Place}
	o := e.catalogue.Offer(r.Offer)
	place := e.catalogue.Place(r.Place)
	if place != nil {
		ev.Merchant = place.Merchant
	}
	p.mu.Lock()
	if p.profile.Consents.Allows(privacy.Purchases) {
		p.matching.Rated(r.At, r.Stars, old.Stars, o, place)
		p.dirty = true
	}
	p.mu.Unlock()
	e.tell(p, event.Rated, o, r.At, ev)
	return r, nil
}

func (r *Rating) check() error {
	switch {
	case r.Offer == "" && r.Place == "":
		return fault.Field("offer", "must be set, or place, or redemption")
	case r.Offer != "" && r.Place != "":
		return fault.Field("place", "must be absent when offer is given")
	case r.Stars < 1 || r.Stars > maxStars:
		return fault.Field("stars", "must be from 1 to %d", maxStars)
	}
	return nil
}

// mayRate refuses ratings of what the person knows nothing of. The caller holds p.write.
func (e *Engine) mayRate(ctx context.Context, p *person, r *Rating) error {
	p.mu.Lock()
	known := r.Place != "" && p.visitedPlace(r.Place)
	p.mu.Unlock()
	var list []Redemption
	if err := e.collect(ctx, p, recordsRedemption, appendTo(&list)); err != nil {
		return err
	}
	if known || slices.ContainsFunc(list, func(d Redemption) bool { return e.covers(&d, r) }) {
		var given []Rating
		err := e.collect(ctx, p, recordsRating, appendTo(&given))
		if err == nil && len(given) >= maxRatings {
			err = fault.New(fault.Conflict, fault.CodeConflict, "You can rate at most %d things.", maxRatings)
		}
		return err
	}
	if r.Place != "" {
		return fault.New(fault.Forbidden, fault.CodeNotEligible, "Rate a place where you stopped, or redeemed something.").WithField("place")
	}
	return fault.New(fault.Forbidden, fault.CodeNotEligible, "Rate an offer after you redeemed it.").WithField("offer")
}

// covers reports whether a redemption lets the person rate this.
func (e *Engine) covers(d *Redemption, r *Rating) bool {
	switch {
	case d.Status != Redeemed && d.Status != "": // the latter was written before there were others
		return false
	case r.Offer != "":
		return d.Offer == r.Offer
	case d.Place != "":
		return d.Place == r.Place
	}
	o := e.catalogue.Offer(d.Offer)
	return o != nil && o.Place == r.Place
}

// RatedBy turns a redemption into what it lets the person rate: its offer.
func (e *Engine) RatedBy(ctx context.Context, s *Session, redemption id.Redemption) (id.Offer, error) {
	if err := id.Check("redemption", string(redemption), id.PrefixRedemption); err != nil {
		return "", err
	}
	d, _, err := e.redemption(ctx, s.p, redemption)
	if errors.Is(err, errNotFound) {
		return "", fault.From(err).WithField("redemption")
	}
	return d.Offer, err
}

func (e *Engine) rating(ctx context.Context, p *person, name string) (r Rating, rev uint64, err error) {
	data, rev, err := e.records.Read(ctx, p.id, name)
	if err != nil {
		return r, 0, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, rev, fault.New(fault.Internal, fault.CodeInternal, "A rating can't be read.").Wrap(err)
	}
	return r, rev, nil
}

// Ratings returns what the session's person gave, newest first.
func (e *Engine) Ratings(ctx context.Context, s *Session) (list []Rating, err error) {
	err = e.collect(ctx, s.p, recordsRating, appendTo(&list))
	slices.SortFunc(list, func(a, b Rating) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Subject(), b.Subject())) })
	return list, err
}

// ForgetRating takes a rating back: it counts no more.
func (e *Engine) ForgetRating(ctx context.Context, s *Session, subject string) error {
	p := s.p
	if id.Check("id", subject, id.PrefixOffer) != nil && id.Check("id", subject, id.PrefixPlace) != nil {
		return fault.Field("id", "must be the id of an offer or a place")
	}
	p.write.Lock()
	defer p.write.Unlock()
	r, _, err := e.rating(ctx, p, recordsRating+subject)
	if errors.Is(err, errNotFound) {
		return fault.From(err).WithField("id")
	}
	if err != nil {
		return err
	}
	if err := e.records.Delete(ctx, p.id, recordsRating+subject); err != nil {
		return err
	}
	p.mu.Lock()
	p.matching.Unrated(r.At, r.Stars, e.catalogue.Offer(r.Offer), e.catalogue.Place(r.Place))
	p.dirty = true
	p.mu.Unlock()
	return e.addRating(ctx, subject, -1, -r.Stars)
}

// forgetful keeps no sums.
type forgetful struct{}

func (forgetful) PutScore(context.Context, string, []byte) error          { return nil }
func (forgetful) Scores(context.Context, func(string, []byte) bool) error { return nil }
