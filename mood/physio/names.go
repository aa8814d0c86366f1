package physio

import "slices"

// names are part of the format of weights: they never change.
var names = [NumFeatures]string{
	HRMean: "hr_mean", HRSD: "hr_sd", HRSlope: "hr_slope", HRLow: "hr_low", HRHigh: "hr_high",
	LnRMSSD: "ln_rmssd", LnSDNN: "ln_sdnn", PNN50: "pnn50", Coverage: "coverage", LnRatio: "ln_sdnn_rmssd",
	LnSCL: "ln_scl", SCLSlope: "scl_slope", LnEDASD: "ln_eda_sd", SCRRate: "scr_rate", LnSCRSum: "ln_scr_sum",
	LnPhasic: "ln_phasic", SCRRise: "scr_rise", TempMean: "temp_mean", TempSlope: "temp_slope",
	LnMotion: "ln_motion", LnJerk: "ln_jerk", LnPulse: "ln_pulse", PulseCV: "pulse_cv",
	LnPulseRise: "ln_pulse_rise", PulseWidth: "pulse_width", PulseWidthSD: "pulse_width_sd",
}

// String returns the feature's name, as it stands in tables of weights.
func (f Feature) String() string {
	if f >= NumFeatures {
		return "none"
	}
	return names[f]
}

// ParseFeature is the inverse of String; it reports false for a name that is no feature's.
func ParseFeature(name string) (Feature, bool) {
	i := slices.Index(names[:], name)
	return Feature(max(i, 0)), i >= 0
}

// OfHeart reports whether a strap that measures beats alone, or the pulse of a watch, is enough for the feature.
func (f Feature) OfHeart() bool { return f <= LnRatio || f >= LnPulse && f < NumFeatures }
