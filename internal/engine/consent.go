package engine

import (
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// Consent moves switches, in their order, all or none. It is durable when the call returns; what was held for a purpose
// that is withdrawn is gone by then, from memory and from the store. What one source of mood added to the estimate can't
// be taken out of it: a withdrawn source takes all along that came from mood. A call that failed half way may be
// repeated; if nobody does, the next start of the person in memory finishes it.
func (e *Engine) Consent(ctx context.Context, s *Session, changes ...privacy.Change) error {
	for i := range changes {
		if err := changes[i].Check(); err != nil {
			return err
		}
	}
	p := s.p
	p.write.Lock() // nothing of the person is written or sent meanwhile
	defer p.write.Unlock()
	var gone []privacy.Purpose
	err := e.writeProfile(ctx, p, func(prof *profile) error {
		for _, c := range changes {
			if !p.simulated || c.At.IsZero() {
				c.At = e.clock()
			}
			forgets, err := prof.consent(c, e.deployment)
			if err != nil {
				return err
			}
			if forgets {
				gone = append(gone, c.Purpose)
			}
		}
		return nil
	}, func() {
		for _, purpose := range gone {
			p.withdraw(purpose)
		}
	})
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return e.writeState(ctx, p) // a level below help drops what was learned of moods
	}
	if slices.Contains(gone, privacy.Location) || slices.Contains(gone, privacy.Push) {
		if err := e.sender.Recall(ctx, p.id); err != nil {
			return err
		}
	}
	for _, purpose := range gone {
		if err := e.forgetRecords(ctx, p, purpose); err != nil {
			return err
		}
	}
	return e.forgotten(ctx, p)
}

// forgotten writes the state after something was withdrawn, and that it is done. The caller holds p.write.
func (e *Engine) forgotten(ctx context.Context, p *person) error {
	if err := e.writeState(ctx, p); err != nil || !p.profile.MoodDue { // which only holders of p.write change
		return err
	}
	return e.writeProfile(ctx, p, func(prof *profile) error { prof.MoodDue = false; return nil }, nil)
}

// consent moves the switch in the profile, and reports whether what was held because of it has to go. Who allows pushes
// for the first time is surprised; agreeing to a newer text changes nothing about that, and agreeing again to the same
// one nothing at all.
func (prof *profile) consent(c privacy.Change, d privacy.Deployment) (forgets bool, err error) {
	if c.Purpose == privacy.Mood && c.Granted {
		if err := prof.mayFeel(c.Sources, d); err != nil {
			return false, err
		}
	}
	if !prof.Consents.Changes(c) {
		return false, nil
	}
	if c.Purpose == privacy.Push && c.Granted != prof.Consents.Allows(privacy.Push) {
		prof.Preferences.Push.Mode = push.AskFirst
		if c.Granted {
			prof.Preferences.Push.Mode = push.Surprise
		}
	}
	if c.Purpose == privacy.Push && !c.Granted {
		prof.PushTokens = nil
	}
	if was := prof.Consents.Records[c.Purpose]; !c.Granted && len(c.Sources) == 0 && !was.Granted && !was.At.IsZero() {
		c.At = was.At // it has been so since then
	}
	prof.Consents = prof.Consents.Apply(c)
	forgets = !c.Granted
	if len(c.Sources) > 0 {
		known := prof.Consents.SourceRecords()
		forgets = forgets && slices.ContainsFunc(c.Sources, func(s mood.Source) bool { _, ever := known[s]; return ever })
		prof.MoodDue = prof.MoodDue || forgets
	}
	return forgets, nil
}

// mayFeel refuses the mood of people under age, and sources that the deployment takes from nobody.
func (prof *profile) mayFeel(sources []mood.Source, d privacy.Deployment) error {
	if prof.Minor {
		return errMinor
	}
	for _, s := range sources {
		if err := d.Require(s); err != nil {
			return err
		}
	}
	return nil
}

