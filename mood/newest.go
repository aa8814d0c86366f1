package mood

import "time"

// Newest returns the time of the newest observation, to the millisecond; zero if there is none.
func (e *Estimator) Newest() time.Time {
	if e.empty() {
		return time.Time{}
	}
	return time.UnixMilli(e.at)
}
