package store

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	maxWithin = 10000
	maxTies   = 1000
)

// Nearest calls fn with up to limit places (1 to 1000), nearest first, with the distance in metres on the sphere of
// geo.EarthRadius, until fn returns false. Equal distances come in the order of ids.
func (s *Store) Nearest(ctx context.Context, partition string, p geo.Point, limit int, fn func(Item, float64) bool) error {
	if err := checkLimit(limit, maxPage); err != nil {
		return err
	}
	if !validPoint(p) {
		return fault.Field("point", "must be a latitude in [-90, 90] and a longitude in [-180, 180]")
	}
	type hit struct {
		id     string
		metres float64
	}
	var hits []hit
	prefix := placesPrefix(partition)
	err := s.index.view(ctx, func(itx *buntdb.Tx) error {
		err := itx.Nearby(sphereIndex(partition), encodePoint(p), func(key, _ string, chord2 float64) bool {
			metres := 2 * geo.EarthRadius * math.Asin(min(1, math.Sqrt(chord2)/2))
			if n := len(hits); n >= limit && (metres > hits[n-1].metres || n >= limit+maxTies) {
				return false
			}
			hits = append(hits, hit{key[len(prefix):], metres})
			return true
		})
		return noIndex(err)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.id, b.id))
	})
	hits = hits[:min(limit, len(hits))]
	ids, metres := make([]string, len(hits)), make(map[string]float64, len(hits))
	for i, h := range hits {
		ids[i], metres[h.id] = h.id, h.metres
	}
	items, err := s.getMany(ctx, partition, Place, ids)
	if err != nil {
		return err
	}
	for _, it := range items {
		if !fn(it, metres[it.ID]) {
			break
		}
	}
	return nil
}

// Within calls fn with up to limit places (1 to 10000) in the box between two corners, borders included, until fn
// returns false, in no particular order. A box whose west edge lies east of its east edge crosses the antimeridian.
func (s *Store) Within(ctx context.Context, partition string, southWest, northEast geo.Point, limit int, fn func(Item) bool) error {
	if err := checkLimit(limit, maxWithin); err != nil {
		return err
	}
	if !validPoint(southWest) || !validPoint(northEast) || southWest.Lat > northEast.Lat {
		return fault.Field("box", "must be a south-west and a north-east corner, each with latitude in [-90, 90] and longitude in [-180, 180]")
	}
	var ids []string
	seen := map[string]bool{} // a pole can lie in two boxes
	prefix := placesPrefix(partition)
	err := s.index.view(ctx, func(itx *buntdb.Tx) error {
		for _, box := range unwrap(southWest, northEast) {
			err := itx.Intersects(planeIndex(partition), encodePoint(box[0])+encodePoint(box[1]), func(key, _ string) bool {
				if id := key[len(prefix):]; !seen[id] {
					seen[id] = true
					ids = append(ids, id)
				}
				return len(ids) < limit
			})
			if err != nil {
				return noIndex(err)
			}
			if len(ids) == limit {
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	items, err := s.getMany(ctx, partition, Place, ids)
	if err != nil {
		return err
	}
	for _, it := range items {
		if !fn(it) {
			break
		}
	}
	return nil
}

// unwrap returns the boxes on the plane that a box on the sphere is: two across the antimeridian; where it touches
// the antimeridian, also what is written with the other sign of 180; at a pole, the pole under every longitude.
func unwrap(sw, ne geo.Point) [][2]geo.Point {
	var boxes [][2]geo.Point
	add := func(south, west, north, east float64) {
		boxes = append(boxes, [2]geo.Point{{Lat: south, Lon: west}, {Lat: north, Lon: east}})
	}
	if sw.Lon > ne.Lon {
		add(sw.Lat, sw.Lon, ne.Lat, 180)
		add(sw.Lat, -180, ne.Lat, ne.Lon)
	} else {
		add(sw.Lat, sw.Lon, ne.Lat, ne.Lon)
		if ne.Lon == 180 {
			add(sw.Lat, -180, ne.Lat, -180)
		}
		if sw.Lon == -180 {
			add(sw.Lat, 180, ne.Lat, 180)
		}
	}
	if sw.Lat == -90 {
		add(-90, -180, -90, 180)
	}
	if ne.Lat == 90 {
		add(90, -180, 90, 180)
	}
	return boxes
}

// noIndex forgives that a partition has no places yet.
func noIndex(err error) error {
	if errors.Is(err, buntdb.ErrNotFound) {
		return nil
	}
	return err
}

// InCell calls fn with the id of every item of a kind that stands under exactly this cell, in the order of ids,
// until fn returns false.
func (s *Store) InCell(ctx context.Context, partition string, kind Kind, cell geo.Cell, fn func(id string) bool) error {
	var ids []string
	prefix := cellPrefix(partition, kind, cell)
	err := s.index.view(ctx, func(itx *buntdb.Tx) error {
		return ascend(itx, prefix, "", func(key, _ string) bool {
			ids = append(ids, key[len(prefix):])
			return true
		})
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !fn(id) {
			break
		}
	}
	return nil
}
