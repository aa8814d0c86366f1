package event_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/event"
)

func Example() {
	tell := func(e event.Event) { fmt.Println(e.Type, e.Offer) }
	tell(event.Event{Type: event.Redeemed, Offer: "off_1"})
	// Output: redemption.succeeded off_1
}
