package geo

// Turn is turn, for tests.
var Turn = turn

// SidesInBands counts the entries of the latitude index of a polygon's first ring.
func SidesInBands(r Region) int { return len(r.s.polygons[0][0].sides) }
