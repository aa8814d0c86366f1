package store_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/store"
)

func metres(a, b geo.Point) float64 {
	rad := math.Pi / 180
	h := math.Pow(math.Sin((b.Lat-a.Lat)*rad/2), 2) +
		math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Pow(math.Sin((b.Lon-a.Lon)*rad/2), 2)
	return 2 * geo.EarthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// scatter puts places all over the world, many of them near the poles and the antimeridian.
func scatter(t testing.TB, s *store.Store, n int) map[string]geo.Point {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	at := map[string]geo.Point{}
	var puts []store.Put
	for i := range n {
		p := geo.Point{Lat: r.Float64()*180 - 90, Lon: r.Float64()*360 - 180}
		switch i % 4 {
		case 1:
			p.Lon = math.Copysign(180-r.Float64()*0.5, p.Lon)
		case 2:
			p.Lat = math.Copysign(90-r.Float64()*0.5, p.Lat)
		}
		it := item(store.Place, fmt.Sprintf("plc_%05d", i), "")
		it.Point, at[it.ID] = &p, p
		puts = append(puts, store.Put{Item: it})
	}
	for i, edge := range []geo.Point{{Lat: 90, Lon: 77}, {Lat: -90, Lon: -70}, {Lat: 10, Lon: 180}, {Lat: 10, Lon: -180}} {
		it := item(store.Place, fmt.Sprintf("plc_edge%d", i), "")
		it.Point, at[it.ID] = &edge, edge
		puts = append(puts, store.Put{Item: it})
	}
	for _, res := range must(s.PutBatch(t.Context(), puts))(&testing.T{}) {
		if res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	return at
}

func TestNearestIsExactEverywhere(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		at := scatter(t, s, 4000)
		for _, p := range []geo.Point{{Lat: 50, Lon: 8}, {Lat: 0, Lon: 180}, {Lat: 0, Lon: -180}, {Lat: 90}, {Lat: -90, Lon: 44}, {Lat: 89.9, Lon: 179.9}, {Lat: -33, Lon: -179.99}} {
			var want []string
			for name := range at {
				want = append(want, name)
			}
			slices.SortFunc(want, func(a, b string) int { return cmp.Compare(metres(p, at[a]), metres(p, at[b])) })
			var got []string
			ok(t, s.Nearest(t.Context(), "live", p, 20, func(it store.Item, m float64) bool {
				if d := metres(p, at[it.ID]); math.Abs(d-m) > 0.5 {
					t.Errorf("distance %f, want %f", m, d)
				}
				got = append(got, it.ID)
				return true
			}))
			for i := range got {
				if d := metres(p, at[got[i]]) - metres(p, at[want[i]]); len(got) != 20 || math.Abs(d) > 0.01 {
					t.Fatalf("near %v: place %d is %s, want %s (%f m)", p, i, got[i], want[i], d)
				}
			}
		}
		ok(t, s.Nearest(t.Context(), "test", geo.Point{}, 5, func(store.Item, float64) bool { t.Error("test met live"); return true }))
	})
}

func TestWithinFindsExactlyTheBox(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		at := scatter(t, s, 4000)
		for _, box := range [][2]geo.Point{
			{{Lat: 40, Lon: -10}, {Lat: 60, Lon: 20}},
			{{Lat: -20, Lon: 179.7}, {Lat: 20, Lon: -179.7}},
			{{Lat: 0, Lon: 170}, {Lat: 30, Lon: 180}},
			{{Lat: 0, Lon: -180}, {Lat: 30, Lon: -170}},
			{{Lat: 89.8, Lon: 0}, {Lat: 90, Lon: 10}},
			{{Lat: -90, Lon: -180}, {Lat: 90, Lon: 180}},
		} {
			in := func(p geo.Point) bool {
				lon := p.Lon >= box[0].Lon && p.Lon <= box[1].Lon
				if box[0].Lon > box[1].Lon {
					lon = p.Lon >= box[0].Lon || p.Lon <= box[1].Lon
				}
				meridian := math.Abs(p.Lon) == 180 && (math.Abs(box[0].Lon) == 180 || math.Abs(box[1].Lon) == 180)
				return p.Lat >= box[0].Lat && p.Lat <= box[1].Lat && (lon || meridian || math.Abs(p.Lat) == 90)
			}
			want := 0
			for _, p := range at {
				if in(p) {
					want++
				}
			}
			got := map[string]bool{}
			ok(t, s.Within(t.Context(), "live", box[0], box[1], 10000, func(it store.Item) bool {
				if !in(*it.Point) || got[it.ID] {
					t.Errorf("%v: %s at %v", box, it.ID, *it.Point)
				}
				got[it.ID] = true
				return true
			}))
			if len(got) != want || want == 0 {
				t.Errorf("%v: %d places, want %d", box, len(got), want)
			}
		}
		wantCode(t, s.Within(t.Context(), "live", geo.Point{Lat: 2}, geo.Point{Lat: 1}, 5, nil), fault.CodeInvalidField)
		wantCode(t, s.Nearest(t.Context(), "live", geo.Point{Lat: math.NaN()}, 5, nil), fault.CodeInvalidField)
	})
}

func TestCellsFollowTheOffer(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		find := func(c geo.Cell) (ids []string) {
			ok(t, s.InCell(ctx, "live", store.Offer, c, func(id string) bool { ids = append(ids, id); return true }))
			return ids
		}
		it := item(store.Offer, "off_a", "")
		it.Cells = []geo.Cell{0x891f1d48b2fffff, 0x891f1d48b2bffff}
		rev := must(s.Put(ctx, it, 0))(t)
		if !slices.Equal(find(it.Cells[0]), []string{"off_a"}) || !slices.Equal(find(it.Cells[1]), []string{"off_a"}) {
			t.Fatal("not found by its cells")
		}
		it.Cells = it.Cells[1:]
		rev = must(s.Put(ctx, it, rev))(t)
		if find(0x891f1d48b2fffff) != nil || find(it.Cells[0]) == nil {
			t.Fatal("the cells did not follow")
		}
		ok(t, s.Delete(ctx, "live", store.Offer, "off_a", rev))
		if find(it.Cells[0]) != nil {
			t.Fatal("a cell outlives its offer")
		}
	})
}
