package wearer

import (
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// Wristband says what Feed hands over.
func Wristband() physio.Signals {
	return physio.Signals{Pulse: PulseRate, Motion: MotionRate, Skin: SkinRate, Temperature: TemperatureRate}
}

// Strap says what FeedStrap hands over: beats, and the acceleration that the phone in the pocket measures itself. Without it,
// walking looks like stress.
func Strap() physio.Signals { return physio.Signals{Beats: true, Motion: MotionRate} }

// Feed hands the second over, as a phone gets it from a wristband: not at all if it was lost.
func (s *Second) Feed(w *physio.Wrist) {
	if s.Lost {
		return
	}
	w.Pulse(s.At, s.Pulse[:])
	w.Motion(s.At, s.Motion[:])
	w.Skin(s.At, s.Skin[:])
	w.Temperature(s.At, s.Temperature[:])
}

// FeedStrap hands the second's notification over, as a phone gets it from a chest strap; its own acceleration is the wrist's,
// which will do.
func (s *Second) FeedStrap(w *physio.Wrist) error {
	w.Motion(s.At, s.Motion[:])
	if s.Lost {
		return nil
	}
	h, err := physio.ParseHeartRate(s.AppendMeasurement(nil))
	if err != nil {
		return err
	}
	w.Beats(s.At.Add(time.Second), h.Intervals())
	return nil
}
