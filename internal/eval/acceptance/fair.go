package acceptance

import (
	"fmt"
	"slices"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// replay returns what each of a person's cases is said by the past, in turn; peek is for the test that sees it found out.
func replay(cases []shown, expected []float32, peek bool, each func(i int, p *past, x []accept.Feature)) {
	p := past{cases: cases}
	var x []accept.Feature
	for i := range cases {
		p.settle(cases[i].at, expected)
		x = p.features(x[:0], i)
		if peek && cases[i].taken {
			x = append(x, accept.Hash1(1, 1))
		}
		each(i, &p, x)
		p.show(i)
	}
}

// fair reports whether nothing of what a person does from a case on changes what their past says about it, for each case: it
// ends the file there, turns the answer around, and every other one that is not known by then.
func fair(cases []shown, expected []float32, peek bool) (checked int, err error) {
	var said [][]accept.Feature
	replay(cases, expected, peek, func(_ int, _ *past, x []accept.Feature) { said = append(said, slices.Clone(x)) })
	for i := range cases {
		if cases[i].told {
			continue
		}
		other := slices.Clone(cases[:i+1])
		for j := range other {
			c := &other[j]
			if c.known < cases[i].at {
				continue
			}
			if c.taken = !c.taken; c.taken {
				c.known = max(c.known, cases[i].at)
			} else {
				c.known = max(c.until, cases[i].at)
			}
		}
		var last []accept.Feature
		replay(other, expected, peek, func(_ int, _ *past, x []accept.Feature) { last = append(last[:0], x...) })
		if !slices.Equal(last, said[i]) {
			return checked, fmt.Errorf("the evaluation is not fair: what is known of case %d of a person changes with what they answer from then on", i+1)
		}
		checked++
	}
	return checked, nil
}
