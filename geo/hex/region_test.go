package hex_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// TestRegionHoldsTheCells compares a region with the grid itself, point by point.
func TestRegionHoldsTheCells(t *testing.T) {
	for name, middle := range map[string]geo.Point{
		"Berlin": {Lat: 52.52, Lon: 13.4}, "antimeridian": {Lat: -17, Lon: 180}, "equator": {Lat: 0, Lon: -80}, "arctic": {Lat: 79, Lon: 20},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			centre, err := hex.At(middle, 8)
			must(t, err)
			disk, err := hex.Disk(nil, centre, 6)
			must(t, err)
			var cells []geo.Cell
			named := map[geo.Cell]bool{}
			for i, c := range disk {
				if i%3 != 0 { // holes and islands
					cells = append(cells, c)
					named[c] = true
				}
			}
			r, err := hex.Region(cells)
			must(t, err)
			wrong := 0
			for range 20_000 {
				p := geo.Point{Lat: middle.Lat + 0.1*(random.Float64()-0.5), Lon: middle.Lon + 0.1*(random.Float64()-0.5)}
				if p.Lon > 180 {
					p.Lon -= 360
				}
				c, err := hex.At(p, 8)
				must(t, err)
				if r.Contains(p) != named[c] {
					wrong++ // the sides of cells are arcs, those of polygons are not: centimetres apart
				}
				if r.Contains(p) && !r.Box().Contains(p) || geo.Distance(r.Centre(), p) > r.Extent() && r.Contains(p) {
					t.Fatalf("%v lies outside the box or the extent", p)
				}
			}
			if wrong > 2 {
				t.Errorf("%d of 20000 points on the wrong side", wrong)
			}
			text, err := json.Marshal(r)
			must(t, err)
			var back geo.Region
			must(t, json.Unmarshal(text, &back))
			if !back.Equal(r) || len(back.Cells()) != len(cells) {
				t.Error("it does not come back from JSON")
			}
		})
	}
}

func TestRegionOfCellsIsChecked(t *testing.T) {
	// Around a pentagon some numbers look like cells and are none.
	var none geo.Cell
	for base := geo.Cell(0); base < 122 && none == 0; base++ {
		c := geo.Cell(0x85000003fffffff) | base<<45 | 1<<42
		if _, err := hex.Centre(c); err != nil {
			none = c
		}
	}
	_, err := hex.Region([]geo.Cell{none})
	if f := fault.From(err); none == 0 || err == nil || f.Field != "cells[0]" {
		t.Errorf("%s: %v", none, err)
	}
	fine, _ := hex.At(geo.Point{Lat: 52.52, Lon: 13.4}, 11)
	r, err := hex.Region([]geo.Cell{fine.Parent(9), fine})
	if err != nil || r.Distance(geo.Point{Lat: 52.52, Lon: 13.4}) != 0 {
		t.Errorf("a cell within another: %v", err)
	}
}

// BenchmarkRegionContains tests points against the largest number of cells, all of them apart.
func BenchmarkRegionContains(b *testing.B) {
	centre, _ := hex.At(geo.Point{Lat: 52.52, Lon: 13.4}, 9)
	disk, _ := hex.Disk(nil, centre, 25)
	var cells []geo.Cell
	for i := 0; len(cells) < 600; i += 3 {
		cells = append(cells, disk[i])
	}
	r, err := hex.Region(cells)
	must(b, err)
	p := geo.Point{Lat: 52.53, Lon: 13.41}
	for b.Loop() {
		r.Contains(p)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
