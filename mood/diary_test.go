package mood

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

type diaryEntry struct {
	start           int64
	valence, energy float64
}

// readDiary returns the answered entries of each person, in order of time. Valence is the mean of the five mood
// sliders, the unpleasant ones reversed; energy that of the two others; both scaled to [-1, 1].
func readDiary(t *testing.T) map[string][]diaryEntry {
	t.Helper()
	folder := os.Getenv("FLANEUR_TESTDATA")
	if folder == "" {
		t.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds affect/diary/ema.csv.gz")
	}
	f, err := os.Open(filepath.Join(folder, "affect", "diary", "ema.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	people := make(map[string][]diaryEntry)
	for _, row := range rows[1:] {
		if row[column["slider_happy"]] == "" { // not answered, or the evening form, which has other sliders
			continue
		}
		slider := func(name string) float64 {
			v, err := strconv.ParseFloat(row[column["slider_"+name]], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v/50 - 1
		}
		start, err := strconv.ParseInt(row[column["start"]], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		who := row[column["participant"]]
		people[who] = append(people[who], diaryEntry{
			start:   start,
			valence: (slider("happy") + slider("relaxed") - slider("sad") - slider("angry") - slider("anxious")) / 5,
			energy:  (slider("energetic") - slider("tired")) / 2,
		})
	}
	for _, entries := range people {
		slices.SortFunc(entries, func(a, b diaryEntry) int { return int(a.start - b.start) })
	}
	return people
}

// TestDiary predicts each diary entry from the same person's earlier ones. The filter has to beat the person's running
// mean and the last value, and has to know how far off it is.
func TestDiary(t *testing.T) {
	people := readDiary(t)
	const z80 = 1.2816 // two-sided 80 % of the normal distribution
	for _, dim := range []struct {
		name   string
		model  *process
		track  func(*Estimator) *track
		actual func(diaryEntry) float64
		low    float64 // of the share that 80 % intervals cover
	}{
		{"valence", &valenceProcess, func(e *Estimator) *track { return &e.valence }, func(d diaryEntry) float64 { return d.valence }, 0.75},
		{"arousal", &arousalProcess, func(e *Estimator) *track { return &e.arousal }, func(d diaryEntry) float64 { return d.energy }, 0.70},
	} {
		t.Run(dim.name, func(t *testing.T) {
			var n, covered, ours, mean, last float64
			for _, entries := range people {
				var e Estimator
				var sum float64
				for i, d := range entries {
					at, y := time.Unix(d.start, 0), dim.actual(d)
					if i > 0 {
						guess, variance := dim.track(&e).forecast(dim.model, dim.model.decay(float64(at.UnixMilli()-e.at)))
						n++
						ours += (y - guess) * (y - guess)
						mean += (y - sum/float64(i)) * (y - sum/float64(i))
						before := dim.actual(entries[i-1])
						last += (y - before) * (y - before)
						if math.Abs(y-guess) <= z80*math.Sqrt(dim.track(&e).scale*(variance+dim.model.noise[SelfReport])) {
							covered++
						}
					}
					sum += y
					if !e.Observe(Affect{Valence: d.valence, Arousal: d.energy, Confidence: 1, Source: SelfReport, At: at}) {
						t.Fatalf("entry %d was not taken", i)
					}
				}
			}
			rmse := func(squares float64) float64 { return 50 * math.Sqrt(squares/n) } // on the diary's scale, 0-100
			t.Logf("%.0f predictions: RMSE %.2f (running mean %.2f, last value %.2f), 80 %% intervals cover %.1f %%",
				n, rmse(ours), rmse(mean), rmse(last), 100*covered/n)
			if ours >= mean || ours >= last {
				t.Errorf("RMSE %.2f does not beat the running mean %.2f and the last value %.2f", rmse(ours), rmse(mean), rmse(last))
			}
			if covered/n < dim.low || covered/n > 0.87 {
				t.Errorf("80 %% intervals cover %.1f %%", 100*covered/n)
			}
		})
	}
}
