package simulator

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

// Sink is told what happens, as it happens, by one goroutine at a time. What it gets is its own. It must not take
// long: everybody waits for it. Nil: nobody is told.
type Sink func(Event)

// Event is something that happened to a person: one of the types below.
type Event interface{ whose() Who }

// Who says to whom something happened, and when on their own clock, in their zone.
type Who struct {
	Person string
	At     time.Time
}

func (w Who) whose() Who { return w }

// PersonAt returns to whom an event happened, and when.
func PersonAt(e Event) Who { return e.whose() }

type (
	// OptedIn says that a person begins.
	OptedIn struct {
		Who
		Consents  []string
		MoodLevel string
	}
	// Moved says where a person is: the position that was sent.
	Moved struct {
		Who
		Point geo.Point
	}
	// MoodTold says that a person tapped how they feel.
	MoodTold struct {
		Who
		Valence, Arousal float64
	}
	// Delivered says that an offer came unasked.
	Delivered struct {
		Who
		Offer wire.Offer
	}
	// Answered says what the person did with it.
	Answered struct {
		Who
		Offer   wire.Offer
		Outcome Outcome
	}
	// Suppressed says that an offer was held back. It is told at once for people who are Watched, late for others.
	Suppressed struct {
		Who
		Offer string // its name if the run knows it, or its id
		Code  string
	}
	// Pulled says that a person asked what is near.
	Pulled struct {
		Who
		Offers int
	}
	// Used says that an offer was redeemed.
	Used struct {
		Who
		Offer wire.Offer
	}
	// Chosen says what a person wants in a mood.
	Chosen struct {
		Who
		State      string
		Categories []string
	}
	// Blocked says what a person does not want to see again.
	Blocked struct {
		Who
		Kind, Value string
	}
	// Looked says what a person saw who asked what is known about them.
	Looked struct {
		Who
		Account api.Account
	}
	// Erased says that a person was forgotten, and by which holders.
	Erased struct {
		Who
		Holders []string
	}
	// Reconnected says that a lost connection stands again.
	Reconnected struct {
		Who
		After time.Duration // real time
	}
	// Finished says that a person is through.
	Finished struct {
		Who
		Done, Of int // people
	}
)
