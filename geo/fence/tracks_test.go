package fence_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
)

// The test on tracks. What truly happened is read off the whole track without jitter by a plain rule: a visit is a
// stretch between two moments at which the straight way from fix to fix crosses the border. Reaches are put along the
// track at regular distances and where somebody stayed; one is left out if its truth is unclear (see truth). The same
// fixes with Gaussian jitter then go through the tracker and, to compare, through the test "the fix lies in the circle".
// Each event must come within its span: from shortly before the border is crossed to some time after it is clear.

const (
	dwellAfter = 10 * time.Minute
	coolDown   = 6 * time.Hour
	early      = 90 * time.Second // before the border: who comes near is in for jitter
	late       = 2 * time.Minute  // after the person is deep inside, or far away, and after the fix that could tell
	brief      = time.Minute      // a visit no longer than this, and than two fixes, may be told as one crossing
	unsure     = 4 * time.Minute  // a visit that is so much shorter or longer than a dwell may or may not be one
)

// ground is where and how reaches are put.
type ground struct {
	radius, deep, apart float64       // metres; deep is how far inside or outside is beyond doubt, apart the way between reaches
	every               time.Duration // between two fixes, about
}

// span is an event that must come between two moments.
type span struct {
	kind     fence.Kind
	from, to time.Time
	brief    bool // its visit was brief
}

// scene is a stretch of a track with the reaches whose truth is clear.
type scene struct {
	name    string
	fixes   []geo.Fix
	reaches []geo.Region
	wants   [][]span
}

// truth reads off the whole track what should be told. It is unclear if the track begins or ends near or in the reach's
// border, if a visit does not go deep or is hardly left before the next, if its length is near that of a dwell or most of
// it goes on near the border, or if the way between two fixes cuts the reach.
func truth(fixes []geo.Fix, r geo.Region, g ground) (wants []span, sure bool) {
	before := r.SignedDistance(fixes[0].Point)
	if before < g.deep {
		return nil, false
	}
	nearest, depth := before, 0.0 // depth: metre seconds of the visit
	end := fixes[len(fixes)-1].Time
	var in, out, settled time.Time // settled: when the person was deep in, or far out, for the first time since
	settled = fixes[0].Time
	visits, short := 0, false
	told := map[fence.Kind]time.Time{}
	tell := func(k fence.Kind, at, settled time.Time) {
		if last, ok := told[k]; !ok || at.Sub(last) > coolDown+late {
			told[k], wants = at, append(wants, span{k, at.Add(-early), settled.Add(late + 2*g.every), false})
		} else if at.Sub(last) > coolDown-late {
			wants = nil // too near to the cool-down's end
		}
	}
	for i, f := range fixes[1:] {
		d := r.SignedDistance(f.Point)
		if before > 0 && d > 0 && geo.Crosses(r, fixes[i].Point, f.Point) {
			return nil, false
		}
		if (before > 0) != (d > 0) {
			if settled.IsZero() {
				return nil, false
			}
			border := fixes[i].Time.Add(time.Duration(before / (before - d) * float64(f.Time.Sub(fixes[i].Time))))
			if settled = (time.Time{}); d <= 0 {
				in, out, depth = border, time.Time{}, 0
			} else {
				out = border
			}
		}
		if settled.IsZero() && math.Abs(d) >= g.deep {
			switch settled = f.Time; {
			case d < 0:
				tell(fence.Entered, in, settled)
			default:
				if stay := settled.Sub(in); stay >= dwellAfter-unsure && out.Sub(in) < dwellAfter+unsure {
					return nil, false
				} else if stay > dwellAfter {
					tell(fence.Dwelled, in.Add(dwellAfter), in.Add(dwellAfter))
				}
				tell(fence.Exited, out, settled)
				visits++
				short = short || out.Sub(in) <= max(brief, 2*g.every)
			}
		}
		if d < 0 {
			depth -= d * f.Time.Sub(fixes[i].Time).Seconds()
		} else if stay := out.Sub(in); !in.IsZero() && stay > dwellAfter-unsure && depth < g.deep/2*stay.Seconds() {
			return nil, false
		}
		before, nearest = d, min(nearest, d)
	}
	if nearest > 0 {
		return nil, nearest > g.deep*2/3 // they passed by
	}
	if settled.IsZero() || end.Sub(settled) < late {
		return nil, false
	}
	if !in.IsZero() && out.IsZero() { // still in
		if stay := end.Sub(in); depth < g.deep/2*stay.Seconds() {
			return nil, false
		} else if stay >= dwellAfter+unsure {
			tell(fence.Dwelled, in.Add(dwellAfter), in.Add(dwellAfter))
		} else if stay > dwellAfter-unsure {
			return nil, false
		}
	}
	for i := range wants {
		wants[i].brief = short
	}
	return wants, !short || visits == 1 && out.After(in) // of several, one could be told as a crossing, or not
}

