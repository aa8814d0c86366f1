package physio

import "time"

// Feature is one number about a window of [WindowLength]. Its name is part of the weights' format and never changes.
type Feature uint8

// The features. Beat intervals are in milliseconds, skin conductance in microsiemens (µS), temperature in degrees Celsius,
// acceleration in g; "ln" is the natural logarithm of the value plus a small constant that keeps it finite.
const (
	HRMean       Feature = iota // mean heart rate, beats per minute
	HRSD                        // its standard deviation, n-1 in the denominator
	HRSlope                     // its trend, beats per minute per beat
	HRLow                       // its 10th percentile
	HRHigh                      // its 90th percentile
	LnRMSSD                     // ln(RMSSD + 1)
	LnSDNN                      // ln(SDNN + 1)
	PNN50                       // successive differences above 50 ms over their number plus 1, 0 to 1
	Coverage                    // share of the window that clean intervals cover, 0 to 1
	LnRatio                     // ln((SDNN + 1) / (RMSSD + 1))
	LnSCL                       // ln(mean skin conductance + 0.05)
	SCLSlope                    // trend of the tonic part, µS per minute
	LnEDASD                     // ln(standard deviation of skin conductance + 0.005)
	SCRRate                     // responses in the window
	LnSCRSum                    // ln(sum of their amplitudes + 0.01)
	LnPhasic                    // ln(mean of the positive phasic part + 0.005)
	SCRRise                     // mean rise time of the responses, seconds; 0 without any
	TempMean                    // mean skin temperature
	TempSlope                   // its trend, degrees per minute
	LnMotion                    // ln(standard deviation of the magnitude of acceleration + 0.003)
	LnJerk                      // ln(mean absolute change of that magnitude from sample to sample + 0.001)
	LnPulse                     // ln(median amplitude of the pulse + 1), in the sensor's units
	PulseCV                     // variation of that amplitude: standard deviation over (median + 1)
	LnPulseRise                 // ln(median over beats of the steepest rise over the amplitude, per second, + 0.01)
	PulseWidth                  // mean time for which a beat's pulse stands out, seconds
	PulseWidthSD                // its standard deviation
	NumFeatures
)

// The grid of windows.
const (
	WindowLength = 60 * time.Second // what a window covers
	WindowStep   = 10 * time.Second // from one window to the next
)

// Window is what the signals of one minute tell. It holds nothing raw, yet it is biometric data: it stays on the phone.
type Window struct {
	secret
	End     time.Time            // of the minute; only samples before it were looked at
	Values  [NumFeatures]float64 // by Feature; NaN: not measured
	Quality float64              // 0 (moved too much, poor contact, a pulse that may be noise, not worn) to 1
}
