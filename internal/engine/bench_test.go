package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
)

// The benchmarks' world: cities of 16 km by 16 km with 10,000 offers of 100 to 300 m each, so that a cell holds about
// 20 candidates; people who walk through them in steps of 60 m, so that every step is evaluated.
const (
	citySide    = 16_000.0 // metres
	cityOffers  = 10_000
	benchPeople = 256
	benchSteps  = 64
)

func cityCorner(i int) geo.Point {
	return geo.Point{Lat: 30 + float64(i/10)*0.4, Lon: -8 + float64(i%10)*0.5}
}

func inCity(i int, rng *rand.Rand) geo.Point {
	return geo.Destination(geo.Destination(cityCorner(i), 0, rng.Float64()*citySide), 90, rng.Float64()*citySide)
}

func cityOffer(i int, rng *rand.Rand) *offers.Offer {
	reach, err := geo.NewCircle(inCity(i, rng), 100+200*rng.Float64())
	if err != nil {
		panic(err)
	}
	categories := [...]string{"restaurant.italian", "cafe", "fashion", "supermarket", "bakery", "books"}
	return &offers.Offer{
		ID: id.Offer(id.New(id.PrefixOffer)), Merchant: "mer_bench", Title: "Offer", Category: categories[rng.IntN(len(categories))],
		Reach: reach, Triggers: offers.Nearby, Reward: offers.Reward{Kind: offers.Percent, Value: 10},
	}
}

// walk is where one person goes, with the cells looked up beforehand: H3's own call is not what is measured.
type walk struct {
	session *engine.Session
	points  [benchSteps]geo.Point
	shapes  [benchSteps]geo.CellShape
	step    int
	now     time.Time
}

// knownCells answers from the walk that is under way.
type knownCells struct{ shape geo.CellShape }

func (k *knownCells) At(geo.Point, int) (geo.Cell, error)   { return k.shape.Cell, nil }
func (k *knownCells) Shape(geo.Cell) (geo.CellShape, error) { return k.shape, nil }

func newWalk(b testing.TB, city int, rng *rand.Rand) *walk {
	w := &walk{now: time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)}
	at, course := inCity(city, rng), rng.Float64()*360
	for i := range w.points {
		if i == benchSteps/2 {
			course += 175 // there and nearly the same way back
		}
		at = geo.Destination(at, course, 60)
		w.points[i] = at
		cell, err := hex.At(at, offers.Finest)
		if err != nil {
			b.Fatal(err)
		}
		if w.shapes[i], err = hex.Shape(cell); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

func benchWorld(b testing.TB, cities int, triggers offers.Trigger) (*world, *knownCells, []*walk) {
	w, cells := newWorld(b), &knownCells{}
	rng := rand.New(rand.NewPCG(1, uint64(cities)))
	for city := range cities {
		batch := make([]*offers.Offer, cityOffers)
		for i := range batch {
			batch[i] = cityOffer(city, rng)
			batch[i].Triggers = triggers
		}
		if err := w.catalogue.PutOffers(batch...); err != nil {
			b.Fatal(err)
		}
	}
	rails, err := offers.DefaultGuardrails()
	if err != nil {
		b.Fatal(err)
	}
	w.Engine = engine.New(engine.Options{
		Catalogue: w.catalogue, Matcher: offers.NewMatcher(w.catalogue, rails), Rails: rails, Records: w.memory,
		Ledger: w.memory, Codes: w.memory, Sender: w.memory, Grid: cells, Clock: func() time.Time { return w.now },
	})
	walks := make([]*walk, benchPeople)
	for i := range walks {
		walks[i] = newWalk(b, i%cities, rng)
		walks[i].session = w.walker(b)
	}
	return w, cells, walks
}

// walker opts a simulated person in who has had all the pushes they want: what is measured ends before the delivery.
func (w *world) walker(b testing.TB) *engine.Session {
	in, err := w.OptIn(context.Background(), engine.OptIn{Simulated: true, Interests: []string{"cafe", "restaurant"}, Changes: []privacy.Change{
		{Purpose: privacy.Location, Granted: true, Policy: "1"}, {Purpose: privacy.Push, Granted: true, Policy: "1"},
	}})
	if err != nil {
		b.Fatal(err)
	}
	s, err := w.Authenticate(context.Background(), in.Token)
	if err != nil {
		b.Fatal(err)
	}
	prefs := w.Preferences(s)
	prefs.Push.DailyCap = 0
	if err := w.SetPreferences(context.Background(), s, prefs); err != nil {
		b.Fatal(err)
	}
	return s
}

// next moves a person one step and returns the fix.
func (w *walk) next(cells *knownCells, fixes []geo.Fix) []geo.Fix {
	w.step = (w.step + 1) % benchSteps
	w.now = w.now.Add(45 * time.Second)
	cells.shape = w.shapes[w.step]
	return append(fixes[:0], geo.Fix{Point: w.points[w.step], Accuracy: 8, Speed: geo.Unknown, Course: geo.Unknown, Time: w.now})
}

// BenchmarkPosition is one position through the whole engine: lock, stages, index, eligibility, score, choice, hint.
func BenchmarkPosition(b *testing.B) {
	for _, cities := range []int{1, 100} {
		b.Run(fmt.Sprintf("offers=%d", cities*cityOffers), func(b *testing.B) { benchPosition(b, cities, offers.Nearby) })
	}
}

// BenchmarkTrackedPosition is the same with offers that people are followed through: all of them enter and exit, and in
// the second run cross too.
func BenchmarkTrackedPosition(b *testing.B) {
	b.Run("enter+exit", func(b *testing.B) { benchPosition(b, 1, offers.Nearby|offers.Enter|offers.Exit) })
	b.Run("crossed", func(b *testing.B) { benchPosition(b, 1, offers.Nearby|offers.Enter|offers.Crossed) })
}

func benchPosition(b *testing.B, cities int, triggers offers.Trigger) {
	if cities > 1 && testing.Short() {
		b.Skip("a million offers take a while to make")
	}
	w, cells, walks := benchWorld(b, cities, triggers)
	ctx, fixes := context.Background(), make([]geo.Fix, 0, 1)
	run := func(i int) {
		one := walks[i%len(walks)]
		fixes = one.next(cells, fixes)
		if r, err := w.Position(ctx, one.session, fixes); err != nil || r.Accepted != 1 {
			b.Fatalf("%+v, %v", r.Refused, err)
		}
	}
	for i := range len(walks) * benchSteps {
		run(i)
	}
	before := w.Stats().Evaluations
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		run(i)
	}
	b.StopTimer()
	b.ReportMetric(float64(w.Stats().Evaluations-before)/float64(b.N), "evaluations/op")
	b.ReportMetric(candidates(w.catalogue, walks), "candidates/op")
}

