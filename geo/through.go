package geo

import "math"

// Through returns how many metres deep the way from one fix to the next goes into the region, as far as a few points of
// it tell: at least a hair if the way touches it, 0 if it does not. See Crosses for what the way is.
func Through(r Region, from, to Point) float64 {
	if !Crosses(r, from, to) {
		return 0
	}
	deepest := slack
	look := func(f float64) {
		p := Point{from.Lat + f*(to.Lat-from.Lat), wrapLon(from.Lon + f*wrapLon(to.Lon-from.Lon))}
		deepest = max(deepest, -r.SignedDistance(p))
	}
	const parts = 8
	for i := range parts + 1 {
		look(float64(i) / parts)
	}
	look(nearestTo(r.Centre(), from, to))
	return deepest
}

// nearestTo returns where on the way from a to b, from 0 to 1, it comes nearest to p, on the plane around p.
func nearestTo(p, a, b Point) float64 {
	lon := math.Cos(p.Lat * radians)
	ax, ay := wrapLon(a.Lon-p.Lon)*lon, a.Lat-p.Lat
	dx, dy := wrapLon(b.Lon-a.Lon)*lon, b.Lat-a.Lat
	if length := dx*dx + dy*dy; length > 0 {
		return min(max(-(ax*dx+ay*dy)/length, 0), 1)
	}
	return 0
}
