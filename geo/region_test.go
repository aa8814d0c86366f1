package geo_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	jsonx "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func region(t testing.TB, text string) geo.Region {
	t.Helper()
	var r geo.Region
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

const (
	square  = `{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51],[10,50]],[[10.25,50.25],[10.25,50.75],[10.75,50.75],[10.75,50.25],[10.25,50.25]]]}`
	dateBox = `{"type":"Polygon","coordinates":[[[179,-1],[-179,-1],[-179,1],[179,1],[179,-1]]]}`
	arctic  = `{"type":"Polygon","coordinates":[[[0,80],[90,80],[180,80],[-90,80],[0,80]]]}`
	antarct = `{"type":"Polygon","coordinates":[[[0,-80],[-90,-80],[180,-80],[90,-80],[0,-80]]]}`
	poleBox = `{"type":"Polygon","coordinates":[[[0,80],[10,80],[10,90],[0,90],[0,80]]]}`
	torn    = `{"type":"MultiPolygon","coordinates":[[[[179,-1],[180,-1],[180,1],[179,1],[179,-1]]],[[[-180,-1],[-179,-1],[-179,1],[-180,1],[-180,-1]]]]}`
	slanted = `{"type":"Polygon","coordinates":[[[0,0],[3,1],[4,4],[1,3],[0,0]]]}`
)

