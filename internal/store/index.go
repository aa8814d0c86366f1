package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/geo"
)

// The index is a buntdb in memory, derived from core.db at Open and changed in the same step as the facts:
//
//	x/PARTITION/KIND/SCOPE NUL EXTERNALID   id      external ids
//	p/PARTITION/ID                          point   places, under two spatial indexes
//	h/PARTITION/KIND/CELL/ID                        items by cell
//	w/USER/KEY                                      owners of idempotency results and of codes
//	d/TIME/HASH, e/TIME/HASH                        codes that are due, and that ended
//
// A place stands in two R-trees: on the plane of longitude and latitude for boxes, and as a point of the unit sphere
// in space for "nearest", where neither poles nor the antimeridian are special and the order is that of true distance.

func externalKey(it Item) string {
	return "x/" + it.Partition + "/" + string(it.Kind) + "/" + it.Scope + "\x00" + it.ExternalID
}

func placesPrefix(partition string) string { return "p/" + partition + "/" }

func cellPrefix(partition string, kind Kind, cell geo.Cell) string {
	return fmt.Sprintf("h/%s/%s/%016x/", partition, kind, uint64(cell))
}

const (
	duePrefix   = "d/"
	endedPrefix = "e/"
)

func ownerPrefix(user string) string { return "w/" + user + "/" }

func planeIndex(partition string) string  { return "plane:" + partition }
func sphereIndex(partition string) string { return "sphere:" + partition }

// derived calls fn with every index entry of an item.
func derived(it Item, fn func(key, value string) error) error {
	if it.ExternalID != "" {
		if err := fn(externalKey(it), it.ID); err != nil {
			return err
		}
	}
	if it.Point != nil {
		if err := fn(placesPrefix(it.Partition)+it.ID, encodePoint(*it.Point)); err != nil {
			return err
		}
	}
	for _, c := range it.Cells {
		if err := fn(cellPrefix(it.Partition, it.Kind, c)+it.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

func unindex(itx *buntdb.Tx, it Item) error {
	return derived(it, func(key, _ string) error { return remove(itx, key) })
}

// enter adds an item's entries, and the spatial indexes of its partition if it is the first place there.
func enter(itx *buntdb.Tx, it Item) error {
	if it.Point != nil {
		pattern := placesPrefix(it.Partition) + "*"
		if err := itx.CreateSpatialIndex(planeIndex(it.Partition), pattern, planeRect); err != nil && !errors.Is(err, buntdb.ErrIndexExists) {
			return err
		}
		if err := itx.CreateSpatialIndex(sphereIndex(it.Partition), pattern, sphereRect); err != nil && !errors.Is(err, buntdb.ErrIndexExists) {
			return err
		}
	}
	return derived(it, func(key, value string) error {
		_, _, err := itx.Set(key, value, nil)
		return err
	})
}

// buildIndex derives all entries from the facts.
func (s *Store) buildIndex() error {
	ctx := context.Background()
	for cursor, more := itemPrefix, true; more; {
		items, next, err := s.items(ctx, itemPrefix, cursor, maxPage)
		if err != nil {
			return err
		}
		err = s.index.update(ctx, func(itx *buntdb.Tx) error {
			for _, it := range items {
				if err := enter(itx, it); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		cursor, more = next, next != ""
	}
	if err := s.indexCodes(ctx); err != nil {
		return err
	}
	return s.indexOwners(ctx)
}

func encodePoint(p geo.Point) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], math.Float64bits(p.Lon))
	binary.BigEndian.PutUint64(b[8:], math.Float64bits(p.Lat))
	return string(b[:])
}

func decodePoint(s string) geo.Point {
	if len(s) < 16 {
		return geo.Point{}
	}
	return geo.Point{
		Lon: math.Float64frombits(binary.BigEndian.Uint64([]byte(s[:8]))),
		Lat: math.Float64frombits(binary.BigEndian.Uint64([]byte(s[8:16]))),
	}
}

// planeRect reads one point, or the two corners of a query.
func planeRect(s string) (lo, hi []float64) {
	p := decodePoint(s)
	lo = []float64{p.Lon, p.Lat}
	if len(s) == 32 {
		p = decodePoint(s[16:])
	}
	return lo, []float64{p.Lon, p.Lat}
}

func sphereRect(s string) (lo, hi []float64) {
	v := unitVector(decodePoint(s))
	return v[:], v[:]
}

func unitVector(p geo.Point) [3]float64 {
	sinLat, cosLat := math.Sincos(p.Lat * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p.Lon * math.Pi / 180)
	return [3]float64{cosLat * cosLon, cosLat * sinLon, sinLat}
}
