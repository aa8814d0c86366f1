package engine

import (
	"math"

	"github.com/flaneur-io/flaneur/geo/fence"
)

// Bounds of a hint.
const (
	minHintMetres   = evaluateGap // nearer than that no fix is evaluated
	maxHintMetres   = 2000.0
	alongHintMetres = 200.0
	minHintSeconds  = 5.0
	maxHintSeconds  = 600.0
	dwellSeconds    = 60.0 // while somebody stands in reach of something, minutes count
	walking         = 1.4  // m/s

	// A fix soon confirms that somebody entered or left.
	decideMetres  = 15.0
	decideSeconds = 10.0
)

// hint tells when the next fix could matter: the metres to the nearest border of a reach, and the time to get there
// at the present speed; soon if a reach is about to be entered or left. The caller holds p.mu.
func (e *Engine) hint(p *person, u *update) Hint {
	if p.last.Time.IsZero() {
		return Hint{Metres: minHintMetres, Seconds: minHintSeconds}
	}
	wait := fence.Wait{Metres: math.Inf(1)}
	if p.fences.Len() > 0 {
		wait = p.fences.Wait()
	}
	metres := min(e.catalogue.NextReach(p.last.Point, p.mode, minHintMetres), wait.Metres)
	metres = min(max(metres, minHintMetres), maxHintMetres)
	if p.trip != nil { // what lies on the way need not reach as far as the person
		metres = min(metres, alongHintMetres)
	}
	seconds := min(max(metres/max(u.step.Speed, walking), minHintSeconds), maxHintSeconds)
	if u.step.Stopped && p.eval.inReach {
		seconds = min(seconds, dwellSeconds)
	}
	if wait.Dwell > 0 {
		seconds = min(seconds, max(wait.Dwell.Seconds(), minHintSeconds))
	}
	if wait.Undecided {
		metres, seconds = decideMetres, min(seconds, decideSeconds)
	}
	p.hinted = metres
	return Hint{Metres: metres, Seconds: seconds}
}