func TestContains(t *testing.T) {
	for _, c := range []struct {
		name, region string
		in, out      []geo.Point
	}{
		{
			"square with hole", square,
			[]geo.Point{at(50.1, 10.1), at(50, 10), at(51, 11), at(50, 10.5), at(50.5, 10), at(51, 10.2), at(50.25, 10.5), at(50.75, 10.75), at(50.25, 10.25)},
			[]geo.Point{at(50.5, 10.5), at(49.9999999, 10.5), at(50.5, 11.0000001), at(50.5, -170), at(-50.5, 10.5)},
		},
		{
			"antimeridian", dateBox,
			[]geo.Point{at(0, 180), at(0, -180), at(0, 179.5), at(0, -179.5), at(1, 179), at(-1, -179)},
			[]geo.Point{at(0, 0), at(0, 178.9), at(0, -178.9), at(1.1, 180)},
		},
		{
			"antimeridian in two parts", torn,
			[]geo.Point{at(0, 180), at(0, -180), at(0, 179.5), at(0, -179.5), at(1, 179), at(-1, -179)},
			[]geo.Point{at(0, 0), at(0, 178.9), at(0, -178.9)},
		},
		{
			"north pole", arctic,
			[]geo.Point{at(90, 0), at(90, 77), at(85, 0), at(85, -180), at(85, 180), at(80, 33), at(80.1, -0.0001), at(80, 0)},
			[]geo.Point{at(79.9, 0), at(-90, 0), at(79.99, 180)},
		},
		{
			"south pole", antarct,
			[]geo.Point{at(-90, 0), at(-85, 0), at(-85, 180), at(-80, 33)},
			[]geo.Point{at(-79.9, 0), at(90, 0)},
		},
		{
			"corner at the pole", poleBox,
			[]geo.Point{at(90, 0), at(90, -120), at(85, 5)},
			[]geo.Point{at(89.9, -120), at(85, 11)},
		},
		{
			"spiral round the world and on", `{"type":"Polygon","coordinates":[[[0,0],[100,10],[-160,20],[-60,30],[40,40],[40,41],[-60,31],[-160,21],[100,11],[0,1],[0,0]]]}`,
			[]geo.Point{at(2.5, 20), at(38.5, 20), at(20.5, -160)},
			[]geo.Point{at(20, 20), at(40, 60), at(2.5, 60)},
		},
		{
			"slanted sides", slanted,
			[]geo.Point{at(0.5, 1.5), at(2, 2), at(3.5, 2.5), at(1.5, 0.5)},
			[]geo.Point{at(math.Nextafter(0.5, 0), 1.5), at(0.5, math.Nextafter(1.5, 2))},
		},
		{
			"circle", `{"type":"Point","coordinates":[13.4,52.5],"radius":300}`,
			[]geo.Point{at(52.5, 13.4), geo.Destination(at(52.5, 13.4), 77, 300), geo.Destination(at(52.5, 13.4), 0, 299.9)},
			[]geo.Point{geo.Destination(at(52.5, 13.4), 77, 300.001), at(-52.5, 13.4), at(math.NaN(), 13.4)},
		},
		{
			"circle across the antimeridian", `{"type":"Point","coordinates":[180,0],"radius":50000}`,
			[]geo.Point{at(0, 179.6), at(0, -179.6), at(0, -180)},
			[]geo.Point{at(0, 179.5), at(0, 0)},
		},
		{
			"circle at the pole", `{"type":"Point","coordinates":[5,89.99],"radius":50000}`,
			[]geo.Point{at(90, 0), at(89.6, -175), at(89.6, 5)},
			[]geo.Point{at(89.5, -175), at(-90, 0)},
		},
		{
			"corridor", `{"type":"LineString","coordinates":[[0,0],[0.01,0],[0.01,0.01]],"width":100}`,
			[]geo.Point{at(0, 0.005), geo.Destination(at(0, 0.005), 180, 50), geo.Destination(at(0, 0), 270, 50), at(0.005, 0.01)},
			[]geo.Point{geo.Destination(at(0, 0.005), 180, 50.001), geo.Destination(at(0, 0), 270, 50.001), at(0.005, 0.005)},
		},
		{
			"corridor across the antimeridian", `{"type":"LineString","coordinates":[[179.99,60],[-179.99,60]],"width":100}`,
			[]geo.Point{at(60, 180), at(60.0004, -179.995)},
			[]geo.Point{at(60, 179.98), at(60, 0)},
		},
		{
			"corridor nearly round the pole", `{"type":"LineString","coordinates":[[1,80],[60,80],[120,80],[180,80],[-120,80],[-60,80],[-1,80]],"width":100000}`,
			[]geo.Point{at(80, 0), at(80, 1), at(80, 180)},
			[]geo.Point{at(79, 0), at(89, 0)},
		},
		{
			"corridor over the pole", `{"type":"LineString","coordinates":[[0,89],[180,89]],"width":1000}`,
			[]geo.Point{at(90, 0), at(89.5, 0), at(89.5, -180), at(89.999, 90)},
			[]geo.Point{at(89.9, 90), at(88.9, 0)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := region(t, c.region)
			for _, p := range c.in {
				if !r.Contains(p) {
					t.Errorf("%v is not in", p)
				}
				if d := r.Distance(p); d > 0.001 && r.Kind() != geo.Polygon {
					t.Errorf("%v is %f m away", p, d)
				}
				if !r.Box().Contains(p) {
					t.Errorf("%v is not in the box %v", p, r.Box())
				}
			}
			for _, p := range c.out {
				if r.Contains(p) {
					t.Errorf("%v is in", p)
				}
			}
		})
	}
}

