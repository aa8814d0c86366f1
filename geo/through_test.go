package geo_test

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
)

func TestThroughTellsHowDeepTheWayGoes(t *testing.T) {
	centre := geo.Point{Lat: 47.9959, Lon: 7.8522}
	circle, err := geo.NewCircle(centre, 100)
	if err != nil {
		t.Fatal(err)
	}
	corridor, err := geo.NewCorridor([]geo.Point{geo.Destination(centre, 0, 500), geo.Destination(centre, 180, 500)}, 60)
	if err != nil {
		t.Fatal(err)
	}
	beside := geo.Destination(centre, 0, 70)
	for _, tt := range []struct {
		name     string
		r        geo.Region
		from, to geo.Point
		want     float64
	}{
		{"through the middle", circle, geo.Destination(centre, 270, 400), geo.Destination(centre, 90, 300), 100},
		{"off the middle", circle, geo.Destination(beside, 270, 400), geo.Destination(beside, 90, 300), 30},
		{"past", circle, geo.Destination(centre, 300, 400), geo.Destination(centre, 10, 400), 0},
		{"into", circle, geo.Destination(centre, 270, 400), geo.Destination(centre, 270, 60), 40},
		{"nowhere", circle, centre, centre, 100},
		{"across a street", corridor, geo.Destination(centre, 270, 200), geo.Destination(centre, 90, 200), 30},
		{"no region", geo.Region{}, centre, centre, 0},
	} {
		if got := geo.Through(tt.r, tt.from, tt.to); math.Abs(got-tt.want) > 0.5 {
			t.Errorf("%s: %.2f m deep, want %.0f", tt.name, got, tt.want)
		}
	}
}

func TestSignedDistanceIsNegativeInside(t *testing.T) {
	centre := geo.Point{Lat: 47.9959, Lon: 7.8522}
	circle, err := geo.NewCircle(centre, 100)
	if err != nil {
		t.Fatal(err)
	}
	for metres, want := range map[float64]float64{0: -100, 70: -30, 150: 50} {
		if got := circle.SignedDistance(geo.Destination(centre, 45, metres)); math.Abs(got-want) > 0.01 {
			t.Errorf("at %g m: %g, want %g", metres, got, want)
		}
	}
	if got := (geo.Region{}).SignedDistance(centre); !math.IsInf(got, 1) {
		t.Errorf("of no region: %g", got)
	}
}
