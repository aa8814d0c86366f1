package face

// Unit is an action unit by its number in the Facial Action Coding System (Ekman, Friesen & Hager 2002): 12 is the lip corner
// puller.
type Unit uint8

// expression is what an action unit at full intensity adds to valence and arousal, and whether speech moves it too.
type expression struct {
	unit             Unit
	left, right      Shape // the same where there is one shape for both sides
	valence, arousal float64
	mouth            bool
}

// prior is a hand-made table; the package documentation says where it is from.
var prior = [numUnits]expression{
	innerBrow: {unit: 1, left: BrowInnerUp, right: BrowInnerUp, valence: -0.10},
	outerBrow: {unit: 2, left: BrowOuterUpLeft, right: BrowOuterUpRight, arousal: 0.20},
	brow:      {unit: 4, left: BrowDownLeft, right: BrowDownRight, valence: -0.35, arousal: 0.15},
	lid:       {unit: 5, left: EyeWideLeft, right: EyeWideRight, arousal: 0.35},
	cheek:     {unit: 6, left: CheekSquintLeft, right: CheekSquintRight, valence: 0.15},
	nose:      {unit: 9, left: NoseSneerLeft, right: NoseSneerRight, valence: -0.25},
	smile:     {unit: 12, left: MouthSmileLeft, right: MouthSmileRight, valence: 0.45, mouth: true},
	frown:     {unit: 15, left: MouthFrownLeft, right: MouthFrownRight, valence: -0.30, mouth: true},
	stretch:   {unit: 20, left: MouthStretchLeft, right: MouthStretchRight, arousal: 0.15, mouth: true},
	press:     {unit: 24, left: MouthPressLeft, right: MouthPressRight, valence: -0.15, mouth: true},
	jaw:       {unit: 26, left: JawOpen, right: JawOpen, arousal: 0.25, mouth: true},
	closure:   {unit: 43, left: EyeBlinkLeft, right: EyeBlinkRight, arousal: -0.30},
}

// The units that the prior weighs, as indices.
const (
	innerBrow = iota
	outerBrow
	brow
	lid
	cheek
	nose
	smile
	frown
	stretch
	press
	jaw
	closure
	numUnits
)

// intensity is the mean of both sides, in [0, 1].
func (e *expression) intensity(f *Frame) float64 {
	return min(1, max(0, (f.Shapes[e.left]+f.Shapes[e.right])/2))
}
