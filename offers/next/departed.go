package next

import (
	"math"
	"slices"
)

const maxDeparted = 64

// departed is what stays of visits to a place that are not held any longer: how many there were, by part of the day.
type departed struct {
	place uint8               // index into History.places
	parts [2 * dayParts]uint8 // on working days, then on weekends
}

// leave takes leave of the oldest visit. If too many places lost some, the one left longest ago forgets them.
func (h *History) leave() {
	v := &h.visits[0]
	h.places[v.place].held--
	i := slices.IndexFunc(h.left, func(d departed) bool { return d.place == v.place })
	if i < 0 {
		d := departed{place: v.place}
		if i = len(h.left); i < maxDeparted {
			h.left = append(tight(h.left, maxDeparted), d)
		} else {
			i = 0
			for k := range h.left {
				if h.places[h.left[k].place].last < h.places[h.left[i].place].last {
					i = k
				}
			}
			h.left[i] = d
		}
	}
	parts := &h.left[i].parts
	at := clockOf(v.minute, v.zone)
	n := &parts[at.part()]
	if *n == math.MaxUint8 { // the shares stay
		for k := range parts {
			parts[k] /= 2
		}
	}
	*n++
	h.visits = h.visits[:copy(h.visits, h.visits[1:])]
}

// unlearn forgets what departed of a place.
func (h *History) unlearn(place uint8) {
	h.left = slices.DeleteFunc(h.left, func(d departed) bool { return d.place == place })
}

// part returns which part of the day it is, apart on weekends.
func (c *clock) part() int32 {
	part := c.minute / (minuteOfDay / dayParts)
	if c.weekend() {
		part += dayParts
	}
	return part
}
