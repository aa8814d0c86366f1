package engine

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Step is a follow-up that waits, as a person sees it.
type Step struct {
	offers.Step
	Title string `json:"title,omitzero"` // of the offer, if it is still there
}

// followEvery is how often somebody with a socket, who does not move, is looked at for follow-ups.
const followEvery = time.Minute

// startFollowUps remembers what comes after the redemption of an offer with a basket of the given worth (0: not known), and
// takes the step that led to it as done. It is for whoever redeems: call it once when a redemption is final, with p.mu
// held, and write the state afterwards.
func (e *Engine) startFollowUps(p *person, o *offers.Offer, amount float64, now time.Time) {
	if p.chains.Redeemed(o, amount, now, e.catalogue.Offer) {
		p.leaveBlocked()
		p.dirty = true
	}
}

// dueSteps fills u.due with the follow-ups that are due, and returns their number. The caller holds p.mu.
func (e *Engine) dueSteps(p *person, u *update) int {
	u.due = p.chains.Due(u.due[:0], u.now)
	return len(u.due)
}

// leaveBlocked ends chains that lead to merchants whom the person blocked. The caller holds p.mu.
func (p *person) leaveBlocked() {
	if len(p.chains) == 0 {
		return
	}
	left := p.chains.Drop(func(s *offers.Step) bool {
		for _, b := range p.profile.Preferences.Blocked {
			if b.Kind == offers.BlockMerchant && b.Value == string(s.Merchant) {
				return true
			}
		}
		return false
	})
	p.dirty = p.dirty || left
}

// Chains returns the follow-ups that wait for the person; now is read for simulated people only.
func (e *Engine) Chains(s *Session, now time.Time) ([]Step, error) {
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil, errErased
	}
	if now.IsZero() {
		now = p.last.Time
	}
	p.chains.Prune(e.now(p, now))
	return e.steps(p), nil
}

// steps returns the follow-ups with their titles. The caller holds p.mu.
func (e *Engine) steps(p *person) []Step {
	out := make([]Step, 0, len(p.chains))
	for i := range p.chains {
		s := Step{Step: p.chains[i]}
		if o := e.catalogue.Offer(s.Offer); o != nil {
			s.Title = o.Title
		}
		out = append(out, s)
	}
	return out
}

// LeaveChain forgets all follow-ups of the chain that began with an offer. It is durable when it returns.
func (e *Engine) LeaveChain(ctx context.Context, s *Session, root id.Offer) error {
	p := s.p
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return errErased
	}
	if !p.chains.Drop(func(step *offers.Step) bool { return step.Root == root }) {
		p.mu.Unlock()
		return fault.New(fault.NotFound, fault.CodeNotFound, "You are in no such chain.").WithField("root")
	}
	p.dirty = true
	p.mu.Unlock()
	return e.saveState(ctx, p)
}

// followUp evaluates somebody with a socket for whom a follow-up is due, at their last fix, if that still tells where they
// are: who stands still hears of it, too. Simulated people live on another clock and are left to their next fix.
func (e *Engine) followUp(ctx context.Context, p *person, now time.Time) {
	p.mu.Lock()
	waits := len(p.chains) > 0 && p.sessions > 0
	p.mu.Unlock()
	if !waits { // nearly everybody
		return
	}
	u := e.update()
	defer e.updates.Put(u)
	u.now = now
	p.mu.Lock()
	if !p.gone && p.loaded && !p.simulated && !p.last.Time.IsZero() && now.Sub(p.last.Time) <= knownFor && e.dueSteps(p, u) > 0 &&
		now.Sub(p.followed) >= followEvery && p.mayTrack() == nil {
		p.followed = now
		e.lookAgain(p, u)
	}
	p.mu.Unlock()
	e.send(ctx, p, u.chosen)
}
