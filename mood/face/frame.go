package face

import (
	"fmt"
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Frame is what a face tracker tells about one camera frame in which it found the person's face. It is biometric data: it
// hides from logs and refuses every encoder.
type Frame struct {
	At       time.Time          // when it was taken
	Shapes   [NumShapes]float64 // by Shape, 0 to 1; what the tracker does not give is 0
	Presence float64            // the tracker's confidence that this is a face, above 0 to 1; 1 if it tells none
	Yaw      float64            // degrees that the face is turned to a side, -180 to 180; 0 if not known
	Pitch    float64            // degrees that it looks up or down, -180 to 180; 0 if not known
	Width    float64            // of the face in the image, in pixels; 0 if not known
}

// Limits of a useful view. Trackers are trained on faces that look at the camera, and say little of how far they hold; these
// are assumptions on the safe side.
const (
	slack                    = 0.01 // trackers overshoot their range by rounding
	fullYaw, noYaw           = 15, 40
	fullPitch, noPitch       = 15, 35
	noWidth, fullWidth       = 48, 112
	maxAngle, maxWidthPixels = 180, 100_000
)

// Check returns an Invalid fault that names field.at, .shapes.browDownLeft, .presence, .yaw, .pitch or .width (or the bare
// name if field is empty) unless f is a frame that a Reader can take.
func (f *Frame) Check(field string) error {
	if field != "" {
		field += "."
	}
	switch { // written so that NaN fails
	case f.At.IsZero():
		return fault.Field(field+"at", "must be the time of the frame")
	case !(f.Presence > 0 && f.Presence <= 1+slack):
		return fault.Field(field+"presence", "must be above 0 and at most 1")
	case !(math.Abs(f.Yaw) <= maxAngle):
		return fault.Field(field+"yaw", "must be from -180 to 180 degrees")
	case !(math.Abs(f.Pitch) <= maxAngle):
		return fault.Field(field+"pitch", "must be from -180 to 180 degrees")
	case !(f.Width >= 0 && f.Width <= maxWidthPixels):
		return fault.Field(field+"width", "must be from 0 to 100000 pixels")
	}
	if s := f.broken(); s < NumShapes {
		return fault.Field(fmt.Sprintf("%sshapes.%s", field, s), "must be from 0 to 1")
	}
	return nil
}

// broken returns the first shape that is out of range, NumShapes if all are well.
func (f *Frame) broken() Shape {
	for s, v := range f.Shapes {
		if !(v >= -slack && v <= 1+slack) {
			return Shape(s)
		}
	}
	return NumShapes
}

// quality says how well the face can be read, 0 (not at all) to 1; 0 if the frame fails Check.
func (f *Frame) quality() float64 {
	if f.At.IsZero() || !(f.Presence > 0 && f.Presence <= 1+slack) || f.broken() < NumShapes {
		return 0
	}
	q := min(1, f.Presence) * ramp(math.Abs(f.Yaw), noYaw, fullYaw) * ramp(math.Abs(f.Pitch), noPitch, fullPitch)
	if f.Width != 0 {
		q *= ramp(f.Width, noWidth, fullWidth)
	}
	return q
}

// ramp is 0 at none, 1 at full, linear between and held outside; 0 for NaN.
func ramp(v, none, full float64) float64 {
	r := (v - none) / (full - none)
	if !(r > 0) {
		return 0
	}
	return min(1, r)
}
