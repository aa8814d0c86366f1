package offers_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// rows reads a table of the folder with data, without its header, or skips the test.
func rows(tb testing.TB, name ...string) [][]string {
	tb.Helper()
	folder := os.Getenv("FLANEUR_TESTDATA")
	if folder == "" {
		tb.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds visits/nyc and tracks")
	}
	f, err := os.Open(filepath.Join(append([]string{folder}, name...)...))
	must(tb, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	must(tb, err)
	all, err := csv.NewReader(z).ReadAll()
	must(tb, err)
	return all[1:]
}

// visit is a check-in: who was where and when, in local time.
type visit struct {
	user, place string
	at          time.Time
	point       geo.Point
}

// visits returns the check-ins of a split by user, in order, and the places.
func visits(tb testing.TB, split string) (byUser map[string][]visit, places map[string]geo.Point) {
	places, byUser = map[string]geo.Point{}, map[string][]visit{}
	for _, r := range rows(tb, "visits", "nyc", "places.csv.gz") {
		places[r[0]] = geo.Point{Lat: number(tb, r[1]), Lon: number(tb, r[2])}
	}
	for _, r := range rows(tb, "visits", "nyc", "visits.csv.gz") {
		if r[5] != split {
			continue
		}
		at, err := time.Parse("2006-01-02T15:04:05", r[4])
		must(tb, err)
		byUser[r[1]] = append(byUser[r[1]], visit{r[1], r[2], at, places[r[2]]})
	}
	for _, list := range byUser {
		slices.SortStableFunc(list, func(a, b visit) int { return a.at.Compare(b.at) })
	}
	return byUser, places
}

func number(tb testing.TB, s string) float64 {
	tb.Helper()
	v, err := strconv.ParseFloat(s, 64)
	must(tb, err)
	return v
}

// heldOut returns so many trips of the test split, evenly over all: from one visit to the next one that began within
// three hours, 600 m to 15 km away.
func heldOut(tb testing.TB, n int) (trips [][2]visit) {
	byUser, _ := visits(tb, "test")
	var users []string
	for u := range byUser {
		users = append(users, u)
	}
	slices.Sort(users)
	var all [][2]visit
	for _, u := range users {
		for i, to := range byUser[u] {
			if i == 0 {
				continue
			}
			from := byUser[u][i-1]
			gap, metres := to.at.Sub(from.at), geo.Distance(from.point, to.point)
			if gap >= 5*time.Minute && gap <= 3*time.Hour && metres >= 600 && metres <= 15_000 {
				all = append(all, [2]visit{from, to})
			}
		}
	}
	for i := range n {
		trips = append(trips, all[i*len(all)/n])
	}
	return trips
}

// bazaar is a catalogue with one offer on the way at every point, each within 300 m.
func bazaar(tb testing.TB, points map[string]geo.Point) *offers.Matcher {
	tb.Helper()
	rails, err := offers.DefaultGuardrails()
	must(tb, err)
	c := offers.NewCatalogue(hex.Grid{})
	var list []*offers.Offer
	for name, at := range points {
		reach, err := geo.NewCircle(at, 300)
		must(tb, err)
		p := &offers.Place{ID: id.Place("plc_" + name), Merchant: "mer_1", Name: "x", Category: "cafe.coffee", Point: at}
		must(tb, c.PutPlace(p))
		list = append(list, &offers.Offer{
			ID: id.Offer("off_" + name), Merchant: "mer_1", Title: "x", Category: "cafe.coffee", Place: p.ID, Reach: reach,
			Triggers: offers.OnTheWay,
		})
	}
	must(tb, c.PutOffers(list...))
	return offers.NewMatcher(c, rails)
}

// tally is what came of suggestions.
type tally struct {
	trips, suggested, suggestions, within, behind, evaluations int
	took                                                       time.Duration
}

func (t tally) String() string {
	return fmt.Sprintf("%d of %d trips got a suggestion, %d in all; %.1f %% within the limit, %d behind; %.1f µs an evaluation",
		t.suggested, t.trips, t.suggestions, 100*t.share(), t.behind, float64(t.took.Microseconds())/float64(max(t.evaluations, 1)))
}

func (t tally) share() float64 { return float64(t.within) / float64(max(t.suggestions, 1)) }

// ride walks or rides straight from one visit to the next, a fix every 20 seconds that is off by some metres, and asks the
// matcher every 50 m; each suggestion is judged by where the person really is and goes.
func (t *tally) ride(tb testing.TB, m *offers.Matcher, way [2]visit, heading func(now time.Time, at geo.Point) trip.Heading) {
	from, to := way[0].point, way[1].point
	metres, course := geo.Distance(from, to), geo.Bearing(from, to)
	mode := trip.Walk
	if metres > 2500 {
		mode = trip.Transit
	}
	speed := mode.Speed() / 1.3 // as the crow flies
	random := rand.New(rand.NewPCG(uint64(way[0].at.Unix()), 7))
	person, motion, result := &offers.Person{}, geo.Motion{}, &offers.Result{}
	must(tb, person.SetInterests([]string{"cafe.coffee"}))
	var last geo.Point
	before := t.suggestions
	for s := 0.0; s*speed < metres; s += 20 {
		now, truth := way[0].at.Add(time.Duration(s)*time.Second), geo.Destination(from, course, s*speed)
		seen := geo.Destination(truth, 360*random.Float64(), math.Abs(8*random.NormFloat64()))
		step := motion.Advance(geo.Fix{Point: seen, Accuracy: 10, Speed: geo.Unknown, Course: geo.Unknown, Time: now})
		if last != (geo.Point{}) && geo.FlatDistance(last, seen) < 50 {
			continue
		}
		moment := &offers.Moment{Now: now, Point: seen, Accuracy: 10, Step: step, From: last, Heading: heading(now, seen)}
		moment.Cell, _ = hex.Grid{}.At(seen, offers.Finest)
		start := time.Now()
		m.Evaluate(result, person, moment)
		t.took += time.Since(start)
		t.evaluations++
		last = seen
		if len(result.Matches) > 0 {
			best := &result.Matches[0]
			person.Delivered(now, best.Offer)
			t.judge(tb, truth, to, best, mode.Speed())
		}
	}
	t.trips++
	if t.suggestions > before {
		t.suggested++
	}
}

// judge compares a suggestion with the truth.
func (t *tally) judge(tb testing.TB, at, to geo.Point, match *offers.Match, speed float64) {
	tb.Helper()
	t.suggestions++
	there, left := match.Place.Point, geo.Distance(at, to)
	minutes := func(metres float64) float64 { return metres * 1.3 / speed / 60 }
	more := minutes(geo.Distance(at, there) + geo.Distance(there, to) - left)
	if more <= min(offers.DefaultDetourMinutes, 0.15*minutes(left)) {
		t.within++
	}
	if behind := math.Abs(math.Remainder(geo.Bearing(at, there)-geo.Bearing(at, to), 360)); behind > 90 {
		t.behind++
		tb.Logf("behind: %.0f m away, %.0f degrees off, %.0f m left", geo.Distance(at, there), behind, left)
	}
}

// TestSuggestionsOnHeldOutTrips rides 100 trips that the history knows nothing of, past every place of New York's check-ins.
func TestSuggestionsOnHeldOutTrips(t *testing.T) {
	trips := heldOut(t, 100)
	train, places := visits(t, "train")
	m := bazaar(t, places)
	histories := map[string]*trip.History{}
	for user, list := range train {
		h := &trip.History{}
		for _, v := range list {
			stay(t, h, v)
		}
		histories[user] = h
	}
	var told, likely, straight tally
	for _, way := range trips {
		mode := trip.Walk
		if geo.Distance(way[0].point, way[1].point) > 2500 {
			mode = trip.Transit
		}
		told.ride(t, m, way, func(time.Time, geo.Point) trip.Heading { return trip.To(way[1].point, mode) })
		straight.ride(t, m, way, func(time.Time, geo.Point) trip.Heading { return trip.Heading{} })
		h := histories[way[0].user]
		if h == nil {
			h = &trip.History{}
		}
		stay(t, h, way[0])
		likely.ride(t, m, way, func(now time.Time, at geo.Point) trip.Heading { return h.Likely(now, way[0].point, at) })
	}
	t.Logf("destination told:    %v", told)
	t.Logf("likely destinations: %v", likely)
	t.Logf("straight ahead only: %v", straight)
	for _, run := range []tally{told, likely, straight} {
		if run.behind != 0 {
			t.Errorf("%d suggestions lie behind the person", run.behind)
		}
	}
	if told.share() < 0.98 || likely.share() < 0.6 || told.suggested < 90 {
		t.Error("fewer suggestions within the limit than promised")
	}
}

func stay(tb testing.TB, h *trip.History, v visit) {
	tb.Helper()
	cell, err := hex.Grid{}.At(v.point, trip.Resolution)
	must(tb, err)
	shape, err := hex.Grid{}.Shape(cell)
	must(tb, err)
	h.Stay(v.at, cell, shape.Centre())
}

// TestNothingBehindOnRecordedTracks follows a taxi driver and somebody on foot and by bus past 4000 offers near their way.
func TestNothingBehindOnRecordedTracks(t *testing.T) {
	for _, tt := range []struct {
		name string
		path []string
		fix  func(r []string) geo.Fix
	}{
		{"taxi", []string{"tracks", "cabs_sf", "abboip.csv.gz"}, func(r []string) geo.Fix {
			return track(number(t, r[1]), number(t, r[2]), time.Unix(int64(number(t, r[0])), 0).UTC())
		}},
		{"geolife", []string{"tracks", "geolife", "user001.csv.gz"}, func(r []string) geo.Fix {
			at, err := time.Parse("2006-01-02 15:04:05", r[2])
			must(t, err)
			return track(number(t, r[0]), number(t, r[1]), at)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var fixes []geo.Fix
			for _, r := range rows(t, tt.path...) {
				fixes = append(fixes, tt.fix(r))
			}
			slices.SortFunc(fixes, func(a, b geo.Fix) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
			fixes = fixes[:min(len(fixes), 20_000)]
			follow(t, fixes)
		})
	}
}

func track(lat, lon float64, at time.Time) geo.Fix {
	return geo.Fix{Point: geo.Point{Lat: lat, Lon: lon}, Accuracy: 10, Speed: geo.Unknown, Course: geo.Unknown, Time: at}
}

func follow(t *testing.T, fixes []geo.Fix) {
	random := rand.New(rand.NewPCG(3, 4))
	points := map[string]geo.Point{}
	for i := range 4000 {
		points[strconv.Itoa(i)] = somewhere(random, fixes[random.IntN(len(fixes))].Point, 500)
	}
	m := bazaar(t, points)
	person, motion, result := &offers.Person{}, geo.Motion{}, &offers.Result{}
	must(t, person.SetInterests([]string{"cafe.coffee"}))
	var last geo.Point
	suggestions, behind := 0, 0
	for _, fix := range fixes {
		step := motion.Advance(fix)
		if last != (geo.Point{}) && geo.FlatDistance(last, fix.Point) < 50 {
			continue
		}
		moment := &offers.Moment{Now: fix.Time, Point: fix.Point, Accuracy: 10, Step: step, From: last}
		moment.Cell, _ = hex.Grid{}.At(fix.Point, offers.Finest)
		m.Evaluate(result, person, moment)
		for i := range result.Matches {
			there := result.Matches[i].Place.Point
			suggestions++
			if last != (geo.Point{}) && math.Abs(math.Remainder(geo.Bearing(fix.Point, there)-geo.Bearing(last, fix.Point), 360)) > 90 {
				behind++
			}
		}
		last = fix.Point
	}
	t.Logf("%d suggestions, %d behind", suggestions, behind)
	if behind != 0 || suggestions == 0 {
		t.Errorf("%d of %d suggestions lie behind", behind, suggestions)
	}
}
