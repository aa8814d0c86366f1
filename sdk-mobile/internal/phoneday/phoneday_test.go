package phoneday_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/phoneday"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
)

var start = time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)

// contender is a client that is compared.
type contender struct {
	name string
	make func() phoneday.Client
}

// contenders are all of them, the naive one first.
func contenders() []contender {
	list := []contender{{"naive, every 10 s", phoneday.Naive}}
	presets := []plan.Preset{plan.Continuous, plan.Responsive, plan.Efficient}
	for _, p := range presets {
		list = append(list, contender{"Flaneur " + string(p), func() phoneday.Client { return phoneday.Kit(p) }})
	}
	for _, p := range presets {
		list = append(list, contender{"Radar " + string(p), func() phoneday.Client { return phoneday.Radar(p) }})
	}
	return list
}

// compare lives the days with clients, the first of which is what delays are compared with.
func compare(t *testing.T, with []contender, days []*phoneday.Day, pitch float64, motion bool) []*phoneday.Outcome {
	t.Helper()
	var out []*phoneday.Outcome
	for _, c := range with {
		out = append(out, &phoneday.Outcome{Name: c.name})
	}
	for i, d := range days {
		reaches := d.City(pitch, 7)
		visits := d.Visits(reaches)
		var naive []float64
		for j, c := range with {
			s := phoneday.NewReckoner(reaches)
			r, err := phoneday.Live(phoneday.Setup{
				Day: d, Client: c.make(), Server: s, Reaches: reaches, Motion: motion, Seed: uint64(i), Queue: phoneday.Memory,
			})
			if err != nil {
				t.Fatal(err)
			}
			delays := phoneday.Matched(visits, s.Entries)
			if j == 0 {
				naive = delays
			}
			out[j].Add(r.Cost, visits, delays, naive)
		}
	}
	return out
}

// report logs the table, for docs/battery.md.
func report(t *testing.T, title string, list []*phoneday.Outcome) {
	t.Helper()
	table := phoneday.Head
	for _, o := range list {
		table += "\n" + o.Row()
	}
	t.Logf("%s, %d days\n%s", title, list[0].Days, table)
}

// promised checks what the preset responsive promises beside the naive client.
func promised(t *testing.T, list []*phoneday.Outcome, share float64) {
	t.Helper()
	for _, o := range list {
		if o.Name != "Flaneur responsive" {
			continue
		}
		if o.Cost.GPS > list[0].Cost.GPS/10 {
			t.Errorf("satellites were on for %.0f s, the naive client had them on for %.0f s", o.Cost.GPS, list[0].Cost.GPS)
		}
		if got := o.Walked.Share(30); o.Walked.Told == 0 || got < share {
			t.Errorf("%.1f %% of %d entries came at most 30 s later", 100*got, o.Walked.Told+o.Walked.Missed)
		}
	}
}

func made(from, to uint64) (days []*phoneday.Day) {
	for seed := from; seed < to; seed++ {
		days = append(days, phoneday.MadeDay(seed))
	}
	return days
}

