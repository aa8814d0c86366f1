package privacy

import (
	"context"
	"errors"
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

// EraseAll lets every holder forget the user, in the order of the list; one that can't keeps none of the others from it.
// The durable tombstone must be the first holder, so that a repeated call, or the next start, finishes what failed.
func EraseAll(ctx context.Context, holders []Eraser, user id.User, now time.Time) (Receipt, error) {
	r := Receipt{At: now}
	var failed []error
	for _, h := range holders {
		if err := h.Erase(ctx, user); err != nil {
			failed = append(failed, fmt.Errorf("erase: %s: %w", h.Name(), err))
			continue
		}
		r.Holders = append(r.Holders, h.Name())
	}
	return r, errors.Join(failed...)
}
