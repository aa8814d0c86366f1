package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/hours"
)

// Constant table: the columns that a file of places may have. Of several names for one thing, the first that holds
// something counts.
var placeColumns = map[string][]string{
	"lat":        {"lat", "latitude"},
	"lon":        {"lon", "lng", "longitude"},
	"name":       {"name"},
	"category":   {"category", "fclass"},
	"brand":      {"brand"},
	"price_tier": {"price_tier", "pricetier"},
	"zone":       {"zone"},
	"hours":      {"hours"},
	"osm_hours":  {"opening_hours"},
	"id":         {"external_id", "externalid", "place_id", "foursquare_venue_id", "osm_id", "@id", "id"},
}

// placeOf reads a place; its errors name the column.
func placeOf(r row, merchant id.Merchant) (api.PlaceInput, error) {
	column := func(name string) string { return r.first(placeColumns[name]) }
	if r.err != nil {
		return api.PlaceInput{}, r.err
	}
	at, err := pointOf(r, column)
	if err != nil {
		return api.PlaceInput{}, err
	}
	p := api.PlaceInput{
		ExternalID: column("id"), Merchant: merchant, Name: column("name"), Category: category(column("category")),
		Brand: column("brand"), Location: &at, Zone: column("zone"), Hours: column("hours"),
	}
	if p.Hours == "" { // what a data set says may be more than we understand: then it is not known
		if _, err := hours.Parse("opening_hours", column("osm_hours")); err == nil {
			p.Hours = column("osm_hours")
		}
	}
	if p.PriceTier, err = whole("price_tier", column("price_tier")); err != nil {
		return p, err
	}
	if p.Name == "" {
		p.Name = nameless(column("category"), p)
	}
	p.ExternalID = ownName(p)
	check := offers.Place{
		ID: id.PrefixPlace + "new", ExternalID: p.ExternalID, Merchant: p.Merchant, Name: p.Name, Category: p.Category, Brand: p.Brand,
		Point: at, PriceTier: p.PriceTier, Zone: p.Zone, Hours: p.Hours,
	}
	return p, check.Validate()
}

// pointOf reads where a row is: its geometry, or the columns lat and lon.
func pointOf(r row, column func(string) string) (p geo.Point, err error) {
	if len(r.geometry) > 0 && r.geometry.Kind() != 'n' {
		return centre(r.geometry)
	}
	if p.Lat, err = decimal("lat", column("lat")); err != nil {
		return p, err
	}
	if p.Lon, err = decimal("lon", column("lon")); err != nil {
		return p, err
	}
	return p, p.Check("")
}

// centre returns the point of a GeoJSON Point, the centroid of a polygon, the middle of a line.
func centre(geometry jsontext.Value) (geo.Point, error) {
	var g struct {
		Type        string         `json:"type"`
		Coordinates jsontext.Value `json:"coordinates"`
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		return geo.Point{}, fault.Field("geometry", "must be a GeoJSON geometry")
	}
	switch g.Type {
	case "Point":
		var at []float64
		if err := json.Unmarshal(g.Coordinates, &at); err != nil || len(at) < 2 {
			return geo.Point{}, fault.Field("geometry.coordinates", "must be a longitude and a latitude")
		}
		p := geo.Point{Lon: at[0], Lat: at[1]}
		return p, p.Check("")
	case "Polygon", "MultiPolygon":
		var area geo.Region
		if err := json.Unmarshal(geometry, &area); err != nil {
			return geo.Point{}, err
		}
		return area.Centre(), nil
	default:
		return geo.Point{}, fault.Field("geometry.type", "must be Point, Polygon or MultiPolygon, not %q", g.Type)
	}
}

func decimal(name, text string) (float64, error) {
	if text == "" {
		return 0, fault.Field(name, "is missing")
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v-v != 0 { // neither NaN nor infinite
		return 0, fault.Field(name, "must be a number, not %q", text)
	}
	return v, nil
}

// whole reads an optional whole number, as data sets write them: 2 or 2.0.
func whole(name, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != float64(int32(v)) {
		return 0, fault.Field(name, "must be a whole number, not %q", text)
	}
	return int(v), nil
}

// category keeps what is a category of ours already and translates what data sets say.
func category(text string) string {
	if strings.Contains(text, ".") && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_.") == "" {
		return text
	}
	return offers.NormalCategory(text)
}

// ownName returns a name for a place that is the same in every file and on every server: its external id, or else
// where it is and what it is called. It lets a later import replace.
func ownName(p api.PlaceInput) string {
	if p.ExternalID != "" {
		return p.ExternalID
	}
	return cutText(fmt.Sprintf("at %.6f,%.6f %s", p.Location.Lat, p.Location.Lon, p.Name), offers.MaxExternalID)
}

// nameless makes a name for a place that has none: people must be able to tell it from others in a list.
func nameless(kind string, p api.PlaceInput) string {
	kind = strings.ReplaceAll(kind[strings.LastIndexByte(kind, '.')+1:], "_", " ")
	if first, size := utf8.DecodeRuneInString(kind); size > 0 {
		return string(unicode.ToUpper(first)) + kind[size:]
	}
	if short := []rune(p.ExternalID); len(short) > 0 {
		return "Place " + string(short[max(0, len(short)-6):])
	}
	return fmt.Sprintf("Place at %.4f, %.4f", p.Location.Lat, p.Location.Lon)
}
