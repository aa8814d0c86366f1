package geo_test

import (
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func at(lat, lon float64) geo.Point { return geo.Point{Lat: lat, Lon: lon} }

// anyPoint draws points, often near the places where longitudes are awkward.
func anyPoint() *rapid.Generator[geo.Point] {
	return rapid.Custom(func(t *rapid.T) geo.Point {
		lat := rapid.OneOf(rapid.Float64Range(-90, 90), rapid.Float64Range(89.9, 90), rapid.Just(-90.0)).Draw(t, "lat")
		lon := rapid.OneOf(rapid.Float64Range(-180, 180), rapid.Float64Range(179.99, 180), rapid.Float64Range(-180, -179.99)).Draw(t, "lon")
		return at(lat, lon)
	})
}

func wantField(t *testing.T, err error, code, field string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s for %q", code, field)
	}
	f := fault.From(err)
	if f.Code != code || f.Field != field {
		t.Errorf("error %q, want code %s and field %q", err, code, field)
	}
}

func TestPointCheckNamesTheField(t *testing.T) {
	for _, c := range []struct {
		p           geo.Point
		path, field string
	}{
		{at(math.NaN(), 0), "fixes[2]", "fixes[2].lat"},
		{at(0, math.NaN()), "", "lon"},
		{at(math.Inf(1), 0), "", "lat"},
		{at(90.0000001, 0), "", "lat"},
		{at(0, -180.1), "point", "point.lon"},
	} {
		wantField(t, c.p.Check(c.path), fault.CodeInvalidField, c.field)
		if c.p.Valid() {
			t.Errorf("%v is valid", c.p)
		}
	}
	for _, p := range []geo.Point{at(90, 180), at(-90, -180), {}} {
		if err := p.Check(""); err != nil || !p.Valid() {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestLogsHidePositions(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey { // may hold any digits
			return slog.Attr{}
		}
		return a
	}}))
	circle, err := geo.NewCircle(at(52.5, 13.4), 100)
	if err != nil {
		t.Fatal(err)
	}
	var m geo.Motion
	m.Advance(geo.Fix{Point: at(52.5, 13.4)})
	log.Info("x", "point", at(52.5, 13.4), "fix", geo.Fix{Point: at(52.5, 13.4)}, "motion", &m, "step", geo.Step{StopAnchor: at(52.5, 13.4)},
		"track", geo.TrackFix{Fix: geo.Fix{Point: at(52.5, 13.4)}}, "region", circle)
	if strings.Contains(out.String(), "52.5") || strings.Contains(out.String(), "13.4") {
		t.Error(out.String())
	}
}

func TestDistanceOfKnownPairs(t *testing.T) {
	quarter := geo.EarthRadius * math.Pi / 2
	for _, c := range []struct {
		a, b geo.Point
		want float64
	}{
		{at(0, 0), at(0, 90), quarter},
		{at(90, 12), at(0, -77), quarter},
		{at(0, 0), at(0, 180), 2 * quarter},
		{at(10, 179.5), at(10, -179.5), geo.Distance(at(10, 0), at(10, 1))},
		{at(90, 0), at(90, 120), 0},
		{at(50.06639, -5.71472), at(58.64389, -3.07), 968_900}, // Land's End to John o' Groats
	} {
		if got := geo.Distance(c.a, c.b); math.Abs(got-c.want) > 1e-4*c.want+1e-6 {
			t.Errorf("Distance(%v, %v) = %f, want %f", c.a, c.b, got, c.want)
		}
	}
}

func TestDestinationIsThatFarAndThatWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPoint().Draw(t, "p")
		bearing := rapid.Float64Range(0, 359.999).Draw(t, "bearing")
		metres := rapid.Float64Range(1, 1e6).Draw(t, "metres")
		q := geo.Destination(p, bearing, metres)
		if err := q.Check(""); err != nil {
			t.Fatal(err)
		}
		if d := geo.Distance(p, q); math.Abs(d-metres) > 1e-4+1e-9*metres {
			t.Fatalf("%v is %f m away, want %f", q, d, metres)
		}
		if b := geo.Bearing(p, q); b < 0 || b >= 360 {
			t.Fatalf("bearing %f", b)
		} else if turn := math.Abs(math.Remainder(b-bearing, 360)); math.Abs(p.Lat) < 89 && turn > 1e-3 {
			t.Fatalf("bearing %f, want %f", b, bearing)
		}
	})
}

func TestFlatDistanceWithinItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := at(rapid.Float64Range(-79, 79).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"))
		q := geo.Destination(p, rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0.1, 100_000).Draw(t, "metres"))
		want, got := geo.Distance(p, q), geo.FlatDistance(p, q)
		if math.Abs(got-want) > 1e-3*want {
			t.Fatalf("%f, want %f", got, want)
		}
	})
}

func TestBox(t *testing.T) {
	fiji := geo.Box{South: -20, West: 177, North: -15, East: -178}
	for _, c := range []struct {
		p    geo.Point
		want bool
	}{
		{at(-18, 179), true},
		{at(-18, -179), true},
		{at(-18, 180), true},
		{at(-18, -180), true},
		{at(-18, 177), true},
		{at(-15, -178), true},
		{at(-18, 0), false},
		{at(-14.9, 179), false},
		{at(-18, 176.9), false},
		{at(math.NaN(), 179), false},
		{at(-18, math.NaN()), false},
	} {
		if got := fiji.Contains(c.p); got != c.want {
			t.Errorf("Contains(%v) = %v", c.p, got)
		}
	}
	east := geo.Box{South: 0, West: 170, North: 1, East: 180}
	if !east.Contains(at(0, -180)) {
		t.Error("-180 is not 180")
	}
	for _, c := range []struct {
		a, b geo.Box
		want bool
	}{
		{fiji, geo.Box{South: -18, West: -179, North: -17, East: -170}, true},
		{fiji, geo.Box{South: -18, West: -10, North: -17, East: 10}, false},
		{fiji, geo.Box{South: -14, West: 178, North: -13, East: 179}, false},
		{fiji, geo.Box{South: -90, West: -180, North: 90, East: 180}, true},
		{east, geo.Box{South: 0, West: -180, North: 1, East: -170}, true},
		{geo.Box{South: 0, West: 0, North: 5, East: 5}, geo.Box{South: 5, West: 5, North: 6, East: 6}, true},
		{geo.Box{South: 0, West: 0, North: 5, East: 50}, geo.Box{South: 1, West: 10, North: 2, East: 20}, true},
	} {
		if c.a.Intersects(c.b) != c.want || c.b.Intersects(c.a) != c.want {
			t.Errorf("%v and %v: want %v", c.a, c.b, c.want)
		}
	}
}

func TestParentOfNothing(t *testing.T) {
	c := geo.Cell(0x891f1d48177ffff) // a cell in Berlin, resolution 9
	for _, res := range []int{-1, 10, 16} {
		if got := c.Parent(res); got != 0 {
			t.Errorf("Parent(%d) = %v", res, got)
		}
	}
	if c.Parent(9) != c || geo.Cell(0).Parent(0) != 0 {
		t.Error("a cell is its own parent at its own resolution; nothing has none")
	}
}

func Example() {
	shop := geo.Point{Lat: 52.5219, Lon: 13.4132}
	reach, err := geo.NewCircle(shop, 300)
	if err != nil {
		fmt.Println(err)
		return
	}
	person := geo.Destination(shop, 90, 250)
	fmt.Println(reach.Contains(person), math.Round(geo.Distance(shop, person)))
	// Output: true 250
}
