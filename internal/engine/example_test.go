package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/privacy"
)

// A person who allowed their location asks what is near; the same question without the consent is refused.
func Example() {
	w := newWorld(new(testing.T))
	w.offer(new(testing.T), market, nil)
	ctx := context.Background()
	in, err := w.OptIn(ctx, engine.OptIn{Changes: []privacy.Change{{Purpose: privacy.Location, Granted: true, Policy: "2026-06"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := w.Authenticate(ctx, in.Token)
	if err != nil {
		fmt.Println(err)
		return
	}
	at := geo.Destination(market, 90, 120)
	answer, err := w.Pull(ctx, s, engine.PullQuery{At: &at})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range answer.Offers {
		fmt.Printf("%s, %.0f m: %s\n", o.Title, o.Distance, o.Reasons[0].Text)
	}
	_ = w.Consent(ctx, s, privacy.Change{Purpose: privacy.Location})
	_, err = w.Pull(ctx, s, engine.PullQuery{At: &at})
	fmt.Println(err)
	// Output:
	// Pasta of the day, 120 m: It is 120 m away
	// consent_required: location: The person has not allowed this; ask for the consent first.
}
