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

const (
	none      = 255     // no place
	firstTime = 1 << 7  // bit of visit.since
	sinces    = 127     // the most that fits beside it
	sinceStep = 1. / 12 // of the logarithm
)

// link notes what went before visit i.
func (h *History) link(i int) {
	v := &h.visits[i]
	v.before, v.since = none, v.since&firstTime
	if i > 0 {
		p := &h.visits[i-1]
		v.before = p.place
		v.since |= uint8(min(max((lnGap(v.minute-p.minute)-shortest)/sinceStep+0.5, 0), sinces))
	}
}

// gap returns the logarithm of the hours since the visit before, within 4 %.
func (v *visit) gap() float32 { return shortest + float32(v.since&sinces)*sinceStep }

// leave takes leave of a visit in the older half: the oldest one to the place that is left with the most, so that what is rare stays
// known. If too many places lost some, the one left longest ago forgets them.
func (h *History) leave() {
	leaves := 0
	for i := range h.visits[:len(h.visits)/2] {
		if h.places[h.visits[i].place].held > h.places[h.visits[leaves].place].held {
			leaves = i
		}
	}
	v := h.visits[leaves]
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
	h.visits = slices.Delete(h.visits, leaves, leaves+1)
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