// place puts reaches along the way and returns how many were left out.
func (s *scene) place(g ground) (left int) {
	way, last := 0.0, 0
	for i := 1; i < len(s.fixes); i++ {
		way += geo.Distance(s.fixes[i-1].Point, s.fixes[i].Point)
		stayed := s.fixes[i].Time.Sub(s.fixes[last].Time) >= 15*time.Minute && geo.Distance(s.fixes[i].Point, s.fixes[last].Point) < g.radius/2
		if way < g.apart && !stayed {
			continue
		}
		way, last = 0, i
		beside := geo.Bearing(s.fixes[i-1].Point, s.fixes[i].Point) + 90
		for _, off := range [...]float64{0, g.radius + g.deep} { // on the way, and beside it
			r, err := geo.NewCircle(geo.Destination(s.fixes[i].Point, beside, off), g.radius)
			if err != nil {
				panic(err)
			}
			if wants, sure := truth(s.fixes, r, g); sure {
				s.reaches, s.wants = append(s.reaches, r), append(s.wants, wants)
			} else {
				left++
			}
		}
	}
	return left
}

// told is one event of a run.
type told struct {
	kind fence.Kind
	at   time.Time
}

// jittered returns the fixes as a receiver with so much noise would have given them: Gaussian in each direction. The
// accuracy is told times its 68 % radius; without noise, that of a good receiver.
func jittered(fixes []geo.Fix, sigma float64, random *rand.Rand) []geo.Fix {
	out := slices.Clone(fixes)
	for i := range out {
		f := &out[i]
		if f.Accuracy = 10; sigma > 0 {
			f.Point = geo.Destination(f.Point, 0, sigma*random.NormFloat64())
			f.Point = geo.Destination(f.Point, 90, sigma*random.NormFloat64())
			f.Accuracy = sigma * 1.51
		}
	}
	return out
}

// track runs the tracker over the fixes.
func track(fixes []geo.Fix, r geo.Region) (list []told) {
	var t fence.Tracker
	var events []fence.Event
	before := math.Inf(1)
	for i, f := range fixes {
		sight := fence.Reach{Key: 1, Distance: r.SignedDistance(f.Point), Before: before, Dwell: dwellAfter, Cooldown: coolDown}
		moved := 0.0
		if i > 0 {
			if moved = geo.Distance(fixes[i-1].Point, f.Point); sight.Distance > 0 && before > 0 {
				sight.Through = geo.Through(r, fixes[i-1].Point, f.Point)
			}
		}
		t.Advance(fence.Fix{At: f.Time, Accuracy: f.Accuracy, Moved: moved})
		events = t.See(events[:0], sight)
		for _, e := range events {
			if !e.Cooled {
				list = append(list, told{e.Kind, f.Time})
			}
		}
		before = sight.Distance
	}
	return list
}

// naive is the test whether a fix lies in the circle; its dwell is an unbroken stretch of such fixes.
func naive(fixes []geo.Fix, r geo.Region) (list []told) {
	in, dwelled, since := r.Contains(fixes[0].Point), false, fixes[0].Time
	for _, f := range fixes[1:] {
		switch now := r.Contains(f.Point); {
		case now && !in:
			in, since, dwelled = true, f.Time, false
			list = append(list, told{fence.Entered, f.Time})
		case !now && in:
			in = false
			list = append(list, told{fence.Exited, f.Time})
		case now && !dwelled && f.Time.Sub(since) >= dwellAfter:
			dwelled = true
			list = append(list, told{fence.Dwelled, f.Time})
		}
	}
	return list
}

// score counts how what was told compares with what should have been.
type score struct {
	wanted, right, crossings, missed, surplus, dwells, missedDwells, pairs int
}

func (s *score) add(wants []span, got []told) {
	used := make([]bool, len(got))
	if len(wants) == 2 && wants[0].brief && len(got) == 1 && got[0].kind == fence.Crossed &&
		!got[0].at.Before(wants[0].from) && !got[0].at.After(wants[1].to) {
		s.crossings++
		s.wanted += 2
		return
	}
	for _, w := range wants {
		if w.kind == fence.Dwelled {
			s.dwells++
		}
		i := slices.IndexFunc(got, func(g told) bool { return g.kind == w.kind && !g.at.Before(w.from) && !g.at.After(w.to) })
		switch {
		case i >= 0 && !used[i]:
			used[i] = true
			s.right++
		case w.kind == fence.Dwelled:
			s.missedDwells++
			s.missed++
		default:
			s.missed++
		}
	}
	s.wanted += len(wants)
	s.surplus += len(got)
	for _, u := range used {
		if u {
			s.surplus--
		}
	}
	s.pairs += pairs(got)
}

// pairs counts the entries within the cool-down of the one before: each is a pair of exit and enter too many.
func pairs(list []told) (n int) {
	var last time.Time
	for _, h := range list {
		if h.kind == fence.Entered {
			if !last.IsZero() && h.at.Sub(last) < coolDown {
				n++
			}
			last = h.at
		}
	}
	return n
}

func (s *score) row(track, name string, sigma float64) string {
	return fmt.Sprintf("| %s | %g m | %s | %d | %d | %d | %d | %d | %d | %d of %d |", track, sigma, name, s.wanted, s.right, s.crossings, s.missed, s.surplus, s.pairs, s.missedDwells, s.dwells)
}

