package engine

import (
	"testing"

	"github.com/flaneur-io/flaneur/internal/privacy"
)

// Only who allows the use of their past teaches others, and nobody does who is simulated: whatever the key.
func TestWhoTeaches(t *testing.T) {
	for _, c := range []struct{ simulated, allows, want bool }{
		{false, true, true},
		{false, false, false},
		{true, true, false},
		{true, false, false},
	} {
		p := &person{}
		p.simulated = c.simulated
		p.profile.Consents.Records[privacy.Purchases].Granted = c.allows
		if got := p.teaches(); got != c.want {
			t.Errorf("simulated %t, allows %t: teaches is %t", c.simulated, c.allows, got)
		}
	}
}
