package wearer

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Study is a number of invented people who wear a wristband through the same scenes.
type Study struct {
	Seed    uint64
	People  int
	Start   time.Time                   // of the first one's recording; zero: 2 January 2026, 9:00 UTC. The others follow day by day
	Scenes  func(swapped bool) []Scene  // nil: Laboratory
	Watched func(person int, f Feeling) // called after each second with the truth, if not nil
}

// folder of the recordings, as in the data that `flaneur eval mood` reads.
const folder = "wesad_wrist"

// WriteFiles writes the recordings in the layout that `flaneur eval mood --data` reads: below dir/wesad_wrist a folder
// S1, S2 … for each person with ACC (1/64 g), BVP, EDA (µS) and TEMP (°C) as .csv.gz, whose first line is the start in
// Unix seconds and whose second line is the rate, and labels.csv and self_report.csv for all of them;
// in dir/diary a mood diary of the same people. Files that are there are replaced.
func (s Study) WriteFiles(dir string) (err error) {
	if err := s.writeDiary(filepath.Join(dir, "diary")); err != nil {
		return err
	}
	dir = filepath.Join(dir, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	labels, answers := [][]string{labelColumns}, [][]string{answerColumns}
	for i := range s.People {
		r := s.record(i)
		if err := r.writeSignals(filepath.Join(dir, r.subject)); err != nil {
			return err
		}
		labels, answers = append(labels, r.labels...), append(answers, r.answers...)
	}
	return errors.Join(writeTable(filepath.Join(dir, "labels.csv"), labels), writeTable(filepath.Join(dir, "self_report.csv"), answers))
}

var (
	labelColumns  = []string{"subject", "condition", "start_s_from_e4_start", "end_s_from_e4_start", "start_unix", "end_unix", "align_uncertainty_s"}
	answerColumns = []string{"subject", "condition", "sam_valence_1_9", "sam_arousal_1_9"}
)

// recording is one person's visit.
type recording struct {
	subject string
	start   time.Time
	wearer  *Wearer
	scenes  []Scene
	watched func(Feeling)
	rng     *rand.Rand // of what they answer

	labels, answers [][]string
}

func (s Study) seed(i int) uint64 { return s.Seed<<20 + 2*uint64(i) + 2 }

func (s Study) start(i int) time.Time {
	first := s.Start
	if first.IsZero() {
		first = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	}
	return first.AddDate(0, 0, i)
}

func (s Study) record(i int) *recording {
	seed, start := s.seed(i), s.start(i)
	scenes := s.Scenes
	if scenes == nil {
		scenes = Laboratory
	}
	r := &recording{
		subject: fmt.Sprintf("S%d", i+1), start: start, wearer: New(Invent(seed), seed, start), scenes: scenes(i%2 == 1),
		rng: rand.New(rand.NewPCG(seed, answerStream)),
	}
	if s.Watched != nil {
		r.watched = func(f Feeling) { s.Watched(i, f) }
	}
	return r
}

// writeSignals plays the visit into the files of one folder.
func (r *recording) writeSignals(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var files [4]*signalFile
	defer func() {
		for _, f := range files {
			if f != nil {
				err = errors.Join(err, f.close())
			}
		}
	}()
	columns := [...]int{3, 1, 1, 1}
	rates := [...]float64{MotionRate, PulseRate, SkinRate, TemperatureRate}
	for i, name := range [...]string{"ACC", "BVP", "EDA", "TEMP"} {
		if files[i], err = createSignal(filepath.Join(dir, name+".csv.gz"), r.start, rates[i], columns[i]); err != nil {
			return err
		}
	}
	r.play(func(s *Second) {
		for _, g := range s.Motion {
			files[0].row(0, 64*g[0], 64*g[1], 64*g[2])
		}
		for _, v := range s.Pulse {
			files[1].row(2, v)
		}
		for i := range s.Skin {
			files[2].row(6, s.Skin[i])
			t := math.Round(50*s.Temperature[i]) / 50
			if s.At.Equal(r.start) {
				t = warmingUp
			}
			files[3].row(2, t)
		}
	})
	return nil
}

// warmingUp is what the thermometer of a real wristband says before it has measured: readers must cope.
const warmingUp = 382.18

// play lives through all scenes and notes conditions and answers.
func (r *recording) play(take func(*Second)) {
	var s Second
	for i := range r.scenes {
		scene := &r.scenes[i]
		from, seconds := r.wearer.Now(), int(scene.Lasts/time.Second)
		var v, a float64
		for range seconds {
			r.wearer.Next(scene, &s)
			take(&s)
			f := r.wearer.Feeling()
			v, a = v+f.Valence, a+f.Arousal
			if r.watched != nil {
				r.watched(f)
			}
		}
		if scene.Name != "" && seconds > 0 {
			r.label(scene.Name, from, v/float64(seconds), a/float64(seconds))
		}
	}
}

// answerSD blurs what people answer: 30 to 50 % of the variance within a person is noise (see package mood), on a scale
// of nine points about 0.7.
const answerSD = 0.7

func (r *recording) label(condition string, from time.Time, valence, arousal float64) {
	to := r.wearer.Now()
	seconds := func(d time.Duration) string { return fixed(d.Seconds(), 2) }
	moment := func(t time.Time) string { return fixed(float64(t.UnixMilli())/1000, 2) }
	r.labels = append(r.labels, []string{
		r.subject, condition, seconds(from.Sub(r.start)), seconds(to.Sub(r.start)), moment(from), moment(to), "0.00",
	})
	points := func(x float64) string {
		return strconv.Itoa(int(math.Round(math.Max(1, math.Min(9, 5+4*x+answerSD*r.rng.NormFloat64())))))
	}
	r.answers = append(r.answers, []string{r.subject, condition, points(valence), points(arousal)})
}

// signalFile is a compressed file with a line per sample.
type signalFile struct {
	file  *os.File
	gzip  *gzip.Writer
	text  *bufio.Writer
	line  []byte
	fails error
}

func createSignal(name string, start time.Time, rate float64, columns int) (*signalFile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	zip := gzip.NewWriter(f) // without a time in its header: the same seed makes the same file
	s := &signalFile{file: f, gzip: zip, text: bufio.NewWriter(zip)}
	for _, v := range [...]float64{float64(start.UnixMilli()) / 1000, rate} {
		head := [3]float64{v, v, v}
		s.row(6, head[:columns]...)
	}
	return s, nil
}

// row writes a line with so many decimals.
func (s *signalFile) row(decimals int, values ...float64) {
	s.line = s.line[:0]
	for i, v := range values {
		if i > 0 {
			s.line = append(s.line, ',')
		}
		s.line = strconv.AppendFloat(s.line, v, 'f', decimals, 64)
	}
	if _, err := s.text.Write(append(s.line, '\n')); err != nil && s.fails == nil {
		s.fails = err
	}
}

func (s *signalFile) close() error {
	return errors.Join(s.fails, s.text.Flush(), s.gzip.Close(), s.file.Close())
}

func writeTable(name string, rows [][]string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return csv.NewWriter(f).WriteAll(rows)
}

func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
