package geo

import (
	"log/slog"
	"time"
)

// EarthRadius is the mean radius in metres (IUGG R1).
const EarthRadius = 6371008.8

// Point is a WGS 84 position in degrees: Lat in [-90, 90], Lon in [-180, 180].
type Point struct {
	Lat, Lon float64
}

// LogValue hides the position: where a person is never belongs in a log.
func (Point) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Flags tell what the platform says about a fix.
type Flags uint8

// The flags.
const (
	Mock     Flags = 1 << iota // came from a mock provider
	Replayed                   // was buffered while offline
)

// Unknown is the value of Fix.Speed and Fix.Course when the device did not say. Any negative value means the same.
const Unknown = -1

// Fix is one measured position. Accuracy is the 68 % radius in metres (0: not told). Speed is in m/s, Course in
// degrees clockwise from north in [0, 360); both negative if unknown. Time is when it was measured.
type Fix struct {
	Point
	Accuracy float64
	Speed    float64
	Course   float64
	Time     time.Time
	Flags    Flags
}

// LogValue hides the fix.
func (Fix) LogValue() slog.Value { return slog.StringValue("(hidden)") }
