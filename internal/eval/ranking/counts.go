package ranking

// counts is what the baselines know. Unlike a next.History they forget nothing.
type counts struct {
	visits []float32            // by place, of everybody
	own    []map[uint32]float32 // by person: visits of a place
	after  []map[step]float32   // by person: from one place to another
	last   []int64              // by person: the last place, -1: none
}

type step struct{ from, to uint32 }

func newCounts(s *study) *counts {
	c := &counts{
		visits: make([]float32, len(s.Places)), own: make([]map[uint32]float32, len(s.Users)),
		after: make([]map[step]float32, len(s.Users)), last: make([]int64, len(s.Users)),
	}
	for u := range s.Users {
		c.forget(u)
	}
	return c
}

func (c *counts) forget(user int) {
	c.own[user], c.after[user], c.last[user] = map[uint32]float32{}, map[step]float32{}, -1
}

func (c *counts) count(e *Event) {
	c.visits[e.Place]++
	c.own[e.User][e.Place]++
	if l := c.last[e.User]; l >= 0 {
		c.after[e.User][step{uint32(l), e.Place}]++
	}
	c.last[e.User] = int64(e.Place)
}

// score is what a baseline says of a place: how popular it is; how often the person was there, then popularity; how often they
// went there from the last place, then the others.
func (c *counts) score(system, user int, place uint32) float32 {
	popular := c.visits[place] / (c.visits[place] + 1000)
	if system == popularity {
		return c.visits[place]
	}
	own := c.own[user][place]
	score := own + popular/2
	if l := c.last[user]; system == markov && l >= 0 {
		if n := c.after[user][step{uint32(l), place}]; n > 0 {
			score += 4096 * n
		}
	}
	return score
}
