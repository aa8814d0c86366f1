package phoneday_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/phoneday"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
)

// clients are those that are compared, the naive one first.
func clients() []struct {
	name string
	make func() phoneday.Client
} {
	list := []struct {
		name string
		make func() phoneday.Client
	}{{"naive, every 10 s", phoneday.Naive}}
	for _, p := range []plan.Preset{plan.Continuous, plan.Responsive, plan.Efficient} {
		list = append(list, struct {
			name string
			make func() phoneday.Client
		}{"Flaneur " + string(p), func() phoneday.Client { return phoneday.Kit(p) }})
	}
	for _, p := range []plan.Preset{plan.Continuous, plan.Responsive, plan.Efficient} {
		list = append(list, struct {
			name string
			make func() phoneday.Client
		}{"Radar " + string(p), func() phoneday.Client { return phoneday.Radar(p) }})
	}
	return list
}

// compare lives the days with all clients.
func compare(t *testing.T, days []*phoneday.Day, pitch float64, motion bool) []*phoneday.Outcome {
	t.Helper()
	var out []*phoneday.Outcome
	for _, c := range clients() {
		out = append(out, &phoneday.Outcome{Name: c.name})
	}
	for i, d := range days {
		reaches := d.City(pitch, 7)
		visits := d.Visits(reaches)
		var naive []float64
		for j, c := range clients() {
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

func report(t *testing.T, title string, list []*phoneday.Outcome) {
	t.Helper()
	t.Logf("%s, %d days\n%s", title, list[0].Days, phoneday.Head)
	for _, o := range list {
		t.Log("\n" + o.Row())
	}
}

func made(n int) (days []*phoneday.Day) {
	for i := range n {
		days = append(days, phoneday.MadeDay(uint64(i)))
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
	if len(fixes) > 1 && fixes[0].Time.After(fixes[len(fixes)-1].Time) {
		for i, j := 0, len(fixes)-1; i < j; i, j = i+1, j-1 {
			fixes[i], fixes[j] = fixes[j], fixes[i]
		}
	}
	return phoneday.Split(fixes, hour, least)
}

func TestMadeDay(t *testing.T) {
	list := compare(t, made(3), 700, true)
	report(t, "made", list)
}

func TestRecorded(t *testing.T) {
	days := recorded(t, "tracks/geolife/user001.csv.gz", 20, 500)
	moving := 0
	for _, d := range days {
		moving += d.Moving()
	}
	t.Logf("%d days, %d s of moving each", len(days), moving/max(len(days), 1))
	if len(days) > 6 {
		days = days[:6]
	}
	report(t, "recorded", compare(t, days, 700, true))
}

var _ = buffer.Record{}
