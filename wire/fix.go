package wire

import (
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// Geo returns the fix in the terms of package geo. The fix must have passed Check.
func (f *Fix) Geo() geo.Fix {
	g := geo.Fix{
		Point:    geo.Point{Lat: f.Lat, Lon: f.Lon},
		Accuracy: f.Accuracy,
		Speed:    f.Speed,
		Course:   f.Course,
		Time:     time.UnixMilli(f.At),
	}
	if g.Course == 360 { // Android says 360 for north
		g.Course = 0
	}
	if f.Mock {
		g.Flags |= geo.Mock
	}
	if f.Replayed {
		g.Flags |= geo.Replayed
	}
	return g
}

// FixOf returns g as it goes over the wire: its time in whole milliseconds, what is unknown as -1.
func FixOf(g geo.Fix) Fix {
	return Fix{
		Lat: g.Lat, Lon: g.Lon,
		Accuracy: g.Accuracy,
		Speed:    max(g.Speed, geo.Unknown),
		Course:   max(g.Course, geo.Unknown),
		At:       g.Time.UnixMilli(),
		Mock:     g.Flags&geo.Mock != 0,
		Replayed: g.Flags&geo.Replayed != 0,
	}
}
