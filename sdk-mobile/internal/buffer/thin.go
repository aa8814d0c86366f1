package buffer

import (
	"math"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// aStop is the time between neighbours from which a record tells that the person stayed.
const aStop = 5 * time.Minute

// thin leaves out a quarter of the records: those whose absence changes the way least.
func (b *Buffer) thin() {
	n := len(b.records)
	drop := n - int(keepShare*float64(n))
	worth := make([]float64, n)
	order := make([]int, 0, n)
	for i := range b.records {
		worth[i] = math.Inf(1)
		if i > 0 && i < n-1 {
			worth[i] = b.worth(i)
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case worth[i] < worth[j]:
			return -1
		case worth[i] > worth[j]:
			return 1
		}
		return 0
	})
	gone := make([]bool, n)
	for _, i := range order[:min(drop, len(order))] {
		gone[i] = true
		b.dropped++
	}
	kept := b.records[:0]
	for i, r := range b.records {
		if !gone[i] {
			kept = append(kept, r)
		}
	}
	b.records = kept
}

// worth is the area in square metres of the triangle of a record and its neighbours; without bound at a stop.
func (b *Buffer) worth(i int) float64 {
	before, at, after := &b.records[i-1].Fix, &b.records[i].Fix, &b.records[i+1].Fix
	if after.At-before.At >= aStop.Milliseconds() {
		return math.Inf(1)
	}
	p := func(lat, lon float64) geo.Point { return geo.Point{Lat: lat, Lon: lon} }
	a := geo.Distance(p(before.Lat, before.Lon), p(at.Lat, at.Lon))
	c := geo.Distance(p(at.Lat, at.Lon), p(after.Lat, after.Lon))
	d := geo.Distance(p(before.Lat, before.Lon), p(after.Lat, after.Lon))
	s := (a + c + d) / 2
	return math.Sqrt(math.Max(0, s*(s-a)*(s-c)*(s-d))) // Heron
}
