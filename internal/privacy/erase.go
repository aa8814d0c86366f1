package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
)

// Eraser is a place that holds personal data. Erase forgets the user; it is safe to repeat, and forgetting somebody
// unknown is no error.
type Eraser interface {
	Name() string
	Erase(ctx context.Context, user id.User) error
}

// Receipt is what a person gets after an erasure. It names nobody.
type Receipt struct {
	At      time.Time `json:"at"`
	Holders []string  `json:"holders"` // the places that forgot, in order
}

// EraseAll lets every holder forget the user, in the order of the list, and stops at the first that can't: the
// durable tombstone must be the first holder, so that a repeated call, or the next start, goes on where this one
// stopped.
func EraseAll(ctx context.Context, holders []Eraser, user id.User, now time.Time) (Receipt, error) {
	r := Receipt{At: now}
	for _, h := range holders {
		if err := h.Erase(ctx, user); err != nil {
			return r, fmt.Errorf("erase: %s: %w", h.Name(), err)
		}
		r.Holders = append(r.Holders, h.Name())
	}
	return r, nil
}
