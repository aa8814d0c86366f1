package httpapi

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
)

// query reads the parameters of a URL; the first fault stays.
type query struct {
	values url.Values
	err    error
}

// query returns the parameters of the call, of which only the known ones may be there, and once each unless the name
// ends with "*".
func (c *call) query(known ...string) *query {
	values, err := url.ParseQuery(c.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.err = fault.New(fault.Invalid, fault.CodeMalformed, "The query must be URL-encoded.")
		return q
	}
	for name, v := range values {
		switch {
		case slices.Contains(known, name+"*"):
		case !slices.Contains(known, name):
			q.err = fault.New(fault.Invalid, fault.CodeUnknownField, "This route takes the parameters %s.",
				strings.ReplaceAll(strings.Join(known, ", "), "*", "")).WithField(jsonfault.Name(name))
		case len(v) > 1:
			q.err = fault.Field(name, "must be given once")
		}
	}
	return q
}

func (q *query) has(name string) bool { return q.values.Has(name) }

func (q *query) text(name string) string { return q.values.Get(name) }

func (q *query) number(name string) float64 {
	if !q.has(name) {
		return 0
	}
	v := q.numbers(name, 1)
	return v[0]
}

// optional returns a number, or nil if it is not there.
func (q *query) optional(name string) *float64 {
	if !q.has(name) {
		return nil
	}
	v := q.number(name)
	return &v
}

// numbers returns exactly n numbers that are separated by commas.
func (q *query) numbers(name string, n int) []float64 {
	out := make([]float64, n)
	parts := strings.Split(q.values.Get(name), ",")
	bad := len(parts) != n
	for i := 0; i < n && !bad; i++ {
		v, err := strconv.ParseFloat(parts[i], 64)
		bad = err != nil || v-v != 0 // not finite
		out[i] = v
	}
	if bad && q.err == nil {
		if q.err = fault.Field(name, "must be a number"); n > 1 {
			q.err = fault.Field(name, "must be %d numbers with commas between them", n)
		}
	}
	return out
}

func (q *query) integer(name string) int {
	if !q.has(name) {
		return 0
	}
	v, err := strconv.Atoi(q.values.Get(name))
	if (err != nil || v < 1) && q.err == nil {
		q.err = fault.Field(name, "must be a whole number of at least 1")
	}
	return v
}

func (q *query) time(name string) time.Time {
	if !q.has(name) {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, q.values.Get(name))
	if err != nil && q.err == nil {
		q.err = fault.Field(name, "must be a time as in RFC 3339")
	}
	return t
}

// point reads "lat,lon".
func (q *query) point(name string) geo.Point {
	v := q.numbers(name, 2)
	p := geo.Point{Lat: v[0], Lon: v[1]}
	if q.err == nil && !p.Valid() {
		q.err = fault.Field(name, "must be latitude,longitude in degrees")
	}
	return p
}

// box reads "west,south,east,north", the order of GeoJSON.
func (q *query) box(name string) geo.Box {
	v := q.numbers(name, 4)
	return geo.Box{West: v[0], South: v[1], East: v[2], North: v[3]}
}
