package affect

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/mood"
)

// Diarist is somebody who noted their mood several times a day.
type Diarist struct {
	Name    string
	entries []entry // in order of time
}

type entry struct {
	at              time.Time
	valence, energy float64 // -1 to 1
}

// Diary is how well a person's next own report is told from the earlier ones. Errors are on the diary's scale, 0 to 100.
type Diary struct {
	People  int      `json:"people"`
	Reports int      `json:"reports"` // that were predicted: all but the first of each person
	Valence Forecast `json:"valence"`
	Energy  Forecast `json:"energy"`
}

// Forecast compares the estimator with the two simplest ways to guess.
type Forecast struct {
	RMSE         eval.Number   `json:"rmse"`
	RMSEInterval eval.Interval `json:"rmseInterval"`
	Covered      eval.Number   `json:"covered"` // share of reports within the interval that was to hold 80 %
	LastValue    eval.Number   `json:"lastValue"`
	RunningMean  eval.Number   `json:"runningMean"`
}

// ReadDiary reads dir/diary/ema.csv(.gz), nothing if it is not there. Valence is the mean of the five mood sliders, the
// unpleasant ones reversed; energy that of the two others. Entries that were not answered are skipped.
func ReadDiary(dir string) ([]Diarist, error) {
	path := filepath.Join(dir, "diary", "ema.csv")
	in, err := open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	return readDiary(in, path)
}

// sliders are what people move, 0 to 100. A table of constants.
var sliders = [...]string{"slider_happy", "slider_relaxed", "slider_sad", "slider_angry", "slider_anxious", "slider_energetic", "slider_tired"}

func readDiary(in io.Reader, path string) (out []Diarist, err error) {
	t, err := readTable(in, path, append([]string{"participant", "start"}, sliders[:]...)...)
	if err != nil {
		return nil, err
	}
	for i := range t.rows {
		if t.text(i, sliders[0]) == "" {
			continue
		}
		var x [len(sliders)]float64
		for k, name := range sliders {
			if x[k], err = t.number(i, name, 0, 100); err != nil {
				return nil, err
			}
			x[k] = x[k]/50 - 1
		}
		start, err := t.number(i, "start", 1, 1e11)
		if err != nil {
			return nil, err
		}
		who := t.text(i, "participant")
		k := slices.IndexFunc(out, func(d Diarist) bool { return d.Name == who })
		if k < 0 {
			k, out = len(out), append(out, Diarist{Name: who})
		}
		out[k].entries = append(out[k].entries, entry{
			at: unix(start), valence: (x[0] + x[1] - x[2] - x[3] - x[4]) / 5, energy: (x[5] - x[6]) / 2,
		})
	}
	for _, d := range out {
		slices.SortStableFunc(d.entries, func(a, b entry) int { return a.at.Compare(b.at) })
	}
	return out, nil
}

// misses are squared errors of one person, on the scale -1 to 1.
type misses struct{ n, covered, ours, last, mean float64 }

func predict(people []Diarist) *Diary {
	d := &Diary{People: len(people)}
	valence, energy := make([]misses, len(people)), make([]misses, len(people))
	for i, p := range people {
		var e mood.Estimator
		var sumV, sumE float64
		for k, x := range p.entries {
			if k > 0 {
				d.Reports++
				v, varV, a, varA := e.NextReport(x.at)
				before := p.entries[k-1]
				valence[i].add(x.valence, v, varV, before.valence, sumV/float64(k))
				energy[i].add(x.energy, a, varA, before.energy, sumE/float64(k))
			}
			sumV, sumE = sumV+x.valence, sumE+x.energy
			e.Observe(mood.Affect{Valence: x.valence, Arousal: x.energy, Confidence: 1, Source: mood.SelfReport, At: x.at})
		}
	}
	d.Valence, d.Energy = forecast(valence), forecast(energy)
	return d
}

func (m *misses) add(truth, ours, variance, last, mean float64) {
	m.n++
	if math.Abs(ours-truth) <= z80*math.Sqrt(variance) {
		m.covered++
	}
	m.ours += (ours - truth) * (ours - truth)
	m.last += (last - truth) * (last - truth)
	m.mean += (mean - truth) * (mean - truth)
}

func forecast(people []misses) Forecast {
	root := func(squares, n float64) eval.Number { return eval.Number(50 * math.Sqrt(squares/n)) }
	var all misses
	for _, m := range people {
		all = misses{all.n + m.n, all.covered + m.covered, all.ours + m.ours, all.last + m.last, all.mean + m.mean}
	}
	return Forecast{
		RMSE: root(all.ours, all.n), Covered: eval.Number(all.covered / all.n), LastValue: root(all.last, all.n), RunningMean: root(all.mean, all.n),
		RMSEInterval: eval.Bootstrap(len(people), 1, func(drawn []int) float64 {
			var squares, n float64
			for _, i := range drawn {
				squares, n = squares+people[i].ours, n+people[i].n
			}
			return float64(root(squares, n))
		}),
	}
}
