package offers

// ScoreWithout returns what the match's score would be without its n-th strongest reason.
func ScoreWithout(m *Match, n int) float64 {
	nth := m.Reasons(nil)[n]
	sum := float32(bias)
	for t := range m.terms {
		if code, _ := m.reason(term(t)); code != nth.Code {
			sum += m.terms[t]
		}
	}
	return squash(sum)
}