// run scores the tracker and the naive test over all scenes, with each of so many seeds.
func run(scenes []scene, sigma float64, seeds int) (ours, theirs score) {
	if sigma == 0 {
		seeds = 1
	}
	for seed := range seeds {
		for i := range scenes {
			s := &scenes[i]
			noisy := jittered(s.fixes, sigma, rand.New(rand.NewPCG(uint64(seed), uint64(i))))
			for k, r := range s.reaches {
				ours.add(s.wants[k], track(noisy, r))
				theirs.add(s.wants[k], naive(noisy, r))
			}
		}
	}
	return ours, theirs
}

// scenes cuts a track at its gaps.
func scenes(name string, fixes []geo.Fix, gap time.Duration) (list []scene) {
	start := 0
	for i := 1; i <= len(fixes); i++ {
		if i < len(fixes) && fixes[i].Time.Sub(fixes[i-1].Time) <= gap {
			continue
		}
		if part := fixes[start:i]; part[len(part)-1].Time.Sub(part[0].Time) >= 20*time.Minute {
			list = append(list, scene{name: fmt.Sprint(name, " ", part[0].Time.Format("2006-01-02 15:04")), fixes: part})
		}
		start = i
	}
	return list
}

func readTrack(t *testing.T, path string) (fixes []geo.Fix) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err = geo.ReadTrack(f, geo.CSV, false, func(tf geo.TrackFix) error {
		fixes = append(fixes, tf.Fix)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(fixes, func(a, b geo.Fix) int { return a.Time.Compare(b.Time) })
	return slices.CompactFunc(fixes, func(a, b geo.Fix) bool { return a.Time.Equal(b.Time) })
}

const tableHead = "| track | jitter | method | wanted | right | as one crossing | missed | surplus | false pairs | missed dwells |"

// check holds the tracker to what it promises: never a false pair nor a missed dwell, and up to 20 m of jitter nothing
// else wrong either but one event in 500; at 50 m, one in a hundred.
func (s *score) check(t *testing.T, sigma float64) {
	t.Helper()
	if s.pairs > 0 || s.missedDwells > 0 {
		t.Errorf("%g m: %d false pairs, %d missed dwells", sigma, s.pairs, s.missedDwells)
	}
	few := s.wanted / 500
	if sigma > 20 {
		few = s.wanted / 100
	}
	if s.wanted == 0 || s.missed > few || s.surplus > few {
		t.Errorf("%g m: of %d events %d are missed, %d are too many", sigma, s.wanted, s.missed, s.surplus)
	}
}

// The same on tracks that were made up: a stroll with stays, a way by bus, a taxi's fix a minute.
func TestMadeTracks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		ground ground
	}{
		{"stroll", ground{200, 100, 150, 5 * time.Second}},
		{"bus", ground{200, 100, 150, 4 * time.Second}},
		{"taxi", ground{400, 250, 700, time.Minute}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := scenes(tt.name, readTrack(t, filepath.Join("testdata", tt.name+".csv")), 3*time.Minute)
			for i := range list {
				left := list[i].place(tt.ground)
				t.Logf("%d reaches, %d left out", len(list[i].reaches), left)
			}
			for _, sigma := range []float64{0, 5, 20, 50} {
				ours, theirs := run(list, sigma, 5)
				t.Log(ours.row(tt.name, "tracker", sigma))
				t.Log(theirs.row(tt.name, "point in circle", sigma))
				ours.check(t, sigma)
			}
		})
	}
}

func TestTracks(t *testing.T) {
	root := os.Getenv("FLANEUR_TESTDATA")
	if root == "" {
		t.Skip("set FLANEUR_TESTDATA to a folder with recorded tracks")
	}
	for _, tt := range []struct {
		name, file string
		gap        time.Duration
		most       int // scenes
		ground     ground
	}{
		{"on foot and by bus", "tracks/geolife/user001.csv.gz", 2 * time.Minute, 1000, ground{200, 100, 1000, 5 * time.Second}},
		{"taxi", "tracks/cabs_sf/abboip.csv.gz", 3 * time.Minute, 150, ground{400, 250, 2000, time.Minute}},
	} {
		list := scenes(tt.name, readTrack(t, filepath.Join(root, tt.file)), tt.gap)
		list = list[:min(len(list), tt.most)]
		reaches, left, fixes := 0, 0, 0
		for i := range list {
			left += list[i].place(tt.ground)
			reaches += len(list[i].reaches)
			fixes += len(list[i].fixes)
		}
		t.Logf("%s: %d scenes, %d fixes, %d reaches, %d more left out", tt.name, len(list), fixes, reaches, left)
		t.Log(tableHead)
		for _, sigma := range []float64{0, 5, 20, 50} {
			ours, theirs := run(list, sigma, 10)
			t.Log(ours.row(tt.name, "tracker", sigma))
			t.Log(theirs.row(tt.name, "point in circle", sigma))
			ours.check(t, sigma)
		}
	}
}
