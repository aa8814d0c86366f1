package wearer_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// quantities are compared; what the optical sensor of one wristband calls a unit is not.
var quantities = []struct {
	name    string
	feature physio.Feature
}{
	{"beats per minute", physio.HRMean},
	{"ln RMSSD", physio.LnRMSSD},
	{"ln SDNN", physio.LnSDNN},
	{"clean beats", physio.Coverage},
	{"ln conductance", physio.LnSCL},
	{"responses", physio.SCRRate},
	{"°C", physio.TempMean},
	{"°C per minute", physio.TempSlope},
	{"ln movement", physio.LnMotion},
}

// medians are one person's, of the windows of a condition, by feature.
type medians [physio.NumFeatures]float64

// TestLooksLikePeople compares invented people with the recordings of real ones (WESAD: Schmidt et al. 2018), both as
// package physio sees them: the median of invented people lies in the range of the ten
// real ones or a quarter of its width beside it, and few lie far outside.
func TestLooksLikePeople(t *testing.T) {
	root := os.Getenv("FLANEUR_TESTDATA")
	if root == "" {
		t.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds affect/wesad_wrist")
	}
	recorded := visits(t, filepath.Join(root, "affect", "wesad_wrist"))
	dir := t.TempDir()
	if err := (wearer.Study{Seed: 3, People: 12}).WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	invented := visits(t, filepath.Join(dir, "wesad_wrist"))
	for _, condition := range []string{"baseline", "stress"} {
		for _, q := range quantities {
			have, want := sorted(invented[condition], q.feature), sorted(recorded[condition], q.feature)
			low, high := want[0], want[len(want)-1]
			t.Logf("%-8s %-17s real %7.3f %7.3f %7.3f, invented %7.3f %7.3f %7.3f", condition, q.name,
				low, want[len(want)/2], high, have[0], have[len(have)/2], have[len(have)-1])
			far, room := 0, (high-low)/2
			within(t, condition+": median of "+q.name, have[len(have)/2], low-room/2, high+room/2)
			for _, v := range have {
				if v < low-room || v > high+room {
					far++
				}
			}
			if far > len(have)/4 {
				t.Errorf("%s: %s of %d of %d people lies far outside %.3f to %.3f", condition, q.name, far, len(have), low, high)
			}
		}
	}
}

func sorted(all []medians, f physio.Feature) (v []float64) {
	for _, m := range all {
		if !math.IsNaN(m[f]) {
			v = append(v, m[f])
		}
	}
	slices.Sort(v)
	return v
}

// visits reads recordings and returns everybody's medians by condition.
func visits(t *testing.T, root string) map[string][]medians {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	windows, all := map[string][]physio.Window{}, map[string][]medians{}
	for _, row := range rows[1:] {
		if windows[row[0]] == nil {
			windows[row[0]] = replay(t, filepath.Join(root, row[0]))
		}
		from, to := moment(number(t, row[4])+5), moment(number(t, row[5])-5)
		var inside [physio.NumFeatures][]float64
		for _, w := range windows[row[0]] {
			if w.End.Add(-physio.WindowLength).Before(from) || w.End.After(to) {
				continue
			}
			for i, v := range w.Values {
				if !math.IsNaN(v) {
					inside[i] = append(inside[i], v)
				}
			}
		}
		var m medians
		for i, v := range inside {
			slices.Sort(v)
			if m[i] = math.NaN(); len(v) > 0 {
				m[i] = v[len(v)/2]
			}
		}
		all[row[1]] = append(all[row[1]], m)
	}
	return all
}

// replay turns a recording into windows.
func replay(t *testing.T, dir string) (all []physio.Window) {
	t.Helper()
	wrist, err := physio.New(wearer.Wristband())
	if err != nil {
		t.Fatal(err)
	}
	start, motion := readSignal(t, filepath.Join(dir, "ACC.csv.gz"))
	_, pulse := readSignal(t, filepath.Join(dir, "BVP.csv.gz"))
	_, skin := readSignal(t, filepath.Join(dir, "EDA.csv.gz"))
	_, temperature := readSignal(t, filepath.Join(dir, "TEMP.csv.gz"))
	s := wearer.Second{At: start}
	for i := range len(skin) / wearer.SkinRate {
		if len(motion) < (i+1)*wearer.MotionRate || len(pulse) < (i+1)*wearer.PulseRate || len(temperature) < (i+1)*wearer.TemperatureRate {
			break
		}
		for j, row := range motion[i*wearer.MotionRate : (i+1)*wearer.MotionRate] {
			s.Motion[j] = [3]float64{row[0] / 64, row[1] / 64, row[2] / 64}
		}
		first := func(to []float64, from [][]float64) {
			for j := range to {
				to[j] = from[i*len(to)+j][0]
			}
		}
		first(s.Pulse[:], pulse)
		first(s.Skin[:], skin)
		first(s.Temperature[:], temperature)
		s.Feed(wrist)
		s.At = s.At.Add(time.Second)
		for w, ok := wrist.Next(); ok; w, ok = wrist.Next() {
			all = append(all, w)
		}
	}
	return all
}

func readSignal(t *testing.T, name string) (start time.Time, rows [][]float64) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(zip)
	for lines.Scan() {
		var row []float64
		for field := range strings.SplitSeq(lines.Text(), ",") {
			row = append(row, number(t, strings.TrimSpace(field)))
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return moment(rows[0][0]), rows[2:]
}

func moment(unix float64) time.Time { return time.UnixMilli(int64(math.Round(1000 * unix))).UTC() }

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