func TestBoxOfPartsGoesTheShortWay(t *testing.T) {
	if got, want := region(t, torn).Box(), (geo.Box{South: -1, West: 179, North: 1, East: -179}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestZeroRegion(t *testing.T) {
	var r geo.Region
	if r.Contains(geo.Point{}) || geo.Crosses(r, geo.Point{}, geo.Point{}) || !r.IsZero() || r.Kind() != geo.NoRegion ||
		!math.IsInf(r.Distance(geo.Point{}), 1) || r.Relate(geo.Point{}, 1e9) != geo.Apart || len(r.Parts(nil)) != 0 || r.Area() != 0 || r.Geometry() != nil {
		t.Error("the zero Region is not nothing")
	}
	if out, err := json.Marshal(r); err != nil || string(out) != "null" {
		t.Error(string(out), err)
	}
}

// anyRegion draws small regions of every kind, anywhere.
func anyRegion() *rapid.Generator[geo.Region] {
	return rapid.Custom(func(t *rapid.T) geo.Region {
		centre := anyPoint().Draw(t, "centre")
		size := rapid.Float64Range(20, 50_000).Draw(t, "size")
		var r geo.Region
		var err error
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			r, err = geo.NewCircle(centre, size)
		case 1: // a star
			centre.Lat = max(-85, min(85, centre.Lat))
			n := rapid.IntRange(3, 12).Draw(t, "corners")
			var ring []geo.Point
			for i := range n {
				ring = append(ring, geo.Destination(centre, float64(i)*360/float64(n), size*rapid.Float64Range(0.4, 1).Draw(t, "reach")))
			}
			r, err = geo.NewPolygon(append(ring, ring[0]))
		default:
			line := []geo.Point{centre}
			for range rapid.IntRange(1, 5).Draw(t, "steps") {
				line = append(line, geo.Destination(line[len(line)-1], rapid.Float64Range(0, 360).Draw(t, "bearing"), size))
			}
			r, err = geo.NewCorridor(line, rapid.Float64Range(1, size).Draw(t, "width"))
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
}

func TestRegionsAreCoherent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRegion().Draw(t, "region")
		c := r.Centre()
		p := geo.Destination(c, rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, 200_000).Draw(t, "metres"))
		in, d := r.Contains(p), r.Distance(p)
		if in && !r.Box().Contains(p) {
			t.Fatalf("%v is in the region, not in its box %v", p, r.Box())
		}
		if in && d > 0.001 {
			t.Fatalf("%v is in, and %f m away", p, d)
		}
		if in && geo.Distance(c, p) > r.Extent() {
			t.Fatalf("%v is in, %f m from the centre, beyond the extent of %f m", p, geo.Distance(c, p), r.Extent())
		}
		if !in && r.Kind() != geo.Polygon && d < -0.001 {
			t.Fatalf("%v is out, and %f m away", p, d)
		}
		if geo.Crosses(r, p, p) != in {
			t.Fatalf("Crosses disagrees with Contains about %v", p)
		}
		radius := rapid.Float64Range(1, 20_000).Draw(t, "radius")
		relation := r.Relate(p, radius)
		for range 8 {
			q := geo.Destination(p, rapid.Float64Range(0, 360).Draw(t, "way"), rapid.Float64Range(0, radius).Draw(t, "off"))
			if r.Contains(q) && relation == geo.Apart || !r.Contains(q) && relation == geo.Within {
				t.Fatalf("disk of %f m around %v: %d, but it holds %v: %v", radius, p, relation, q, r.Contains(q))
			}
		}
	})
}

func TestRegionSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRegion().Draw(t, "region")
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back geo.Region
		if err := jsonx.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !r.Equal(back) || back.Area() != r.Area() {
			t.Fatalf("%s came back different", text)
		}
	})
	for _, text := range []string{square, torn, `{"type":"Point","coordinates":[13.4,52.5],"radius":300}`, `{"type":"LineString","coordinates":[[0,0],[0.01,0]],"width":50}`} {
		out, err := json.Marshal(region(t, text))
		if err != nil || string(out) != text {
			t.Errorf("%s\nbecame\n%s (%v)", text, out, err)
		}
	}
	if region(t, square).Equal(region(t, dateBox)) || region(t, square).Equal(geo.Region{}) {
		t.Error("different regions are equal")
	}
}

