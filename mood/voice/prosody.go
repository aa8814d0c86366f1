package voice

import (
	"math"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Prosody is what the host app measured in one stretch of the person's own speech: how it sounded, never what was said.
// What was not measured is NaN; [New] starts with that. It is biometric data: it hides from logs and refuses every encoder.
// The names in brackets are those of openSMILE's eGeMAPS functionals (Eyben et al. 2016), with what has to be done to them.
type Prosody struct {
	At      time.Time     // the end of the stretch
	Speech  time.Duration // how long was spoken in it, pauses apart, up to 10 minutes; below 2 s nothing is read
	F0Mean  float64       // Hz, 50 to 1000 [F0semitoneFrom27.5Hz_sma3nz_amean, through Hertz]
	F0SD    float64       // semitones, 0 to 24 [its stddevNorm, times its amean]; from Hz: Spread
	Level   float64       // mean level, dB against anything that stays the same, -150 to 150 [equivalentSoundLevel_dBp]
	LevelSD float64       // dB, 0 to 60
	Rate    float64       // syllables per second of speech, 0 to 15 [VoicedSegmentsPerSec comes near]
	Jitter  float64       // percent, 0 to 30 [jitterLocal_sma3nz_amean, times 100]
	Shimmer float64       // dB, 0 to 10 [shimmerLocaldB_sma3nz_amean]
	HNR     float64       // harmonics-to-noise ratio, dB, -50 to 60 [HNRdBACF_sma3nz_amean]
	Pauses  float64       // share of the stretch that was silent, 0 to 1
}

// New returns a stretch of speech of which no number was measured yet.
func New(at time.Time, speech time.Duration) Prosody {
	nan := math.NaN()
	return Prosody{at, speech, nan, nan, nan, nan, nan, nan, nan, nan, nan}
}

const (
	maxSpeech = 10 * time.Minute
	reference = 27.5 // Hz; semitone 0 of eGeMAPS, the lowest A of a piano
)

// Semitones returns the distance of a frequency (Hz, > 0) from 27.5 Hz in semitones, as eGeMAPS counts.
func Semitones(hertz float64) float64 { return 12 * math.Log2(hertz/reference) }

// Hertz is the inverse of [Semitones].
func Hertz(semitones float64) float64 { return reference * math.Exp2(semitones/12) }

// Spread returns a standard deviation in semitones, given mean and standard deviation in Hz (to first order).
func Spread(mean, sd float64) float64 { return 12 / math.Ln2 * sd / mean }

// Check returns an Invalid fault that names field.at, .speech, .f0Mean, .f0SD, .level, .levelSD, .rate, .jitter, .shimmer,
// .hnr or .pauses (or the bare name if field is empty) unless p is a stretch that a Reader can take. The ranges are wide:
// they catch other units and broken trackers, not unusual voices.
func (p *Prosody) Check(field string) error {
	if field != "" {
		field += "."
	}
	switch {
	case p.At.IsZero():
		return fault.Field(field+"at", "must be the time at which the stretch of speech ended")
	case p.Speech <= 0 || p.Speech > maxSpeech:
		return fault.Field(field+"speech", "must be above 0 and at most 10 minutes")
	}
	for i, v := range p.numbers() {
		if r := &ranges[i]; !r.holds(v) {
			return fault.Field(field+r.name, "must be from %g to %g %s, or NaN if it was not measured", r.low, r.high, r.unit)
		}
	}
	return nil
}

// sound is Check without words.
func (p *Prosody) sound() bool {
	if p.At.IsZero() || p.Speech <= 0 || p.Speech > maxSpeech {
		return false
	}
	for i, v := range p.numbers() {
		if !ranges[i].holds(v) {
			return false
		}
	}
	return true
}

// numbers returns what is checked, in the order of ranges and cues.
func (p *Prosody) numbers() [numCues]float64 {
	return [numCues]float64{p.F0Mean, p.F0SD, p.Level, p.LevelSD, p.Rate, p.Jitter, p.Shimmer, p.HNR, p.Pauses}
}

type span struct {
	name, unit string
	low, high  float64
}

func (s *span) holds(v float64) bool { return math.IsNaN(v) || v >= s.low && v <= s.high }

var ranges = [numCues]span{
	{"f0Mean", "Hz", 50, 1000},
	{"f0SD", "semitones", 0, 24},
	{"level", "dB", -150, 150},
	{"levelSD", "dB", 0, 60},
	{"rate", "syllables per second", 0, 15},
	{"jitter", "percent", 0, 30},
	{"shimmer", "dB", 0, 10},
	{"hnr", "dB", -50, 60},
	{"pauses", "as a share", 0, 1},
}
