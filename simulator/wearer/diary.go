package wearer

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A diary asks several times a day for weeks, as the study behind the half-lives of package mood did.
const (
	diaryDays   = 14
	beepsPerDay = 6
	answered    = 0.75
	sliderSD    = 9.0 // of 100: of a slider by itself
	reportNoise = 0.6 // of an answer, in standard deviations within the person: 0.4 of the variance, see package mood
)

var diaryColumns = []string{
	"participant", "questionnaire", "scheduled", "start", "stop", "obs_n", "day_n", "answered",
	"slider_happy", "slider_sad", "slider_angry", "slider_relaxed", "slider_anxious", "slider_energetic", "slider_tired",
}

func (s Study) writeDiary(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "ema.csv.gz"))
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(f)
	defer func() { err = errors.Join(err, zip.Close(), f.Close()) }()
	rows := [][]string{diaryColumns}
	for i := range s.People {
		rows = s.appendDiary(rows, i)
	}
	return csv.NewWriter(zip).WriteAll(rows)
}

// appendDiary lets a person keep a diary in the weeks after the visit.
func (s Study) appendDiary(rows [][]string, i int) [][]string {
	seed := s.seed(i)
	person, rng := Invent(seed), rand.New(rand.NewPCG(seed, diaryStream))
	p := newPath(&person, seed+1) // another time of the same person
	day := s.start(i).AddDate(0, 0, 7)
	last := day
	for n := range diaryDays * beepsPerDay {
		at := day.AddDate(0, 0, n/beepsPerDay).Add(time.Duration((float64(n%beepsPerDay) + 0.8*rng.Float64()) * float64(2*time.Hour)))
		p.pass(at.Sub(last).Seconds())
		last = at
		row := []string{strconv.Itoa(i + 1), "main_questionnaire", unix(at), "", "", strconv.Itoa(n + 1), strconv.Itoa(n/beepsPerDay + 1), "0"}
		if rng.Float64() >= answered {
			rows = append(rows, append(row, "", "", "", "", "", "", ""))
			continue
		}
		row[3], row[4], row[7] = unix(at), unix(at.Add(30*time.Second)), "1"
		f := p.feeling()
		v := f.Valence + reportNoise*valenceSD*rng.NormFloat64()
		a := f.Arousal + reportNoise*arousalSD*rng.NormFloat64()
		for _, x := range [...]float64{v, -v, -v, v, -v, a, -a} {
			row = append(row, strconv.Itoa(int(math.Round(math.Max(0, math.Min(100, 50+50*x+sliderSD*rng.NormFloat64()))))))
		}
		rows = append(rows, row)
	}
	return rows
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
