package offers

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/flaneur-io/flaneur/geo"
)

// around fills dst.entries with the offers whose reach may touch the circle of a pull, each once, and dst.keys with
// the categories asked for. It goes by the squares of the fences: a circle of many cells is dear to cover in H3.
func (s *shelf) around(dst *Result, mo *Moment) {
	mo.Radius = min(max(mo.Radius, 1), MaxPullRadius)
	dst.keys = dst.keys[:0]
	for _, c := range mo.Categories {
		dst.keys = append(dst.keys, hashOf(kindCategory, c))
	}
	circle, err := geo.NewCircle(mo.Point, mo.Radius)
	if err != nil {
		return
	}
	dst.entries = distinct(s.touching(dst.entries, circle.Box(), mo.Point, mo.Radius, cmp.Or(mo.most, math.MaxInt)))
}

// touching appends the entries whose reach may lie within radius metres of p, some of them more than once; the box holds
// that circle. It stops when there are more than most in dst.
func (s *shelf) touching(dst []*entry, b geo.Box, p geo.Point, radius float64, most int) []*entry {
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	for set := s.levels.Load(); set != 0; set &= set - 1 {
		level := bits.TrailingZeros32(set)
		x0, y0 := squareAt(level, geo.Point{Lat: b.South, Lon: b.West})
		x1, y1 := squareAt(level, geo.Point{Lat: b.North, Lon: b.West + width})
		x1 = min(x1, x0+columns(level)-1) // once around is enough
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				if dst = s.fences.at(square(level, x, y)).touching(dst, p, radius, most); len(dst) > most {
					return dst
				}
			}
		}
	}
	return dst
}

// touching appends the entries of the list whose reach may lie within radius metres of p, until there are more than most.
// It may be nil.
func (l *cellList) touching(dst []*entry, p geo.Point, radius float64, most int) []*entry {
	if l == nil {
		return dst
	}
	px, py := l.flat(p)
	margin := l.slack + float32(radius*1.02) // p may lie beyond the plane's own reach
	for i := range l.records {
		r := &l.records[i]
		dx, dy := px-r.x, py-r.y
		if far := r.radius + margin; dx*dx+dy*dy <= far*far {
			if dst = append(dst, r.entry); len(dst) > most {
				break
			}
		}
	}
	return dst
}
