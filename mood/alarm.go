package mood

import "math"

// alarms are the claims of stress by devices, each the newest of its source, in the order of Source from Wearable on.
// They are kept as log-odds above calm, the log-odds of distress in a stranger of whom nothing is known, and fade
// towards that. A claim below calm counts as none: a device's word that all is well is no all-clear.
type alarms [int(Typing - SelfReport)]alarm

type alarm struct {
	claim  float64 // what the device says
	waived float64 // how much of it the person contradicted
}

const (
	claimHalf  = 15 * minute
	waivedHalf = 60 * minute
	lateAnswer = -5 * minute // a tap that comes later than this does not answer what devices say now
	sure       = 0.999       // probability beyond which no device is taken at its word
)

var (
	calm     = logOdds(below(negative, valenceProcess.mean, valenceProcess.spread()))
	maxClaim = logOdds(sure) - calm
)

func logOdds(p float64) float64 { return math.Log(p / (1 - p)) }

// above is a probability as log-odds above calm, within [0, maxClaim].
func above(p float64) float64 {
	return clamp(logOdds(clamp(p, 1-sure, sure))-calm, 0, maxClaim)
}

// raise takes what a device said gap (<= 0) milliseconds from now, with p above 0.
func (a *alarms) raise(s Source, p, gap float64) {
	a[s-Wearable].claim = above(p) * math.Exp2(gap/claimHalf)
}

// answer is the person's own word: of what devices claim at this moment, all beyond the distress that the person's
// reports leave is waived. So a tap calibrates a device as long as that keeps saying the same; a claim that grows
// afterwards, or that of another device, is heard.
func (a *alarms) answer(told, gap float64) {
	if gap < lateAnswer {
		return
	}
	for i := range a {
		a[i].waived = math.Max(0, a[i].claim-above(told))
	}
}

// fade moves all by gap milliseconds.
func (a *alarms) fade(gap float64) {
	if *a == (alarms{}) {
		return
	}
	claim, waived := math.Exp2(-math.Abs(gap)/claimHalf), math.Exp2(-math.Abs(gap)/waivedHalf)
	for i := range a {
		a[i].claim *= claim
		a[i].waived *= waived
	}
}

// loudest is the greatest probability of stress that stands, 0 if none does.
func (a *alarms) loudest() float64 {
	stands := 0.0
	for _, x := range a {
		stands = max(stands, x.claim-x.waived)
	}
	if stands == 0 {
		return 0
	}
	return 1 / (1 + math.Exp(-calm-stands))
}

// sound reports whether devices and answers can lead to these; NaN fails every comparison.
func (a *alarms) sound() bool {
	for _, x := range a {
		for _, v := range [2]float64{x.claim, x.waived} {
			if !(v >= 0 && v <= maxClaim) {
				return false
			}
		}
	}
	return true
}
