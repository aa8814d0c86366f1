package insight

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/offers"
)

// Constant table: the bounds of the bands, beside the cohort. They go on with tenfold ones.
var steps = []int{20, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000}

// Estimate tells in which band the number of different people lies who pass through the regions on a day, on average over
// the days of the last four weeks on which anything was counted. The regions should not overlap.
//
// Of each region the cells are looked at that are about as large as it is. What passes through it is what passes through
// such a cell, weighted by the area that the cells share with it, times the ratio of their widths: people come by on their
// way, and a place twice as wide catches twice as many.
func (f *Footfall) Estimate(mode offers.Mode, regions []geo.Region) (api.Estimate, error) {
	f.estimating.Lock() // one at a time: they are costly, and
	defer f.estimating.Unlock()
	weights := make([]map[geo.Cell]float64, len(regions)) // are reckoned before positions have to wait for mu
	for i, r := range regions {
		var err error
		if weights[i], err = f.weights(r); err != nil {
			return api.Estimate{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	today := f.day(f.Clock())
	for d := range f.live {
		if d.mode == mode && (mode == offers.Test || d.day < today) {
			f.keepDay(d)
		}
	}
	days := f.lastDays(mode)
	var sum float64
	for _, w := range weights {
		for _, d := range days {
			counts := f.history[d]
			for cell, weight := range w {
				sum += float64(counts[cell]) * weight
			}
		}
	}
	out := api.Estimate{Days: len(days), Cohort: f.Cohort}
	if len(days) > 0 {
		sum /= float64(len(days))
		end := time.Unix((days[len(days)-1].day+1)*24*60*60, 0).UTC()
		out.Through = time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, f.Zone).UTC()
	}
	out.Band, out.AtLeast, out.AtMost = band(sum, f.Cohort)
	return out, nil
}

// lastDays returns the days that count: of live data those of the last four weeks that are over; of test data, which has
// clocks of its own, the newest 28. The caller holds f.mu.
func (f *Footfall) lastDays(mode offers.Mode) []dayOf {
	today := f.day(f.Clock())
	span := int64(weeks / (24 * time.Hour))
	var out []dayOf
	for d := range maps.Keys(f.history) {
		if d.mode == mode && (mode == offers.Test || d.day < today && d.day >= today-span) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b dayOf) int { return int(a.day - b.day) })
	return out[max(0, len(out)-int(span)):]
}

// weights returns what of each cell's passers-by pass through a region.
func (f *Footfall) weights(r geo.Region) (map[geo.Cell]float64, error) {
	area := math.Max(r.Area(), 1)
	res := offers.Finest
	for i, a := range cellAreas {
		if math.Abs(math.Log(area/a)) < math.Abs(math.Log(area/cellAreas[res-coarsest])) {
			res = coarsest + i
		}
	}
	shares, err := f.shares(r, res)
	ratio := area / cellAreas[res-coarsest]
	scale := math.Sqrt(ratio)
	if res == coarsest && ratio > 1 {
		scale = ratio // few people come around so far: what is larger holds more of them
	}
	for cell := range shares {
		shares[cell] *= scale
	}
	return shares, err
}

// shares returns which part of a region lies in each cell, by points on a grid.
func (f *Footfall) shares(r geo.Region, res int) (map[geo.Cell]float64, error) {
	box := r.Box()
	width := box.East - box.West
	if width < 0 {
		width += 360
	}
	out := make(map[geo.Cell]float64)
	for _, side := range []int{24, 96} {
		hits := 0
		clear(out)
		for i := range side * side {
			at := geo.Point{
				Lat: box.South + (float64(i/side)+0.5)*(box.North-box.South)/float64(side),
				Lon: box.West + (float64(i%side)+0.5)*width/float64(side),
			}
			if at.Lon > 180 {
				at.Lon -= 360
			}
			if !r.Contains(at) {
				continue
			}
			cell, err := f.Grid.At(at, res)
			if err != nil {
				return nil, err
			}
			hits++
			out[cell]++
		}
		if hits >= 2*side {
			for cell := range out {
				out[cell] /= float64(hits)
			}
			return out, nil
		}
	}
	return f.corners(r, res)
}

// corners stands in for thin regions that the grid misses: the cells of their parts, all alike.
func (f *Footfall) corners(r geo.Region, res int) (map[geo.Cell]float64, error) {
	parts := r.Parts(nil)
	out := make(map[geo.Cell]float64, len(parts))
	for _, p := range parts {
		cell, err := f.Grid.At(p, res)
		if err != nil {
			return nil, err
		}
		out[cell] += 1 / float64(len(parts))
	}
	return out, nil
}

// band returns the band that n lies in; below the cohort there is one.
func band(n float64, cohort int) (name string, atLeast, atMost int) {
	if n < float64(cohort) {
		return "<" + strconv.Itoa(cohort), 0, cohort
	}
	atLeast = cohort
	for _, s := range steps {
		switch {
		case s <= atLeast:
		case n < float64(s):
			return strconv.Itoa(atLeast) + "-" + strconv.Itoa(s), atLeast, s
		default:
			atLeast = s
		}
	}
	return ">" + strconv.Itoa(atLeast), atLeast, 0
}
