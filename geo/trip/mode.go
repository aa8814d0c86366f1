package trip

import (
	"slices"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// Mode is how somebody travels.
type Mode uint8

// The modes.
const (
	Unknown Mode = iota
	Walk
	Bike
	Car
	Transit
)

// Constant tables: the modes' names, and their speeds from door to door in m/s.
var (
	modeNames = [...]string{"", "walk", "bike", "car", "transit"}
	speeds    = [...]float64{0, 1.4, 4.2, 8, 6}
)

// Speed returns the mode's usual speed from door to door in m/s; 0 if it is not known.
func (m Mode) Speed() float64 { return speeds[m] }

// String returns walk, bike, car, transit, or "" for Unknown.
func (m Mode) String() string { return modeNames[m] }

// MarshalText returns the name.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a name.
func (m *Mode) UnmarshalText(text []byte) error {
	i := slices.Index(modeNames[:], string(text))
	if i < 0 {
		return fault.Field("mode", "must be one of walk, bike, car, transit")
	}
	*m = Mode(i)
	return nil
}

// MaxDestinations is how many destinations are thought of at once.
const MaxDestinations = 5

// Destination is somewhere that a person may be going, with the probability P.
type Destination struct {
	Point geo.Point
	P     float64
}

// Heading is where a person may be going: To[:N], the likeliest first. What is left of the probability is somewhere
// else. The zero Heading knows nothing.
type Heading struct {
	To    [MaxDestinations]Destination
	N     int
	Told  bool    // the person said so
	Speed float64 // m/s; 0: as measured
}

// To returns the heading of somebody who said where they go, and how.
func To(destination geo.Point, m Mode) Heading {
	return Heading{To: [MaxDestinations]Destination{{destination, 1}}, N: 1, Told: true, Speed: m.Speed()}
}