// candidates is how many offers stand under a walker's cell, on average.
func candidates(c *offers.Catalogue, walks []*walk) float64 {
	n := 0
	for _, w := range walks {
		n += c.Candidates(w.shapes[0].Cell, offers.Live)
	}
	return float64(n) / float64(len(walks))
}

// TestPositionDoesNotAllocate guards the hot path, without tracking and with. What is told of a reach, a few times on
// a walk, has an id of its own: that may cost.
func TestPositionDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for _, triggers := range []offers.Trigger{offers.Nearby, offers.Nearby | offers.Enter | offers.Exit | offers.Crossed} {
		w, cells, walks := benchWorld(t, 1, triggers)
		fixes, i := make([]geo.Fix, 0, 1), 0
		run := func() {
			one := walks[i%len(walks)]
			i++
			fixes = one.next(cells, fixes)
			if r, err := w.Position(context.Background(), one.session, fixes); err != nil || r.Accepted != 1 {
				t.Fatalf("%+v, %v", r.Refused, err)
			}
		}
		for range len(walks) * benchSteps {
			run()
		}
		if allocs := testing.AllocsPerRun(10_000, run); allocs != 0 {
			t.Errorf("%s: one position allocates %v times", triggers, allocs)
		}
	}
}

// What else may go on while somebody walks costs no allocation either: a trip that they told, and offers that wait for
// their digest.
func TestPositionWithTripOrDigestDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	prefer := func(t *testing.T, w *world, s *engine.Session, change func(*engine.Preferences)) {
		prefs := w.Preferences(s)
		change(&prefs)
		if err := w.SetPreferences(context.Background(), s, prefs); err != nil {
			t.Fatal(err)
		}
	}
	for name, prepare := range map[string]func(*testing.T, *world, *walk){
		"trip": func(t *testing.T, w *world, one *walk) {
			away := geo.Destination(one.points[benchSteps/2], 45, 20_000)
			if _, err := w.StartTrip(context.Background(), one.session, engine.Trip{Destination: away, Started: one.now}); err != nil {
				t.Fatal(err)
			}
		},
		"digest": func(t *testing.T, w *world, one *walk) {
			prefer(t, w, one.session, func(p *engine.Preferences) { p.Push.Digest, p.Push.DailyCap = []int{18 * 60}, 10 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, cells, walks := benchWorld(t, 1, offers.Nearby|offers.OnTheWay)
			walks = walks[:16]
			for _, one := range walks {
				prepare(t, w, one)
			}
			fixes, i := make([]geo.Fix, 0, 1), 0
			run := func() {
				one := walks[i%len(walks)]
				i++
				fixes = one.next(cells, fixes)
				if r, err := w.Position(context.Background(), one.session, fixes); err != nil || r.Accepted != 1 {
					t.Fatalf("%+v, %v", r.Refused, err)
				}
			}
			for range len(walks) * benchSteps * 2 {
				run()
			}
			if allocs := testing.AllocsPerRun(2000, run); allocs != 0 {
				t.Errorf("one position allocates %v times", allocs)
			}
		})
	}
}

