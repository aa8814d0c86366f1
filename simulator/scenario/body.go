package scenario

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

// Body is the body of a request as T has its members, written with the names, times and points of a file. What T can
// say, a file can: there is no list of members here.
type Body[T any] struct {
	tree map[string]any // leaves may be named and Point, beside what JSON has
}

// named stands for the id of something of the file.
type named struct{ kind, name string }

// restReader is what fields asks of a Body that a struct embeds.
type restReader interface {
	member(d *decoder, name string, n ast.Node, path string) bool
	keys() []string
}

func (b *Body[T]) read(d *decoder, n ast.Node, path string) {
	b.tree, _ = d.shaped(n, reflect.TypeFor[T](), path).(map[string]any)
	b.tree = orEmpty(b.tree)
}

func (b *Body[T]) member(d *decoder, name string, n ast.Node, path string) bool {
	f, ok := jsonField(reflect.TypeFor[T](), name)
	if ok {
		b.tree = orEmpty(b.tree)
		b.tree[name] = d.shapedField(n, f, path)
	}
	return ok
}

func (b *Body[T]) keys() []string { return jsonKeys(reflect.TypeFor[T]()) }

// with returns the tree, to be completed.
func (b *Body[T]) with() map[string]any {
	b.tree = orEmpty(b.tree)
	return b.tree
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		m = map[string]any{}
	}
	return m
}

// The types of the interface that a file writes in its own way.
var (
	merchantID = reflect.TypeOf(api.OfferInput{}.Merchant)
	placeID    = reflect.TypeOf(api.OfferInput{}.Place)
	offerID    = reflect.TypeOf(api.Next{}.Offer)
	timeType   = reflect.TypeFor[time.Time]()
	pointType  = reflect.TypeFor[geo.Point]()
	regionType = reflect.TypeFor[geo.Region]()
	anyJSON    = reflect.TypeOf(api.Account{}.Memory)
)