func TestRegionRefusals(t *testing.T) {
	circle := func(members string) string { return `{"type":"Point","coordinates":[13,52]` + members + `}` }
	polygon := func(coordinates string) string { return `{"type":"Polygon","coordinates":` + coordinates + `}` }
	for _, c := range []struct{ text, code, field string }{
		{`{`, fault.CodeMalformed, ""},
		{`[]`, fault.CodeInvalidField, ""},
		{`{}`, fault.CodeInvalidField, "type"},
		{`{"type":7}`, fault.CodeInvalidField, "type"},
		{`{"type":"GeometryCollection","coordinates":[]}`, fault.CodeInvalidField, "type"},
		{`{"type":"Point","radius":5}`, fault.CodeInvalidField, "coordinates"},
		{circle(``), fault.CodeInvalidField, "radius"},
		{circle(`,"radius":0.5`), fault.CodeInvalidField, "radius"},
		{circle(`,"radius":500001`), fault.CodeInvalidField, "radius"},
		{circle(`,"radius":"far"`), fault.CodeInvalidField, "radius"},
		{circle(`,"radius":10,"width":10`), fault.CodeInvalidField, "width"},
		{circle(`,"radius":10,"colour":"red"`), fault.CodeUnknownField, "colour"},
		{circle(`,"radius":10,"radius":11`), fault.CodeMalformed, ""},
		{`{"type":"Point","coordinates":[181,52],"radius":10}`, fault.CodeInvalidField, "coordinates[0]"},
		{`{"type":"Point","coordinates":[13,-91],"radius":10}`, fault.CodeInvalidField, "coordinates[1]"},
		{`{"type":"Point","coordinates":[13,1e999],"radius":10}`, fault.CodeInvalidField, "coordinates[1]"},
		{`{"type":"Point","coordinates":[13,"52"],"radius":10}`, fault.CodeInvalidField, "coordinates[1]"},
		{`{"type":"Point","coordinates":[13],"radius":10}`, fault.CodeInvalidField, "coordinates"},
		{`{"type":"Point","coordinates":[13,52,0,0],"radius":10}`, fault.CodeInvalidField, "coordinates[3]"},
		{`{"type":"Point","coordinates":"x","radius":10}`, fault.CodeInvalidField, "coordinates"},
		{`{"type":"LineString","coordinates":[[0,0],[1,1]]}`, fault.CodeInvalidField, "width"},
		{`{"type":"LineString","coordinates":[[0,0],[1,1]],"width":0}`, fault.CodeInvalidField, "width"},
		{`{"type":"LineString","coordinates":[[0,0],[0,0]],"width":50}`, fault.CodeInvalidField, "coordinates"},
		{`{"type":"LineString","coordinates":[[0,0]],"width":50}`, fault.CodeInvalidField, "coordinates"},
		{`{"type":"LineString","coordinates":[[0,0],[90,0]],"width":50}`, fault.CodeInvalidField, "coordinates[1]"},
		{polygon(`[]`), fault.CodeInvalidField, "coordinates"},
		{polygon(`[[]]`), fault.CodeInvalidField, "coordinates[0]"},
		{polygon(`[[[0,0],[1,0],[0,0]]]`), fault.CodeInvalidField, "coordinates[0]"},
		{polygon(`[[[0,0],[1,0],[1,1],[0,1]]]`), fault.CodeInvalidField, "coordinates[0][3]"},
		{polygon(`[[[0,0],[1,0],[1,91],[0,1],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][2][1]"},
		{polygon(`[[[0,0],[1,0],[1,true],[0,1],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][2][1]"},
		{polygon(`[[[0,0],[1,1],[1,0],[0,1],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][2]"},                                 // a bow tie
		{polygon(`[[[0,0],[2,0],[2,2],[1,0],[0,2],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][3]"},                           // touches itself; which of the sides is named follows the sweep
		{polygon(`[[[0,0],[1,0],[2,0],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][0]"},                                       // flat
		{polygon(`[[[0,0],[0,0],[0,0],[0,0]]]`), fault.CodeInvalidField, "coordinates[0]"},                                          // a point
		{polygon(`[[[0,0],[2,0],[2,2],[2,1],[2,2],[0,2],[0,0]]]`), fault.CodeInvalidField, "coordinates[0][2]"},                     // a spike
		{polygon(`[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[2,2],[2,1],[1,2],[1,1]]]`), fault.CodeInvalidField, "coordinates[1][2]"}, // a hole like a bow tie
		{polygon(`[[[0,0],[1,0],[1,1],`), fault.CodeMalformed, ""},
		{`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0],[1,95],[0,0]]]]}`, fault.CodeInvalidField, "coordinates[1][0][2][1]"},
	} {
		var r geo.Region
		err := r.UnmarshalJSON([]byte(c.text))
		t.Run(c.text[:min(len(c.text), 60)], func(t *testing.T) { wantField(t, err, c.code, c.field) })
		if !r.IsZero() {
			t.Errorf("%s left a region behind", c.text)
		}
	}
	var in struct {
		Reach geo.Region `json:"reach"`
	}
	if err := jsonx.Unmarshal([]byte(`{"reach":{"type":"Point","coordinates":[0,99],"radius":1}}`), &in); fault.From(err).Field != "coordinates[1]" {
		t.Errorf("the fault does not come through the JSON library: %v", err)
	}
	if _, err := geo.NewCircle(at(0, 0), math.NaN()); err == nil {
		t.Error("a circle of radius NaN")
	}
	if _, err := geo.NewPolygon([]geo.Point{at(0, 0), at(0, math.NaN()), at(1, 1), at(0, 0)}); err == nil {
		t.Error("a corner that is not a number")
	}
}

func wheel(n int) []geo.Point {
	ring := make([]geo.Point, 0, n+1)
	for i := range n {
		ring = append(ring, geo.Destination(at(48, 11), float64(i)*360/float64(n), 2000+float64(i%7)*100))
	}
	return append(ring, ring[0])
}

func wheelJSON(n int) string {
	r, _ := geo.NewPolygon(wheel(n))
	text, _ := json.Marshal(r)
	return string(text)
}

func TestVerticesAreBounded(t *testing.T) {
	if _, err := geo.NewPolygon(wheel(geo.MaxVertices - 1)); err != nil {
		t.Errorf("%d vertices: %v", geo.MaxVertices, err)
	}
	_, err := geo.NewPolygon(wheel(geo.MaxVertices))
	wantField(t, err, fault.CodeTooLarge, "coordinates")
	_, err = geo.NewPolygon(wheel(6000), wheel(6000))
	wantField(t, err, fault.CodeTooLarge, "coordinates")

	text := `{"type":"Polygon","coordinates":[[` + strings.Repeat(`[1,1],`, 99_999) + `["the reader has stopped before this",1]]]}`
	var r geo.Region
	wantField(t, r.UnmarshalJSON([]byte(text)), fault.CodeTooLarge, "coordinates")
}

// Contains sorts the sides by latitude; this is the plain way.
func TestContainsOfManySides(t *testing.T) {
	comb := []geo.Point{at(48, 11)} // long upright teeth stand in many bands
	for i := range 500 {
		lon := 11 + float64(i)*1e-4
		comb = append(comb, at(49, lon+0.2e-4), at(48.001, lon+0.6e-4))
	}
	comb = append(comb, at(48, 12), at(48, 11))
	for name, ring := range map[string][]geo.Point{"wheel": wheel(3000), "comb": comb} {
		r, err := geo.NewPolygon(ring)
		if err != nil {
			t.Fatal(name, err)
		}
		if n := geo.SidesInBands(r); n > 4*len(ring) {
			t.Errorf("%s: %d entries for %d sides", name, n, len(ring)-1)
		}
		box := r.Box()
		rapid.Check(t, func(t *rapid.T) {
			p := at(rapid.Float64Range(box.South, box.North).Draw(t, "lat"), rapid.Float64Range(box.West, box.East).Draw(t, "lon"))
			if rapid.Bool().Draw(t, "at a corner's latitude") {
				p.Lat = rapid.SampledFrom(ring).Draw(t, "corner").Lat
			}
			want := false
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
					want = !want
				}
			}
			if got := r.Contains(p); got != want && r.Distance(p) > 0.001 {
				t.Fatalf("%s: %v in: %v, want %v", name, p, got, want)
			}
		})
		for i, p := range ring {
			if !r.Contains(p) {
				t.Fatalf("%s: corner %d is not in", name, i)
			}
		}
	}
}

// A comb along the diagonal is the worst outline for the sweep: all boxes overlap.
func TestIntricateOutlineIsRefused(t *testing.T) {
	var ring []geo.Point
	for i := range 4998 {
		o := float64(i) * 1e-4
		ring = append(ring, at(o, -o), at(1+o, 1-o))
	}
	ring = append(ring[:len(ring)-1], at(-1, -1), ring[0])
	_, err := geo.NewPolygon(ring)
	wantField(t, err, fault.CodeTooLarge, "coordinates[0]")
	if _, err := geo.NewPolygon(append(ring[:2001], at(-1, -1), ring[0])); err != nil {
		t.Errorf("a comb of 1,000 teeth: %v", err)
	}
}

func TestTurnIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Float64Range(-540, 540).Filter(func(f float64) bool { return f == 0 || math.Abs(f) > 1e-100 })
		ax, ay := coordinate.Draw(t, "ax"), coordinate.Draw(t, "ay")
		bx, by := coordinate.Draw(t, "bx"), coordinate.Draw(t, "by")
		f := rapid.SampledFrom([]float64{-0.7, 0, 0.1, 1.0 / 3, 0.5, 0.9, 1, 1.7}).Draw(t, "f")
		cx, cy := ax+f*(bx-ax), ay+f*(by-ay) // as near to the line as floats allow
		rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
		sub := func(a, b float64) *big.Rat { return new(big.Rat).Sub(rat(a), rat(b)) }
		left := new(big.Rat).Mul(sub(ax, cx), sub(by, cy))
		want := left.Cmp(new(big.Rat).Mul(sub(ay, cy), sub(bx, cx)))
		got := geo.Turn(ax, ay, bx, by, cx, cy)
		if got > 0 != (want > 0) || got < 0 != (want < 0) {
			t.Fatalf("turn of %v %v, %v %v, %v %v: %v, want the sign of %d", ax, ay, bx, by, cx, cy, got, want)
		}
	})
}

func TestCrosses(t *testing.T) {
	circle := region(t, `{"type":"Point","coordinates":[0,0],"radius":1000}`)
	corridor := region(t, `{"type":"LineString","coordinates":[[-0.1,0],[0.1,0]],"width":100}`)
	for _, c := range []struct {
		name     string
		r        geo.Region
		from, to geo.Point
		want     bool
	}{
		{"through a circle", circle, at(0, -1), at(0, 1), true},
		{"past a circle", circle, at(0.01, -1), at(0.01, 1), false},
		{"short of a circle", circle, at(0, -1), at(0, -0.5), false},
		{"tangent", circle, at(-0.01, 1000/geo.EarthRadius*180/math.Pi), at(0.01, 1000/geo.EarthRadius*180/math.Pi), true},
		{"across a corridor", corridor, at(-0.05, 0), at(0.05, 0), true},
		{"beside a corridor", corridor, at(0.01, -1), at(0.01, 1), false},
		{"far side of the globe", corridor, at(-0.05, 180), at(0.05, 180), false},
		{
			"out of a hole into a hole", region(t, `{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]],[[4,1],[5,1],[5,2],[4,2],[4,1]]]}`),
			at(1.5, 1.5), at(1.5, 4.5), true,
		},
		{"within a hole", region(t, square), at(50.5, 10.4), at(50.5, 10.6), false},
		{"through a polygon", region(t, square), at(50.1, 9), at(50.1, 12), true},
		{"past a corner", region(t, square), at(49.4, 10.5), at(50.4, 11.5), false},
		{"touching a corner", region(t, square), at(49.5, 10.5), at(50.5, 11.5), true},
		{"across the antimeridian", region(t, dateBox), at(0, 178), at(0, -178), true},
		{
			"across the antimeridian, drawn from the east", region(t, `{"type":"Polygon","coordinates":[[[-179,-1],[179,-1],[179,1],[-179,1],[-179,-1]]]}`),
			at(2, 179.5), at(-2, 179.5), true,
		},
		{"the other way round the world", region(t, dateBox), at(0, 10), at(0, -10), false},
		{"over the pole", region(t, arctic), at(79, 10), at(81, 10), true},
		{"into a part", region(t, torn), at(0, 178), at(0, -178), true},
	} {
		if geo.Crosses(c.r, c.from, c.to) != c.want || geo.Crosses(c.r, c.to, c.from) != c.want {
			t.Errorf("%s: want %v both ways", c.name, c.want)
		}
	}
}

// The nearest arc is found in groups; this is the plain way, over corridors of one step.
func TestDistanceToALongLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := []geo.Point{anyPoint().Draw(t, "start")}
		for range rapid.IntRange(17, 60).Draw(t, "steps") {
			line = append(line, geo.Destination(line[len(line)-1], rapid.Float64Range(0, 360).Draw(t, "way"), rapid.OneOf(rapid.Float64Range(10, 100), rapid.Float64Range(100, 20_000)).Draw(t, "step")))
		}
		whole, err := geo.NewCorridor(line, 500)
		if err != nil {
			t.Fatal(err)
		}
		p := geo.Destination(rapid.SampledFrom(line).Draw(t, "near"), rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, 5000).Draw(t, "metres"))
		q := geo.Destination(p, rapid.Float64Range(0, 360).Draw(t, "course"), rapid.Float64Range(0, 5000).Draw(t, "moved"))
		nearest, in, crossed := math.Inf(1), false, false
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			if mid := geo.Destination(a, geo.Bearing(a, b), geo.Distance(a, b)/2); whole.Distance(mid) > 0 || !whole.Contains(mid) {
				t.Fatalf("the middle of step %d is %f m off", i, whole.Distance(mid))
			}
			step, err := geo.NewCorridor(line[i-1:i+1], 500)
			if err != nil {
				t.Fatal(err)
			}
			nearest, in, crossed = min(nearest, step.Distance(p)), in || step.Contains(p), crossed || geo.Crosses(step, p, q)
		}
		if whole.Distance(p) != nearest || whole.Contains(p) != in || geo.Crosses(whole, p, q) != crossed {
			t.Fatalf("%v to %v: %f m, in %v, crossed %v; step by step %f, %v, %v", p, q, whole.Distance(p), whole.Contains(p), geo.Crosses(whole, p, q), nearest, in, crossed)
		}
	})
}

// A long way passes a short line far from both of its ends.
func TestLongWayAcrossAShortLine(t *testing.T) {
	corridor := region(t, `{"type":"LineString","coordinates":[[10,50],[10.001,50]],"width":10}`)
	if !geo.Crosses(corridor, at(49, 10.0005), at(51.5, 10.0005)) {
		t.Error("not crossed")
	}
	if geo.Crosses(corridor, at(49, 10.01), at(51.5, 10.01)) {
		t.Error("crossed from 600 m off")
	}
}

func TestSizes(t *testing.T) {
	near := func(what string, got, want, share float64) {
		t.Helper()
		if math.Abs(got-want) > share*want {
			t.Errorf("%s: %g, want %g", what, got, want)
		}
	}
	degree := geo.EarthRadius * math.Pi / 180
	c := region(t, `{"type":"Point","coordinates":[13.4,52.5],"radius":300}`)
	near("circle", c.Area(), math.Pi*300*300, 1e-6)
	near("circle border", c.Perimeter(), 2*math.Pi*300, 1e-6)
	s := region(t, square)
	near("square with hole", s.Area(), 0.75*degree*degree*math.Cos(50.5*math.Pi/180), 1e-3)
	near("date box", region(t, dateBox).Area(), 4*degree*degree, 1e-3)
	cap80 := 2 * math.Pi * geo.EarthRadius * geo.EarthRadius * (1 - math.Sin(80*math.Pi/180))
	near("polar cap", region(t, arctic).Area(), cap80, 1e-3)
	near("southern cap", region(t, antarct).Area(), cap80, 1e-3)
	l := region(t, `{"type":"LineString","coordinates":[[0,0],[0.01,0]],"width":50}`)
	near("corridor", l.Area(), 0.01*degree*50+math.Pi*25*25, 1e-6)
	near("corridor's middle", 1+geo.Distance(l.Centre(), at(0, 0.005)), 1, 1e-3)
	near("square's middle", 1+geo.Distance(s.Centre(), at(50.5, 10.5)), 1, 1e-3)
	near("cap's middle", 1+geo.Distance(region(t, arctic).Centre(), at(90, 0)), 1, 1e-3)
	near("corridor's extent", l.Extent(), 0.005*degree+25, 1e-6)
	near("circle's extent", c.Extent(), 300, 1e-9)
	if corner := geo.Distance(s.Centre(), at(50, 10)); s.Extent() < corner || s.Extent() > 1.05*corner {
		t.Errorf("square's extent: %f, its corner is %f m off", s.Extent(), corner)
	}
	near("distance to a square", s.Distance(at(50.5, 12)), geo.Distance(at(50.5, 12), at(50.5, 11)), 1e-2)
	near("distance into a hole", s.Distance(at(50.5, 10.5)), 0.25*degree*math.Cos(50.5*math.Pi/180), 1e-2)
}

func TestContainsDoesNotAllocate(t *testing.T) {
	p := at(50.1, 10.1)
	for _, text := range []string{square, slanted, `{"type":"Point","coordinates":[10.1,50.1],"radius":300}`, `{"type":"LineString","coordinates":[[10.1,50.1],[10.2,50.1]],"width":50}`} {
		r := region(t, text)
		border := at(0.5, 1.5) // needs the exact sign on the slanted one
		if n := testing.AllocsPerRun(100, func() { _ = r.Contains(p); _ = r.Contains(border); _ = r.Distance(p); _ = geo.Crosses(r, p, border) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func FuzzRegion(f *testing.F) {
	for _, text := range []string{
		square, dateBox, arctic, torn, slanted, `{"type":"Point","coordinates":[13.4,52.5],"radius":300}`,
		`{"type":"LineString","coordinates":[[0,0],[0.01,0,7]],"width":50}`, `{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`, `null`,
		`{"type":"Cells","cells":["891f1d4886bffff"]}`, `{"type":"Cells","cells":["891f1d4886bffff"],"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r geo.Region
		if err := r.UnmarshalJSON(data); err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Errorf("not a fault: %v", err)
			}
			return
		}
		text, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var back geo.Region
		if err := back.UnmarshalJSON(text); err != nil || !r.Equal(back) {
			t.Fatalf("%s became %s: %v", data, text, err)
		}
		for _, p := range r.Parts(nil) {
			if r.Relate(p, 1) == geo.Apart {
				t.Fatalf("%s: part at %v is apart", text, p)
			}
		}
		if c := r.Centre(); !c.Valid() {
			t.Fatalf("%s: centre %v", text, c)
		}
	})
}

