package offers_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func putPlace(t testing.TB, c *offers.Catalogue, name, category string, at geo.Point, mode offers.Mode) {
	t.Helper()
	must(t, c.PutPlace(&offers.Place{ID: id.Place("plc_" + name), Name: name, Category: category, Point: at, Mode: mode}))
}

func atSensitivePlace(t testing.TB, m *offers.Matcher, at geo.Point, mode offers.Mode) bool {
	t.Helper()
	cell, err := hex.At(at, offers.Finest)
	must(t, err)
	return m.AtSensitivePlace(at, cell, mode)
}

// The places that the rails speak of are found whether they came before the matcher or after, until they go, move or
// become something else.
func TestSensitivePlacesFollowTheCatalogue(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	far := geo.Destination(square, 90, 150)
	putPlace(t, c, "clinic", "health.clinic", square, offers.Live)
	putPlace(t, c, "cafe", "cafe", square, offers.Live)
	m := offers.NewMatcher(c, rails(t))
	stricter, err := rails(t).Stricter([]byte("places: {cafe: 10}"))
	must(t, err)
	other := offers.NewMatcher(c, stricter)
	check := func(when string, at geo.Point, mode offers.Mode, want, wantOther bool) {
		t.Helper()
		if got := atSensitivePlace(t, m, at, mode); got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
		if got := atSensitivePlace(t, other, at, mode); got != wantOther {
			t.Errorf("%s, stricter rails: %v, want %v", when, got, wantOther)
		}
	}
	check("at the clinic", square, offers.Live, true, true)
	check("59 m away", geo.Destination(square, 10, 59), offers.Live, true, true)
	check("61 m away", geo.Destination(square, 10, 61), offers.Live, false, false)
	check("in test mode", square, offers.Test, false, false)
	putPlace(t, c, "clinic", "health.clinic", far, offers.Live)
	check("where it was", square, offers.Live, false, true)
	check("where it moved", far, offers.Live, true, true)
	putPlace(t, c, "clinic", "shop.shoes", far, offers.Live)
	check("now a shop", far, offers.Live, false, false)
	putPlace(t, c, "clinic", "health.hospital", far, offers.Test)
	check("now in test mode", far, offers.Live, false, false)
	check("in test mode", far, offers.Test, true, true)
	must(t, c.RemovePlace("plc_clinic"))
	check("gone", far, offers.Test, false, false)
	if _, live, _ := c.Counts(offers.Live); live != 1 {
		t.Errorf("%d live places, want the cafe", live)
	}
}

// A sensitive place that is put again, here or a few steps away, does not vanish meanwhile.
func TestSensitivePlaceWhileItIsReplaced(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	m := offers.NewMatcher(c, rails(t))
	put := func(i int) {
		putPlace(t, c, "h", "health.hospital", geo.Destination(square, float64(i%12)*30, 40), offers.Live)
	}
	put(0)
	var writer sync.WaitGroup
	stop := make(chan struct{})
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				put(i)
			}
		}
	})
	for range 50_000 {
		if !atSensitivePlace(t, m, square, offers.Live) {
			t.Error("not found")
			break
		}
		if p, _ := c.NearestPlace(square, offers.Live, 50); p == nil {
			t.Error("no place near")
			break
		}
	}
	close(stop)
	writer.Wait()
}

// A look at places decides one by one: in a crowd of them too it allocates nothing, and it finds what is there.
func TestPlacesInACrowd(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	random := rand.New(rand.NewPCG(1, 1))
	var points []geo.Point
	for i := range 500 {
		points = append(points, geo.Destination(square, 360*random.Float64(), 20+230*random.Float64()))
		putPlace(t, c, fmt.Sprint(i), "worship", points[i], offers.Live)
	}
	m := offers.NewMatcher(c, rails(t))
	for range 200 {
		at := geo.Destination(square, 360*random.Float64(), 300*random.Float64())
		nearest, want := 1e9, 0
		for i, p := range points {
			if d := geo.Distance(at, p); d < nearest {
				nearest, want = d, i
			}
		}
		p, d := c.NearestPlace(at, offers.Live, offers.MaxPlaceDistance)
		if nearest > offers.MaxPlaceDistance != (p == nil) || p != nil && (p.Name != fmt.Sprint(want) || d != nearest) {
			t.Fatalf("%v at %g, want %d at %g", p, d, want, nearest)
		}
		if got := atSensitivePlace(t, m, at, offers.Live); got != (nearest <= 50) && (nearest < 49.9 || nearest > 50.1) {
			t.Fatalf("sensitive: %v, the nearest is %g m away", got, nearest)
		}
	}
	cell, err := hex.At(square, offers.Finest)
	must(t, err)
	if n := testing.AllocsPerRun(100, func() { m.AtSensitivePlace(square, cell, offers.Live) }); n != 0 {
		t.Errorf("AtSensitivePlace: %g allocations", n)
	}
	grid := testing.AllocsPerRun(100, func() { _, _ = hex.At(square, offers.Finest) })
	if n := testing.AllocsPerRun(100, func() { c.NearestPlace(square, offers.Live, 200) }); n > grid {
		t.Errorf("NearestPlace: %g allocations beside the grid's", n-grid)
	}
}
