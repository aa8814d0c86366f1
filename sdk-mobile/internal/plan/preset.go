package plan

import "time"

// Preset is how much battery promptness may cost.
type Preset string

// The presets.
const (
	Efficient  Preset = "efficient"
	Responsive Preset = "responsive"
	Continuous Preset = "continuous"
)

// tuning is what a preset stands for.
type tuning struct {
	shortest, longest time.Duration // between positions while moving
	sure              time.Duration // between positions while the server wants to be sure
	near              time.Duration // at most, where something is near
	exact             float64       // metres to the nearest thing from which on satellites are asked
	flush             time.Duration // what is kept goes out at the latest after this
	batch             int           // or when so many wait
	gap               time.Duration // between kept positions, at least
	apart             float64       // metres between kept positions
	still             time.Duration // within stillMetres for so long is a stop
	check             time.Duration // a position now and then while still; 0: none but what the hint asks for
}

func (p Preset) tuning() tuning {
	switch p {
	case Efficient:
		return tuning{
			shortest: 2 * time.Minute, sure: 2 * time.Minute, near: 2 * time.Minute, longest: 20 * time.Minute, exact: 0, flush: 20 * time.Minute, batch: 50, gap: 8 * time.Second, apart: 100, still: 3 * time.Minute,
		}
	case Continuous:
		return tuning{
			shortest: 3 * time.Second, sure: 3 * time.Second, near: 10 * time.Second, longest: 10 * time.Second, exact: 1e9, flush: 10 * time.Second, batch: 5, gap: 2 * time.Second, apart: 5, still: 3 * time.Minute,
			check: time.Minute,
		}
	default:
		return tuning{
			shortest: 20 * time.Second, sure: 10 * time.Second, near: 15 * time.Second, longest: 5 * time.Minute, exact: 250, flush: 3 * time.Minute, batch: 20, gap: 8 * time.Second, apart: 30, still: 2 * time.Minute,
		}
	}
}