func BenchmarkContains(b *testing.B) {
	p := at(48.001, 11.002)
	for name, r := range map[string]geo.Region{
		"circle":       region(b, `{"type":"Point","coordinates":[11,48],"radius":300}`),
		"polygon20":    region(b, wheelJSON(20)),
		"polygon10000": region(b, wheelJSON(geo.MaxVertices-1)),
		"corridor10000": func() geo.Region {
			r, err := geo.NewCorridor(wheel(geo.MaxVertices-1), 5000)
			if err != nil {
				b.Fatal(err)
			}
			return r
		}(),
		"corridor": region(b, `{"type":"LineString","coordinates":[[11,48],[11.2,48]],"width":500}`),
	} {
		if !r.Contains(p) {
			b.Fatal(name)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = r.Contains(p)
			}
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := at(50.1, 10.1), at(50.11, 10.12)
	b.Run("haversine", func(b *testing.B) {
		for b.Loop() {
			_ = geo.Distance(p, q)
		}
	})
	b.Run("flat", func(b *testing.B) {
		for b.Loop() {
			_ = geo.FlatDistance(p, q)
		}
	})
}

func BenchmarkNewPolygon(b *testing.B) {
	ring := wheel(geo.MaxVertices - 1)
	for b.Loop() {
		if _, err := geo.NewPolygon(ring); err != nil {
			b.Fatal(err)
		}
	}
}