// shaped reads n as JSON that a value of type t would be read from.
func (d *decoder) shaped(n ast.Node, t reflect.Type, path string) any {
	if !d.enter(n, path) {
		return nil
	}
	defer d.leave()
	n = d.bare(n)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if _, null := n.(*ast.NullNode); null && t.Kind() != reflect.Struct && t.Kind() != reflect.Slice {
		return nil
	}
	switch t {
	case merchantID:
		return d.id(n, "merchants", path)
	case placeID:
		return d.id(n, "places", path)
	case offerID:
		return d.id(n, "offers", path)
	case timeType:
		var at Time
		at.read(d, n, path)
		return at.Time
	case pointType:
		p := new(Point)
		p.read(d, n, path)
		return p
	case regionType:
		return d.region(n, path)
	case anyJSON:
		return d.free(n, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return d.object(n, t, path)
	case reflect.Slice:
		out := []any{}
		for i, item := range d.list(n) {
			out = append(out, d.shaped(item, t.Elem(), index(path, i)))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		d.members(n, path, func(name string, _, value ast.Node, path string) { out[name] = d.shaped(value, t.Elem(), path) })
		return out
	case reflect.Interface:
		return d.free(n, path)
	}
	v := reflect.New(t).Elem()
	if text, ok := n.(ast.ScalarNode); ok && (v.CanInt() || v.CanFloat()) {
		if minutes, ok := minuteOfDay(text.GetToken().Value); ok {
			return minutes
		}
	}
	d.scalar(n, v, path)
	return v.Interface()
}

// minuteOfDay reads a clock time where the interface wants the minute of the day.
func minuteOfDay(text string) (int, bool) {
	m := clockTime.FindStringSubmatch(text)
	if m == nil || m[1] != "" || m[4] != "" {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[2])
	minute, _ := strconv.Atoi(m[3])
	return hour*60 + minute, hour < 24 && minute < 60
}

func (d *decoder) object(n ast.Node, t reflect.Type, path string) any {
	out := map[string]any{}
	d.members(n, path, func(name string, key, value ast.Node, path string) {
		f, ok := jsonField(t, name)
		if !ok {
			d.unknown(key, path, name, jsonKeys(t))
			return
		}
		out[name] = d.shapedField(value, f, path)
	})
	if what, ok := out["kind"].(string); ok { // {kind: merchant, value: NAME} names something, too
		if v, ok := out["value"].(string); ok && what == "merchant" {
			d.uses = append(d.uses, use{"merchants", v, join(path, "value"), n})
			out["value"] = named{"merchants", v}
		}
	}
	return out
}

// shapedField reads a member; one that counts seconds, minutes, hours or days takes a duration, too.
func (d *decoder) shapedField(n ast.Node, f reflect.StructField, path string) any {
	for suffix, unit := range map[string]time.Duration{"Seconds": time.Second, "Minutes": time.Minute, "Hours": time.Hour, "Days": 24 * time.Hour} {
		scalar, ok := d.bare(n).(*ast.StringNode)
		if !ok || !strings.HasSuffix(f.Name, suffix) {
			continue
		}
		if v, ok := parseDuration(scalar.Value); ok {
			return float64(v) / float64(unit)
		}
	}
	return d.shaped(n, f.Type, path)
}

func (d *decoder) id(n ast.Node, kind, path string) any {
	text, ok := d.text(n, path)
	if !ok {
		return nil
	}
	if kind == "merchants" && text == "none" {
		return nobody{}
	}
	d.uses = append(d.uses, use{kind, text, path, n})
	return named{kind, text}
}

// nobody stands for merchant: none.
type nobody struct{}

// reach is an offer's reach in the short forms of files.
type reach struct {
	Circle   *Point   `json:"circle"`
	Radius   float64  `json:"radius"`
	Polygon  []Point  `json:"polygon"`
	Corridor []Point  `json:"corridor"`
	Width    float64  `json:"width"`
	Cells    []string `json:"cells"`
}

// region reads GeoJSON or a short form.
func (d *decoder) region(n ast.Node, path string) any {
	geojson := false
	d.members(n, path, func(name string, _, _ ast.Node, _ string) { geojson = geojson || name == "type" })
	if geojson {
		return d.free(n, path)
	}
	var r reach
	before := len(d.found)
	d.value(n, valueOf(&r), path)
	if len(d.found) > before {
		return nil
	}
	forms := 0
	for _, set := range []bool{r.Circle != nil, r.Polygon != nil, r.Corridor != nil, r.Cells != nil} {
		if set {
			forms++
		}
	}
	switch {
	case forms != 1:
		d.fail(n, path, "must be one of {circle: POINT, radius: 150}, {polygon: [POINT, …]}, {corridor: [POINT, …], width: 60}, {cells: […]}, or GeoJSON")
	case r.Circle != nil && r.Radius <= 0:
		d.fail(n, path, "needs a radius in metres")
	case r.Polygon != nil && len(r.Polygon) < 3:
		d.fail(n, path, "a polygon needs three points or more")
	case r.Corridor != nil && (len(r.Corridor) < 2 || r.Width <= 0):
		d.fail(n, path, "a corridor needs two points or more, and a width in metres")
	}
	return &r
}

// geoJSON writes the reach as the interface takes it.
func (r *reach) geoJSON(at func(*Point) geo.Point) map[string]any {
	line := func(points []Point) (out []any) {
		for i := range points {
			p := at(&points[i])
			out = append(out, []any{p.Lon, p.Lat})
		}
		return out
	}
	switch {
	case r.Circle != nil:
		p := at(r.Circle)
		return map[string]any{"type": "Point", "coordinates": []any{p.Lon, p.Lat}, "radius": r.Radius}
	case r.Polygon != nil:
		ring := line(r.Polygon)
		return map[string]any{"type": "Polygon", "coordinates": []any{append(ring, ring[0])}}
	case r.Corridor != nil:
		return map[string]any{"type": "LineString", "coordinates": line(r.Corridor), "width": r.Width}
	}
	return map[string]any{"type": "Cells", "cells": r.Cells}
}

// jsonField finds the member of a struct of the interface, those of embedded structs included.
func jsonField(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if nameOf(f) == name && f.IsExported() {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func jsonKeys(t reflect.Type) (keys []string) {
	for _, f := range reflect.VisibleFields(t) {
		if name := nameOf(f); name != "" && f.IsExported() {
			keys = append(keys, name)
		}
	}
	return keys
}

func valueOf[T any](p *T) reflect.Value { return reflect.ValueOf(p).Elem() }

// shape returns the type that the body is of.
func (b *Body[T]) shape() reflect.Type { return reflect.TypeFor[T]() }
