package insight_test

import (
	"context"
	"testing"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/store"
)

// slowNotes is a store that takes its time to write.
type slowNotes struct {
	*store.Store
	writing, free chan struct{}
}

func (n slowNotes) PutNotes(ctx context.Context, room string, notes ...store.Note) error {
	close(n.writing)
	<-n.free
	return n.Store.PutNotes(ctx, room, notes...)
}

// TestTellingDoesNotWaitForTheDisk holds that positions, which tell what happens, don't wait while numbers are written.
func TestTellingDoesNotWaitForTheDisk(t *testing.T) {
	d := newDesk(t)
	n := slowNotes{d.store, make(chan struct{}), make(chan struct{})}
	d.Notes = n
	d.tell(event.Delivered, "off_1", 1)
	done := make(chan struct{})
	go func() { d.ask(insight.Question{Merchant: rosa}); close(done) }()
	<-n.writing
	d.tell(event.Delivered, "off_1", 2) // would wait for ever
	close(n.free)
	<-done
}

// TestTellingIsBounded holds that the oldest events go when nobody counts, and that each costs no more for it.
func TestTellingIsBounded(t *testing.T) {
	d := newDesk(t)
	for i := range 1<<16 + 1000 {
		d.tell(event.Delivered, "off_1", i)
	}
	if n := d.Stats().Dropped; n != 1000 {
		t.Errorf("%d dropped", n)
	}
}
