package geo

// index sorts the sides into bands, about four to a band, or fewer bands if long sides would stand in too many.
func (r *ring) index() {
	n := len(r.x) - 1
	for bands := max(1, n/4); ; bands /= 2 {
		r.bands = make([]int32, bands+1)
		total := 0
		for i := range n {
			low, high := r.bandsOf(i)
			total += high - low + 1
			if total > 4*n && bands > 1 {
				break
			}
			for b := low; b <= high; b++ {
				r.bands[b+1]++
			}
		}
		if total <= 4*n || bands == 1 {
			r.sides = make([]int32, total)
			break
		}
	}
	for b := 1; b < len(r.bands); b++ {
		r.bands[b] += r.bands[b-1]
	}
	next := append([]int32(nil), r.bands...)
	for i := range n {
		low, high := r.bandsOf(i)
		for b := low; b <= high; b++ {
			r.sides[next[b]] = int32(i)
			next[b]++
		}
	}
}

// band returns the number of the band that holds a latitude of the ring's range. It never falls as y rises, so a side
// stands in the band of every latitude between its ends.
func (r *ring) band(y float64) int {
	n := len(r.bands) - 1
	return min(n-1, int((y-r.minY)/(r.maxY-r.minY)*float64(n)))
}

func (r *ring) bandsOf(side int) (low, high int) {
	y0, y1 := r.y[side], r.y[side+1]
	return r.band(min(y0, y1)), r.band(max(y0, y1))
}

// sidesAt returns the sides that may reach latitude y, which is one of the ring's range.
func (r *ring) sidesAt(y float64) []int32 {
	b := r.band(y)
	return r.sides[r.bands[b]:r.bands[b+1]]
}
