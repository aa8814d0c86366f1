package geo

import (
	"log/slog"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// EarthRadius is the mean radius in metres (IUGG R1).
const EarthRadius = 6371008.8

// Point is a WGS 84 position in degrees: Lat in [-90, 90], Lon in [-180, 180].
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Check returns an Invalid fault that names field.lat or field.lon (or lat, lon if field is empty) unless p is a
// finite position within range.
func (p Point) Check(field string) error {
	if field != "" {
		field += "."
	}
	if !(p.Lat >= -90 && p.Lat <= 90) { // written so that NaN fails
		return fault.Field(field+"lat", "must be a latitude in degrees from -90 to 90")
	}
	if !(p.Lon >= -180 && p.Lon <= 180) {
		return fault.Field(field+"lon", "must be a longitude in degrees from -180 to 180")
	}
	return nil
}

// Valid reports whether p is a finite position within range.
func (p Point) Valid() bool { return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180 }

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
	Accuracy float64   `json:"accuracy,omitzero"`
	Speed    float64   `json:"speed"`
	Course   float64   `json:"course"`
	Time     time.Time `json:"time"`
	Flags    Flags     `json:"flags,omitzero"`
}

// LogValue hides the fix.
func (Fix) LogValue() slog.Value { return slog.StringValue("(hidden)") }
