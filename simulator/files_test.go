package simulator

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

const (
	somePlaces = `place_id,name,lat,lon
a,Rathaus,47.9962,7.8496
b,Bahnhof,47.9977,7.8416
c,Vauban,47.9766,7.8243
`
	someVisits = `event_id,local_time,user_id,place_id,utc_time
1,2026-03-17T09:00:00,10,a,2026-03-17T08:00:00Z
2,2026-03-17T12:00:00,9,b,2026-03-17T11:00:00Z
4,2026-03-17T18:00:00,9,c,2026-03-17T17:00:00Z
3,2026-03-17T13:00:00,9,a,2026-03-17T12:00:00Z
`
)

func TestVisits(t *testing.T) {
	people, err := ReadVisits(zipped(t, someVisits), strings.NewReader(somePlaces), 1, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 2 || people[0].OptIn.Zone != "Etc/GMT-1" {
		t.Fatalf("%d people, zone %q", len(people), people[0].OptIn.Zone)
	}
	// User 9 goes b, a, c in the order of time, and is there in time.
	want := []struct {
		place geo.Point
		hour  int
	}{{geo.Point{Lat: 47.9977, Lon: 7.8416}, 12}, {geo.Point{Lat: 47.9962, Lon: 7.8496}, 13}, {geo.Point{Lat: 47.9766, Lon: 7.8243}, 18}}
	all := collect(t, people[0].Walk, wire.Hint{Metres: 60, Seconds: 60})
	for _, v := range want {
		found := false
		for _, m := range all {
			late := m.At.Sub(m.At.Truncate(24*3600e9)).Hours() - float64(v.hour-1)
			found = found || m.Act == nil && geo.Distance(at(m), v.place) < 6*gpsNoise && late > -0.05 && late < 0.05
		}
		if !found {
			t.Errorf("nobody was at %v at %d o'clock", v.place, v.hour)
		}
	}
	for i := 1; i < len(all); i++ {
		if all[i].Fix.Speed > ride+0.1 {
			t.Errorf("somebody goes at %.1f m/s", all[i].Fix.Speed)
		}
	}
	if len(all) > 250 {
		t.Errorf("%d moments for three visits", len(all))
	}
}

func TestVisitsOfSome(t *testing.T) {
	drawn := map[string]bool{}
	for seed := range uint64(20) {
		people, err := ReadVisits(strings.NewReader(someVisits), strings.NewReader(somePlaces), seed, 1, "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		if len(people) != 1 || people[0].OptIn.Zone != "Europe/Berlin" {
			t.Fatalf("%d people, zone %q", len(people), people[0].OptIn.Zone)
		}
		drawn[people[0].begins.Format("15:04")] = true
	}
	if len(drawn) != 2 {
		t.Errorf("twenty seeds drew %v, want both users at times", drawn)
	}
}

func TestBrokenVisits(t *testing.T) {
	for _, tt := range []struct {
		name, visits, places, field string
	}{
		{"no place", "user_id,place_id,utc_time,local_time\n1,x,2026-03-17T08:00:00Z,2026-03-17T09:00:00\n", somePlaces, "visits:2"},
		{"no time", "user_id,place_id,utc_time,local_time\n1,a,yesterday,2026-03-17T09:00:00\n", somePlaces, "visits:2"},
		{"no column", "user_id,place_id,utc_time\n", somePlaces, "visits"},
		{"no rows", "user_id,place_id,utc_time,local_time\n", somePlaces, "visits"},
		{"no header", "", somePlaces, "visits"},
		{"no number", someVisits, "place_id,lat,lon\na,1,2\nb,north,7\n", "places:3"},
		{"not on earth", someVisits, "place_id,lat,lon\na,91,2\n", "places:2"},
		{"short row", someVisits, "place_id,lat,lon\na,1\n", "places:2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadVisits(strings.NewReader(tt.visits), strings.NewReader(tt.places), 1, 0, "")
			var f *fault.Error
			if !errors.As(err, &f) || f.Field != tt.field {
				t.Errorf("error %v, want one of %s", err, tt.field)
			}
		})
	}
}

func TestTracks(t *testing.T) {
	const track = `unix_time,lat,lon,user,occupied
1773734400,47.9962,7.8496,u1,0
1773734460,47.9965,7.8499,u1,1
1773734400,47.0,8.0,u2,0
1773734520,47.9970,7.8500,u1,0
1773734580,95,7.85,u1,0
`
	people, passed, err := ReadTracks(zipped(t, track), 1, 5, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 2 || people[0].Alias != "person-005" || people[0].OptIn.Zone != "Etc/GMT-1" {
		t.Fatalf("people %+v", people)
	}
	if passed.Skipped != 1 || len(passed.Ignored) != 1 {
		t.Errorf("passed over %+v", passed)
	}
	var sent []wire.Fix
	for _, m := range collect(t, people[0].Walk, wire.Hint{Metres: 2000, Seconds: 600}) {
		if m.Act == nil {
			sent = append(sent, m.Fix)
		}
	}
	if len(sent) != 3 || sent[2].At != 1773734520_000 || sent[2].Lat != 47.9970 || sent[2].Speed >= 0 {
		t.Errorf("sent %+v, want the fixes as they were recorded", sent)
	}
	if one, _, err := ReadTracks(strings.NewReader(track), 1, 0, 1, "UTC"); err != nil || len(one) != 1 {
		t.Errorf("with a limit of 1: %d people, error %v", len(one), err)
	}
	if _, _, err := ReadTracks(strings.NewReader(track), 1, 0, 0, "Nowhere"); err == nil {
		t.Error("an unknown zone was taken")
	}
}

func TestNautical(t *testing.T) {
	for hours, want := range map[float64]string{0: "Etc/GMT", 0.4: "Etc/GMT", 1: "Etc/GMT-1", -5: "Etc/GMT+5", 8.1: "Etc/GMT-8", -12.9: "Etc/GMT+12", 14: "Etc/GMT-14"} {
		if got := nautical(hours); got != want {
			t.Errorf("nautical(%v) = %q, want %q", hours, got, want)
		}
	}
}

// TestRealVisits walks people through the check-ins of a city, which are not part of the project.
func TestRealVisits(t *testing.T) {
	folder := os.Getenv("FLANEUR_TESTDATA")
	if folder == "" {
		t.Skip("FLANEUR_TESTDATA names no folder with data")
	}
	open := func(name string) io.Reader {
		f, err := os.Open(filepath.Join(folder, "visits", "nyc", name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	people, err := ReadVisits(open("visits.csv.gz"), open("places.csv.gz"), 1, 5, "America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), Options{Server: newFakeServer(freiburg(t)), People: people}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Users != 5 || r.Fixes < 10_000 || len(r.Refused) > 0 {
		t.Errorf("%d users, %d fixes, refused %v", r.Users, r.Fixes, r.Refused)
	}
}

func zipped(t *testing.T, text string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}
