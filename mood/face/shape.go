package face

import "strings"

// Shape is a blendshape: 0 (not at all) to 1 (as far as it goes). Left and right are the person's own.
type Shape uint8

// The blendshapes in the order in which MediaPipe's Face Landmarker lists its 52; TongueOut is ARKit's alone, Neutral
// MediaPipe's alone.
const (
	Neutral Shape = iota
	BrowDownLeft
	BrowDownRight
	BrowInnerUp
	BrowOuterUpLeft
	BrowOuterUpRight
	CheekPuff
	CheekSquintLeft
	CheekSquintRight
	EyeBlinkLeft
	EyeBlinkRight
	EyeLookDownLeft
	EyeLookDownRight
	EyeLookInLeft
	EyeLookInRight
	EyeLookOutLeft
	EyeLookOutRight
	EyeLookUpLeft
	EyeLookUpRight
	EyeSquintLeft
	EyeSquintRight
	EyeWideLeft
	EyeWideRight
	JawForward
	JawLeft
	JawOpen
	JawRight
	MouthClose
	MouthDimpleLeft
	MouthDimpleRight
	MouthFrownLeft
	MouthFrownRight
	MouthFunnel
	MouthLeft
	MouthLowerDownLeft
	MouthLowerDownRight
	MouthPressLeft
	MouthPressRight
	MouthPucker
	MouthRight
	MouthRollLower
	MouthRollUpper
	MouthShrugLower
	MouthShrugUpper
	MouthSmileLeft
	MouthSmileRight
	MouthStretchLeft
	MouthStretchRight
	MouthUpperUpLeft
	MouthUpperUpRight
	NoseSneerLeft
	NoseSneerRight
	TongueOut
	NumShapes
)

// shapes holds the name and the action unit of each blendshape.
var shapes = [NumShapes]struct {
	name string
	unit Unit
}{
	Neutral:             {"_neutral", 0},
	BrowDownLeft:        {"browDownLeft", 4},
	BrowDownRight:       {"browDownRight", 4},
	BrowInnerUp:         {"browInnerUp", 1},
	BrowOuterUpLeft:     {"browOuterUpLeft", 2},
	BrowOuterUpRight:    {"browOuterUpRight", 2},
	CheekPuff:           {"cheekPuff", 34},
	CheekSquintLeft:     {"cheekSquintLeft", 6},
	CheekSquintRight:    {"cheekSquintRight", 6},
	EyeBlinkLeft:        {"eyeBlinkLeft", 43},
	EyeBlinkRight:       {"eyeBlinkRight", 43},
	EyeLookDownLeft:     {"eyeLookDownLeft", 64},
	EyeLookDownRight:    {"eyeLookDownRight", 64},
	EyeLookInLeft:       {"eyeLookInLeft", 62},
	EyeLookInRight:      {"eyeLookInRight", 61},
	EyeLookOutLeft:      {"eyeLookOutLeft", 61},
	EyeLookOutRight:     {"eyeLookOutRight", 62},
	EyeLookUpLeft:       {"eyeLookUpLeft", 63},
	EyeLookUpRight:      {"eyeLookUpRight", 63},
	EyeSquintLeft:       {"eyeSquintLeft", 7},
	EyeSquintRight:      {"eyeSquintRight", 7},
	EyeWideLeft:         {"eyeWideLeft", 5},
	EyeWideRight:        {"eyeWideRight", 5},
	JawForward:          {"jawForward", 29},
	JawLeft:             {"jawLeft", 30},
	JawOpen:             {"jawOpen", 26},
	JawRight:            {"jawRight", 30},
	MouthClose:          {"mouthClose", 8},
	MouthDimpleLeft:     {"mouthDimpleLeft", 14},
	MouthDimpleRight:    {"mouthDimpleRight", 14},
	MouthFrownLeft:      {"mouthFrownLeft", 15},
	MouthFrownRight:     {"mouthFrownRight", 15},
	MouthFunnel:         {"mouthFunnel", 22},
	MouthLeft:           {"mouthLeft", 0},
	MouthLowerDownLeft:  {"mouthLowerDownLeft", 16},
	MouthLowerDownRight: {"mouthLowerDownRight", 16},
	MouthPressLeft:      {"mouthPressLeft", 24},
	MouthPressRight:     {"mouthPressRight", 24},
	MouthPucker:         {"mouthPucker", 18},
	MouthRight:          {"mouthRight", 0},
	MouthRollLower:      {"mouthRollLower", 28},
	MouthRollUpper:      {"mouthRollUpper", 28},
	MouthShrugLower:     {"mouthShrugLower", 17},
	MouthShrugUpper:     {"mouthShrugUpper", 17},
	MouthSmileLeft:      {"mouthSmileLeft", 12},
	MouthSmileRight:     {"mouthSmileRight", 12},
	MouthStretchLeft:    {"mouthStretchLeft", 20},
	MouthStretchRight:   {"mouthStretchRight", 20},
	MouthUpperUpLeft:    {"mouthUpperUpLeft", 10},
	MouthUpperUpRight:   {"mouthUpperUpRight", 10},
	NoseSneerLeft:       {"noseSneerLeft", 9},
	NoseSneerRight:      {"noseSneerRight", 9},
	TongueOut:           {"tongueOut", 19},
}

// String returns MediaPipe's name of the shape, such as browDownLeft.
func (s Shape) String() string {
	if s >= NumShapes {
		return "unknown"
	}
	return shapes[s].name
}

// Unit returns the action unit (or action descriptor) of FACS that the shape corresponds to, 0 if there is none.
func (s Shape) Unit() Unit {
	if s >= NumShapes {
		return 0
	}
	return shapes[s].unit
}

// ShapeByName returns the shape of a name, and whether there is one: as MediaPipe spells it (browDownLeft, _neutral), which
// is also how ARKit names it in code, or as ARKit's raw values do (browDown_L). Look names up once, not for every frame.
func ShapeByName(name string) (Shape, bool) {
	base, side := name, ""
	if cut, ok := strings.CutSuffix(name, "_L"); ok {
		base, side = cut, "Left"
	} else if cut, ok := strings.CutSuffix(name, "_R"); ok {
		base, side = cut, "Right"
	}
	for s := range shapes {
		if rest, ok := strings.CutPrefix(shapes[s].name, base); ok && rest == side {
			return Shape(s), true
		}
	}
	return 0, false
}