func recorded(t *testing.T, file string, hour, least int) []*phoneday.Day {
	t.Helper()
	root := os.Getenv("FLANEUR_TESTDATA")
	if root == "" {
		t.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds tracks")
	}
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var fixes []geo.Fix
	if _, err := geo.ReadTrack(f, geo.CSV, false, func(g geo.TrackFix) error {
		fixes = append(fixes, g.Fix)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(fixes, func(a, b geo.Fix) int { return a.Time.Compare(b.Time) })
	return phoneday.Split(fixes, hour, least)
}

// The plan was tuned on the made days 0 to 2.
func TestMadeDays(t *testing.T) {
	with, to := contenders(), uint64(110)
	if !testing.Verbose() { // no table is wanted
		with, to = []contender{with[0], with[2]}, 102
	}
	list := compare(t, with, made(100, to), 350, true)
	report(t, "made days, a reach in each square of 350 m", list)
	promised(t, list, 0.95)
}

// The plan was tuned on every other recorded day; these are the others.
func TestRecordedDays(t *testing.T) {
	var days []*phoneday.Day
	moving := 0
	for i, d := range recorded(t, "tracks/geolife/user001.csv.gz", 20, 500) {
		if i%2 == 1 {
			days = append(days, d)
			moving += d.Moving()
		}
	}
	t.Logf("on the way for %d s a day", moving/len(days))
	for _, tt := range []struct {
		title  string
		pitch  float64
		motion bool
		share  float64
	}{
		{"recorded on foot and by bus, a reach in each square of 350 m, motion sensors", 350, true, 0.95},
		{"recorded on foot and by bus, a reach in each square of 700 m, motion sensors", 700, true, 0.95},
		{"recorded on foot and by bus, a reach in each square of 350 m, no motion sensors", 350, false, 0},
	} {
		list := compare(t, contenders(), days, tt.pitch, tt.motion)
		report(t, tt.title, list)
		promised(t, list, tt.share)
	}
}

// Cab drivers hardly ever rest: the worst that can happen to a plan.
func TestRecordedCabs(t *testing.T) {
	days := recorded(t, "tracks/cabs_sf/aiwalb.csv.gz", 12, 500)
	days = days[:min(len(days), 8)]
	moving := 0
	for _, d := range days {
		moving += d.Moving()
	}
	t.Logf("on the way for %d s a day", moving/len(days))
	report(t, "a cab, a reach in each square of 700 m, motion sensors", compare(t, contenders(), days, 700, true))
}

// On a day with tunnels, hours without network, deaths of the app and lost answers, each position that the plan kept is
// in the server's history exactly once.
func TestNothingLostNothingTwice(t *testing.T) {
	for _, preset := range []plan.Preset{plan.Efficient, plan.Responsive, plan.Continuous} {
		repeated := 0
		for seed := range uint64(2) {
			d := phoneday.MadeDay(200 + seed)
			reaches := d.City(700, seed)
			s := phoneday.NewReckoner(reaches)
			dir, opened := t.TempDir(), []*buffer.Buffer(nil)
			r, err := phoneday.Live(phoneday.Setup{
				Day: d, Client: phoneday.Kit(preset), Server: s, Reaches: reaches, Motion: true, Seed: seed, Trouble: phoneday.Troubled(d, seed),
				Queue: func() (phoneday.Queue, error) {
					b, err := buffer.Open(dir, [32]byte{1}, 5000)
					opened = append(opened, b)
					return b, err
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(opened) < 3 || r.Kept < 20 {
				t.Errorf("%s: an easy day: %d starts, %d positions", preset, len(opened), r.Kept)
			}
			for _, b := range opened {
				if b.Dropped() > 0 || b.Damaged() > 0 {
					t.Errorf("%s: the buffer dropped %d and lost %d", preset, b.Dropped(), b.Damaged())
				}
				_ = b.Close()
			}
			if s.Refused > 0 || !slices.Equal(s.History, r.KeptTimes) {
				t.Errorf("%s, day %d: kept %d, in the history %d, refused %d", preset, seed, len(r.KeptTimes), len(s.History), s.Refused)
			}
			repeated += s.Repeated
		}
		if repeated == 0 {
			t.Errorf("%s: no answer was lost", preset)
		}
	}
}

func TestSameSeedSameDay(t *testing.T) {
	var first phoneday.Result
	for i := range 2 {
		d := phoneday.MadeDay(7)
		reaches := d.City(350, 1)
		r, err := phoneday.Live(phoneday.Setup{
			Day: d, Client: phoneday.Kit(plan.Responsive), Server: phoneday.NewReckoner(reaches), Reaches: reaches, Motion: true, Seed: 5,
			Trouble: phoneday.Troubled(d, 3), Queue: phoneday.Memory,
		})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = r
		} else if r.Cost != first.Cost || !slices.Equal(r.KeptTimes, first.KeptTimes) {
			t.Errorf("%+v, then %+v", first.Cost, r.Cost)
		}
	}
}

func TestDay(t *testing.T) {
	at := func(second int, metres float64) geo.Fix {
		p := geo.Destination(geo.Point{Lat: 50, Lon: 8}, 90, metres)
		return geo.Fix{Point: p, Time: start.Add(time.Duration(second) * time.Second)}
	}
	d := phoneday.NewDay(start, []geo.Fix{at(100, 0), at(200, 100), at(201, 9000), at(3800, 1400), at(90000, 0)})
	for _, tt := range []struct{ second, metres float64 }{{0, 0}, {150, 50}, {200, 100}, {2000, 100}, {3700, 1270}, {80000, 1400}} {
		if got := geo.Distance(d.At(tt.second), geo.Point{Lat: 50, Lon: 8}); math.Abs(got-tt.metres) > 2 {
			t.Errorf("after %v s at %v m, not %v", tt.second, got, tt.metres)
		}
	}
	ring := []phoneday.Reach{{Centre: geo.Destination(geo.Point{Lat: 50, Lon: 8}, 90, 1400), Radius: 200}}
	v := d.Visits(ring)
	if len(v) != 1 || !v[0].Walked || math.Abs(v[0].In-(3800-200/1.3)) > 3 {
		t.Errorf("visits %+v", v)
	}
	if phoneday.NewDay(start, nil) != nil || len(phoneday.Split([]geo.Fix{at(1, 0), at(90000, 0)}, 4, 1)) != 2 {
		t.Error("days without positions")
	}
}
