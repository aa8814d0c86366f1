package engine

import (
	"context"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// Pause keeps pushes away for so long from now on, at most push.MaxPause, and answers until when; 0 ends a pause. What is
// still on its way is taken back. Told is read for simulated people only.
func (e *Engine) Pause(ctx context.Context, s *Session, d time.Duration, told time.Time) (time.Time, error) {
	if d < 0 || d > push.MaxPause {
		return time.Time{}, fault.Field("minutes", "must be from 1 to %d", int(push.MaxPause.Minutes()))
	}
	return e.pause(ctx, s.p, func(now time.Time, _ *time.Location) time.Time {
		if d == 0 {
			return time.Time{}
		}
		return now.Add(d)
	}, told)
}

// PauseUntilTomorrow keeps pushes away until midnight, by the person's clock.
func (e *Engine) PauseUntilTomorrow(ctx context.Context, s *Session, told time.Time) (time.Time, error) {
	return e.pause(ctx, s.p, midnight, told)
}

// midnight is when the day ends by the clock of a zone.
func midnight(now time.Time, zone *time.Location) time.Time {
	now = now.In(zone)
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
}

func (e *Engine) pause(ctx context.Context, p *person, until func(now time.Time, zone *time.Location) time.Time, told time.Time) (end time.Time, err error) {
	p.mu.Lock()
	now, zone := e.now(p, told), p.zone
	p.mu.Unlock()
	end = until(now, zone)
	err = e.changeProfile(ctx, p, func(prof *profile) error {
		prof.Preferences.Push.PausedUntil = end
		return nil
	}, nil)
	if err != nil || end.IsZero() {
		return end, err
	}
	return end, e.sender.Recall(ctx, p.id)
}

// block adds what a one-tap action blocks to the person's preferences; other actions block nothing.
func (e *Engine) block(ctx context.Context, p *person, a offers.Action, o *offers.Offer) error {
	var b offers.Block
	switch a {
	case offers.NeverBrand:
		if b = (offers.Block{Kind: offers.BlockBrand, Value: o.Brand}); o.Brand == "" {
			return fault.Field("action", "can't be never_brand: the offer names no brand")
		}
	case offers.NeverMerchant:
		b = offers.Block{Kind: offers.BlockMerchant, Value: string(o.Merchant)}
	default:
		return nil
	}
	return e.changeProfile(ctx, p, func(prof *profile) error {
		if !slices.Contains(prof.Preferences.Blocked, b) {
			prof.Preferences.Blocked = append(prof.Preferences.Blocked, b)
		}
		return prof.Preferences.check()
	}, nil)
}

// Constant table: what happened when a person did something with an offer.
var actionEvents = map[offers.Action]event.Type{
	offers.Opened: event.Opened, offers.Dismissed: event.Dismissed, offers.Liked: event.Liked, offers.NotInterested: event.NotInterested,
	offers.NotNow: event.Dismissed, offers.LessLikeThis: event.NotInterested, offers.NeverBrand: event.NotInterested,
	offers.NeverMerchant: event.NotInterested,
}
