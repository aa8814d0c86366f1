package engine

import (
	"context"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
)

// Disclosed is what decides how much of a person others may hear.
type Disclosed struct {
	Minor                     bool
	Location, Push, Purchases bool // consents
}

// Discloses returns what decides how much of a person others may hear, as it stands now. An erased person is a fault.
func (e *Engine) Discloses(ctx context.Context, user id.User) (Disclosed, error) {
	p, err := e.load(ctx, user)
	if err != nil {
		return Disclosed{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return Disclosed{}, errErased
	}
	c := &p.profile.Consents
	return Disclosed{
		Minor: p.profile.Minor, Location: c.Allows(privacy.Location), Push: c.Allows(privacy.Push), Purchases: c.Allows(privacy.Purchases),
	}, nil
}
