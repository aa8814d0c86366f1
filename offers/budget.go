package offers

import "github.com/flaneur-io/flaneur/internal/id"

// Measure marks an offer as exhausted, or not, by how many units of its total budget are claimed. It is for calls after
// a claim, a release, or a change of the offer; of several at the same time the last one to look is right, since each
// looks again after it wrote. An unknown offer is ignored; if claimed fails, the mark stays.
func (c *Catalogue) Measure(i id.Offer, claimed func() (int, error)) error {
	for {
		marked, err := c.usedUp(i, claimed)
		if err != nil {
			return err
		}
		c.SetExhausted(i, marked)
		if now, err := c.usedUp(i, claimed); err != nil || now == marked {
			return err
		}
	}
}

func (c *Catalogue) usedUp(i id.Offer, claimed func() (int, error)) (bool, error) {
	o := c.Offer(i)
	if o == nil || o.Budget.Total == 0 {
		return false, nil
	}
	n, err := claimed()
	return n >= o.Budget.Total, err
}
