package ranking

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// files writes a town of 10 people over 20 days: home in the evening, work in the morning, something else now and then.
// strip drops columns.
func files(t *testing.T, strip ...string) (visits, places, instances string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	v, q := []string{"event_id,user_id,place_id,utc_time,local_time,split"}, []string{"event_id,context,published_top1,published_top10"}
	start := time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC)
	n := 0
	for day := range 20 {
		split := "train"
		if day >= 16 {
			split = "test"
		} else if day >= 12 {
			split = "valid"
		}
		for hour := range 24 {
			for u := range 10 {
				place := ""
				switch {
				case hour == 8:
					place = fmt.Sprintf("work%d", u%5)
				case hour == 19:
					place = fmt.Sprintf("home%d", u)
				case rng.IntN(40) == 0:
					place = fmt.Sprintf("bar%d", rng.IntN(10))
				}
				if place == "" {
					continue
				}
				n++
				at := start.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(u)*time.Minute)
				v = append(v, fmt.Sprintf("e%d,u%d,%s,%s,%s,%s", n, u, place, at.Format(time.RFC3339), at.Add(2*time.Hour).Format("2006-01-02T15:04:05"), split))
				if split == "test" && n%3 == 0 {
					q = append(q, fmt.Sprintf("e%d,,home%d,home%d|bar1", n, u, u))
				}
			}
		}
	}
	p := []string{"place_id,lat,lon,category,price_tier"}
	for u := range 10 {
		p = append(p, fmt.Sprintf("home%d,48.%d,11.5,Residence,", u, 10+u))
	}
	for i := range 5 {
		p = append(p, fmt.Sprintf("work%d,48.3,11.%d,Office,", i, 50+i))
	}
	for i := range 10 {
		p = append(p, fmt.Sprintf("bar%d,48.2,11.%d,Nightlife Spot,2", i, 60+i))
	}
	dir := t.TempDir()
	for _, f := range []struct {
		name  string
		lines []string
	}{{"visits.csv", v}, {"places.csv", p}, {"instances.csv", q}} {
		text := strings.Join(drop(f.lines, strip), "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "visits.csv"), filepath.Join(dir, "places.csv"), filepath.Join(dir, "instances.csv")
}

func drop(lines, columns []string) []string {
	head := strings.Split(lines[0], ",")
	out := make([]string, len(lines))
	for i, l := range lines {
		var kept []string
		for k, c := range strings.Split(l, ",") {
			if !strings.Contains(strings.Join(columns, " "), head[k]) {
				kept = append(kept, c)
			}
		}
		out[i] = strings.Join(kept, ",")
	}
	return out
}

func read(t *testing.T, strip ...string) *Data {
	t.Helper()
	d, err := Read(files(t, strip...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEvaluate(t *testing.T) {
	for _, tt := range []struct {
		name  string
		o     Options
		strip []string
		least float64
	}{
		{"live, time known", Options{Timed: true}, nil, 0.65},
		{"live, time unknown", Options{}, nil, 0.65},
		{"frozen", Options{Timed: true, Frozen: true}, nil, 0.65},
		{"frozen, time unknown", Options{Frozen: true}, nil, 0.65},
		{"no positions, categories, splits, context or answers", Options{Timed: true}, []string{"lat", "lon", "category", "split", "context", "published_top1", "published_top10"}, 0.65},
		{"no local time", Options{Timed: true}, []string{"local_time"}, 0.65},
		{"no world time", Options{Timed: true}, []string{"utc_time"}, 0.65},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log []string
			var mu sync.Mutex
			tt.o.Log = func(line string) {
				mu.Lock()
				defer mu.Unlock()
				log = append(log, line)
			}
			r, err := Evaluate(context.Background(), read(t, tt.strip...), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if f := r.Model; float64(f.Acc1) < tt.least || f.Acc1 > f.Acc10 || f.Intervals.Acc1.Low > f.Acc1 {
				t.Errorf("%+v", f)
			}
			if r.Model.Acc1 <= r.Baselines[0].Acc1 {
				t.Errorf("the model, %.3f, is no better than counting, %.3f", r.Model.Acc1, r.Baselines[0].Acc1)
			}
			if len(tt.strip) == 0 && (r.Published == nil || r.Published.First.Theirs == 0 || r.Consumer.Instances == 0) {
				t.Error("no comparison with the published answers, or no consumer categories")
			}
			var page bytes.Buffer
			if err := r.WritePage(&page); err != nil || !strings.Contains(page.String(), "<svg") {
				t.Errorf("the page: %v", err)
			}
			if b, err := json.Marshal(r); err != nil || !bytes.Contains(b, []byte(`"acc10"`)) {
				t.Errorf("JSON: %v", err)
			}
			if !strings.Contains(strings.Join(log, "\n"), "chosen on the validation part") {
				t.Errorf("the log doesn't tell what was chosen: %q", log)
			}
		})
	}
}

// TestNoLeak changes everything from a day on: what was answered before stays the same.
func TestNoLeak(t *testing.T) {
	for _, o := range []Options{{Timed: true}, {}, {Timed: true, Frozen: true}} {
		answers := func(change bool) []answer {
			d := read(t)
			cut := d.Instances[len(d.Instances)/2].Event
			if change {
				for i := cut; i < len(d.Events); i++ {
					d.Events[i].Place = uint32(i % len(d.Places))
				}
			}
			s := &study{Data: d, Options: o, categories: categories(d.Places)}
			s.train, s.targets = d.parts()
			r := &Result{}
			best, w, err := s.choose(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			out, err := s.answer(context.Background(), run{learning: !o.Frozen}, w, &settings[best], asked(d.Instances), Train, Valid, Test)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for n < len(out) && out[n].event < cut {
				n++
			}
			return out[:n]
		}
		before, after := answers(false), answers(true)
		if len(before) < 12 {
			t.Fatalf("%d answers", len(before))
		}
		for i := range before {
			if before[i] != after[i] {
				t.Fatalf("%+v: an answer changed with what came later: %+v, %+v", o, before[i], after[i])
			}
		}
	}
}

func TestExpectedRank(t *testing.T) {
	for _, tt := range []struct {
		scores []float32
		at     int
		want   float64
	}{
		{[]float32{3, 2, 1}, 0, 1},
		{[]float32{3, 2, 1}, 2, 3},
		{[]float32{1, 1, 1}, 1, 2},
		{[]float32{5, 1, 1}, 2, 2.5},
	} {
		if got := expectedRank(tt.scores, tt.at); got != tt.want {
			t.Errorf("%v at %d: %v, want %v", tt.scores, tt.at, got, tt.want)
		}
	}
}

func TestContext(t *testing.T) {
	d := read(t)
	s := &study{Data: d, Options: Options{Frozen: true}}
	j := &judge{study: s}
	q := &d.Instances[len(d.Instances)-1]
	user := d.Events[q.Event].User
	var own []int
	for i := range d.Events {
		if d.Events[i].User == user {
			own = append(own, i)
		}
	}
	asked := question{q.Event, len(d.Instances) - 1}
	all := j.earlier(asked, own, []Split{Train, Valid})
	if all[len(all)-1].ID != d.Events[own[len(own)-2]].ID && own[len(own)-1] == q.Event {
		t.Error("without a context, something before is missing")
	}
	var listed int
	for _, i := range own {
		if d.Events[i].Split == Test && i < q.Event {
			listed = i
		}
	}
	q.Context = []int{listed}
	some := j.earlier(asked, own, []Split{Train, Valid})
	tests := 0
	for i := range some {
		if some[i].Split == Test {
			tests++
		}
	}
	if tests != 1 || some[len(some)-1].ID != d.Events[listed].ID {
		t.Errorf("of a context of one, %d visits of the test part are known", tests)
	}
	if gap := some[len(some)-1].At.Sub(some[len(some)-2].At); gap > 8*24*time.Hour || gap < 0 {
		t.Errorf("the known parts end %v before the context", gap)
	}
}

func TestRefused(t *testing.T) {
	visits, places, instances := files(t)
	for _, tt := range []struct{ name, file, text, want string }{
		{"no such event", instances, "event_id\ne999999\n", "is not among the visits"},
		{"no column", visits, "user_id,place_id\n", "no column event_id"},
		{"no time", visits, "event_id,user_id,place_id,utc_time\ne1,u,p,yesterday\n", "line 2: event e1: \"yesterday\" is no time"},
		{"milliseconds", visits, "event_id,user_id,place_id,utc_time\ne1,u,p,1333476120000\n", "line 2: event e1: \"1333476120000\" must lie in the years 1970 to 2100"},
		{"no split", visits, "event_id,user_id,place_id,utc_time,split\ne1,u,p,2026-01-01T00:00:00Z,later\n", "must be train, valid or test"},
		{"twice", visits, "event_id,user_id,place_id,utc_time\ne1,u,p,2026-01-01T00:00:00Z\ne1,u,p,2026-01-02T00:00:00Z\n", "line 3: event_id e1: another event has it"},
		{"no place", visits, "event_id,user_id,place_id,utc_time\ne1,u,,2026-01-01T00:00:00Z\n", "line 2: event e1: place_id is empty"},
		{"no number", places, "place_id,lat,lon\np,48.1,east\n", "line 2: place p: lon \"east\""},
		{"nowhere", places, "place_id,lat,lon\np,480,11\n", "is nowhere on earth"},
		{"empty", visits, "", "first line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			old, err := os.ReadFile(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = os.WriteFile(tt.file, old, 0o600) }()
			if err := os.WriteFile(tt.file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(visits, places, instances); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// The hour of a visit is that of the place, on both sides of Greenwich.
func TestMomentIsLocal(t *testing.T) {
	for _, local := range []string{
		"2012-04-03T07:02:00", "2012-04-03T13:02:00", "2012-04-03T14:02:00", "2012-04-03T15:32:00", "2012-04-03T18:02:00",
		"2012-04-03T23:32:00", "2012-04-03T23:47:00", "2012-04-04T03:02:00",
	} {
		at, err := moment("2012-04-03T18:02:00Z", local)
		if err != nil || at.Format("2006-01-02T15:04:05") != local {
			t.Errorf("%s: %v, %v", local, at, err)
		}
	}
	if at, err := moment("2012-04-03T18:02:40Z", "2012-04-03T14:02:00"); err != nil || at.Format("15:04:05") != "14:02:40" {
		t.Errorf("cut to the minute: %v, %v", at, err)
	}
}

// A context of which nothing can be known lets nothing more be known: only one that is empty stands for everything.
func TestContextLeftOut(t *testing.T) {
	visits, places, instances := files(t)
	d, err := Read(visits, places, instances)
	if err != nil {
		t.Fatal(err)
	}
	asked, last := d.Events[d.Instances[0].Event].ID, d.Events[len(d.Events)-1].ID
	if err := os.WriteFile(instances, []byte("event_id,context\n"+asked+","+last+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err = Read(visits, places, instances); err != nil {
		t.Fatal(err)
	}
	q := &d.Instances[0]
	if q.Context == nil || len(q.Context) > 0 {
		t.Fatalf("the context is %v", q.Context)
	}
	user := d.Events[q.Event].User
	var own []int
	for i := range d.Events {
		if d.Events[i].User == user {
			if i < q.Event {
				d.Events[i].Split = Test // what only a context could tell of
			}
			own = append(own, i)
		}
	}
	j := &judge{study: &study{Data: d}}
	if known := j.earlier(question{q.Event, 0}, own, []Split{Train, Valid}); len(known) > 0 {
		t.Errorf("%d visits are known", len(known))
	}
}

func FuzzMoment(f *testing.F) {
	f.Add("2012-04-03T18:02:00Z", "2012-04-03T14:02:00")
	f.Fuzz(func(t *testing.T, utc, local string) {
		if at, err := moment(utc, local); err == nil && local != "" {
			if _, offset := at.Zone(); offset < -24*3600 || offset > 24*3600 {
				t.Errorf("%d seconds from UTC", offset)
			}
		}
	})
}
