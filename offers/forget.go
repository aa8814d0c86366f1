package offers

import "slices"

// ForgetDeliveries drops when which offer was sent: it tells where the person was. What they said about offers stays.
// For a withdrawn consent.
func (p *Person) ForgetDeliveries() {
	if p.learning != nil {
		p.learning.pending = nil
	}
	for i := range p.seen {
		s := &p.seen[i]
		s.delivered, s.ignored, s.answered = 0, 0, false
	}
	p.seen = slices.DeleteFunc(p.seen, func(s seen) bool { return s.dismissed == 0 })
}