// BenchmarkBuntdb is only the look-up of the same positions, in buntdb's spatial index, with the exact test.
func BenchmarkBuntdb(b *testing.B) {
	for _, cities := range []int{1, 100} {
		b.Run(fmt.Sprintf("offers=%d", cities*cityOffers), func(b *testing.B) {
			if cities > 1 && testing.Short() {
				b.Skip("a million offers take a while to make")
			}
			db, err := buntdb.Open(":memory:")
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.CreateSpatialIndex("reach", "o:*", buntdb.IndexRect); err != nil {
				b.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, uint64(cities)))
			var regions []geo.Region
			for city := range cities {
				err := db.Update(func(tx *buntdb.Tx) error {
					for range cityOffers {
						o := cityOffer(city, rng)
						box := o.Reach.Box()
						rect := fmt.Sprintf("[%f %f],[%f %f]", box.West, box.South, box.East, box.North)
						if _, _, err := tx.Set("o:"+strconv.Itoa(len(regions)), rect, nil); err != nil {
							return err
						}
						regions = append(regions, o.Reach)
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			walks := make([]*walk, benchPeople)
			for i := range walks {
				walks[i] = newWalk(b, i%cities, rng)
			}
			hits, cells, fixes := 0, &knownCells{}, make([]geo.Fix, 0, 1)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				fixes = walks[i%len(walks)].next(cells, fixes)
				p := fixes[0].Point
				point := "[" + strconv.FormatFloat(p.Lon, 'f', 6, 64) + " " + strconv.FormatFloat(p.Lat, 'f', 6, 64) + "]"
				err := db.View(func(tx *buntdb.Tx) error {
					return tx.Intersects("reach", point, func(key, _ string) bool {
						if n, err := strconv.Atoi(key[2:]); err == nil && regions[n].Contains(p) {
							hits++
						}
						return true
					})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
	}
}

// BenchmarkRedis is the usual way with Redis: GEOADD of the person, GEOSEARCH of the offers within 300 m, in one
// pipeline of one connection. It needs redis-server on the machine.
func BenchmarkRedis(b *testing.B) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("redis-server is not installed")
	}
	for _, cities := range []int{1, 100} {
		b.Run(fmt.Sprintf("offers=%d", cities*cityOffers), func(b *testing.B) {
			if cities > 1 && testing.Short() {
				b.Skip("a million offers take a while to load")
			}
			r := startRedis(b, path)
			rng := rand.New(rand.NewPCG(1, uint64(cities)))
			n := 0
			for city := range cities {
				for range cityOffers {
					p := cityOffer(city, rng).Reach.Centre()
					r.send("GEOADD", "offers", coord(p.Lon), coord(p.Lat), strconv.Itoa(n))
					n++
				}
				r.flush(b)
				for range cityOffers {
					r.reply(b)
				}
			}
			walks := make([]*walk, benchPeople)
			for i := range walks {
				walks[i] = newWalk(b, i%cities, rng)
			}
			hits, cells, fixes := 0, &knownCells{}, make([]geo.Fix, 0, 1)
			b.ResetTimer()
			for i := range b.N {
				fixes = walks[i%len(walks)].next(cells, fixes)
				lon, lat := coord(fixes[0].Lon), coord(fixes[0].Lat)
				r.send("GEOADD", "people", lon, lat, strconv.Itoa(i%len(walks)))
				r.send("GEOSEARCH", "offers", "FROMLONLAT", lon, lat, "BYRADIUS", "300", "m")
				r.flush(b)
				r.reply(b)
				hits += r.reply(b)
			}
			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
	}
}

func coord(deg float64) string { return strconv.FormatFloat(deg, 'f', 6, 64) }

// redis speaks just enough RESP2 for the benchmark.
type redis struct {
	in  *bufio.Reader
	out *bufio.Writer
}

func startRedis(b *testing.B, path string) *redis {
	sock := b.TempDir() + "/redis.sock"
	cmd := exec.Command(path, "--port", "0", "--unixsocket", sock, "--save", "", "--appendonly", "no", "--daemonize", "no")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("unix", sock)
		if err == nil {
			b.Cleanup(func() { _ = conn.Close() })
			return &redis{bufio.NewReaderSize(conn, 1<<16), bufio.NewWriterSize(conn, 1<<16)}
		}
		if time.Now().After(deadline) {
			b.Fatal(err)
		}
	}
}

func (r *redis) send(args ...string) {
	_, _ = fmt.Fprintf(r.out, "*%d\r\n", len(args))
	for _, a := range args {
		_, _ = fmt.Fprintf(r.out, "$%d\r\n%s\r\n", len(a), a)
	}
}

func (r *redis) flush(b *testing.B) {
	if err := r.out.Flush(); err != nil {
		b.Fatal(err)
	}
}

// reply reads one reply and returns the length of an array, or 0.
func (r *redis) reply(b *testing.B) int {
	line, err := r.in.ReadString('\n')
	if err != nil || line[0] == '-' {
		b.Fatalf("redis: %q, %v", line, err)
	}
	n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
	switch line[0] {
	case '$':
		if _, err := r.in.Discard(n + 2); err != nil {
			b.Fatal(err)
		}
	case '*':
		for range n {
			r.reply(b)
		}
		return n
	}
	return 0
}
