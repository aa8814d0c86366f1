// Package geo holds the geometry of Flaneur: points, measured fixes, cells, regions, distances, recorded
// tracks, and what can be told from a person's fixes (stops, dwell, course, crossings).
//
// It is pure Go and runs on phones too; the calls into the H3 library stand in geo/hex. Coordinates are WGS 84
// degrees, distances metres on a sphere of radius EarthRadius, GeoJSON order (longitude first) only in GeoJSON.
// Values are safe to share once made; types with methods that change them say so.
package geo