// enforce withdraws, in the name of the law, what the person allowed before this server was told whom it serves, and
// what nobody of their age may allow. The caller holds p.write.
func (e *Engine) enforce(ctx context.Context, p *person) error {
	c, ok := e.deployment.Forbidden(&p.profile.Consents)
	if p.profile.Minor && p.profile.Consents.Allows(privacy.Mood) {
		c, ok = privacy.Change{Purpose: privacy.Mood}, true
	}
	if !ok {
		return nil
	}
	c.At = e.now(p, p.last.Time)
	return e.writeProfile(ctx, p, func(prof *profile) error {
		_, err := prof.consent(c, e.deployment)
		return err
	}, nil)
}

// withdraw forgets what memory holds for a purpose that is no longer allowed. The caller holds p.mu.
func (p *person) withdraw(purpose privacy.Purpose) {
	switch purpose {
	case privacy.Location:
		p.last, p.stray, p.motion, p.eval, p.shape = geo.Fix{}, nil, geo.Motion{}, evaluated{}, geo.CellShape{}
		p.hidden, p.visited, p.stayed, p.fences = false, false, false, fence.Tracker{}
		p.stays, p.trip, p.origin = trip.History{}, nil, geo.Point{}
		p.passed = passed{}
		p.held.clear()
		p.later, p.visits = later{}, nil
		p.matching.ForgetDeliveries()
		p.matching.ForgetVisits()
	case privacy.Mood:
		p.moods, p.felt = nil, true
		p.matching.ForgetMood()
		p.held.drop(offers.AboutMood)
	case privacy.Purchases:
		p.matching.ForgetHistory()
		p.visits = nil
		p.stays = trip.History{}
	case privacy.Push:
		p.pushes, p.later = nil, later{}
	}
	p.dirty = true
}

// forgetRecords takes out of the store what goes with a purpose: purchases; deliveries, because they tell where somebody
// was; and what deliveries tell of a mood. The caller holds p.write.
func (e *Engine) forgetRecords(ctx context.Context, p *person, purpose privacy.Purpose) error {
	switch purpose {
	case privacy.Location:
		return e.records.Delete(ctx, p.id, recordsDelivery)
	case privacy.Purchases:
		if err := e.forgetBaskets(ctx, p); err != nil {
			return err
		}
		return e.records.Delete(ctx, p.id, recordsPurchase)
	case privacy.Mood:
		return e.forgetMoodReasons(ctx, p)
	}
	return nil
}

func (e *Engine) forgetMoodReasons(ctx context.Context, p *person) error {
	var names []string
	err := e.records.List(ctx, p.id, recordsDelivery, func(name string, data []byte) bool {
		var d DeliveryRecord
		if json.Unmarshal(data, &d) != nil || slices.ContainsFunc(d.Offer.Reasons, moodReason) {
			names = append(names, name)
		}
		return true
	})
	for _, name := range names {
		if err != nil {
			return err
		}
		err = e.rewriteDelivery(ctx, p, name, func(d *DeliveryRecord) {
			d.Offer.Reasons = slices.DeleteFunc(d.Offer.Reasons, moodReason)
		})
	}
	return err
}

func moodReason(r wire.Reason) bool { return r.Code == offers.ReasonMood }

// rewriteDelivery reads, changes and writes one delivery's record. The caller holds p.write.
func (e *Engine) rewriteDelivery(ctx context.Context, p *person, name string, change func(*DeliveryRecord)) error {
	data, rev, err := e.records.Read(ctx, p.id, name)
	if err != nil {
		return err
	}
	var d DeliveryRecord
	if err := json.Unmarshal(data, &d); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "A delivery can't be read.").Wrap(err)
	}
	change(&d)
	if data, err = json.Marshal(d); err != nil {
		return fault.From(err)
	}
	_, err = e.records.Write(ctx, p.id, name, data, rev)
	return err
}
