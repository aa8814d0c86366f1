package engine

// Bounds of a hint.
const (
	minHintMetres  = evaluateGap // nearer than that no fix is evaluated
	maxHintMetres  = 2000.0
	minHintSeconds = 5.0
	maxHintSeconds = 600.0
	dwellSeconds   = 60.0 // while somebody stands in reach of something, minutes count
	walking        = 1.4  // m/s
)

// hint tells when the next fix could matter: the metres to the nearest border of a reach, and the time to get there
// at the present speed. The caller holds p.mu.
func (e *Engine) hint(p *person, u *update) Hint {
	if p.last.Time.IsZero() {
		return Hint{Metres: minHintMetres, Seconds: minHintSeconds}
	}
	metres := min(max(e.catalogue.NextReach(p.last.Point, p.mode, minHintMetres), minHintMetres), maxHintMetres)
	seconds := min(max(metres/max(u.step.Speed, walking), minHintSeconds), maxHintSeconds)
	if u.step.Stopped && p.eval.inReach {
		seconds = min(seconds, dwellSeconds)
	}
	p.hinted = metres
	return Hint{Metres: metres, Seconds: seconds}
}
