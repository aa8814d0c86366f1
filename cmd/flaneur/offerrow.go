package main

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// defaultRadius is the reach of an offer around its place, in metres.
const defaultRadius = 200

// Constant table: the columns that a file of offers may have, by the names that the flags of create have too.
var offerColumns = map[string][]string{
	"title":         {"title"},
	"text":          {"text"},
	"category":      {"category"},
	"brand":         {"brand"},
	"price-tier":    {"price_tier", "pricetier"},
	"reward":        {"reward"},
	"trigger":       {"trigger", "triggers"},
	"dwell":         {"dwell"},
	"starts":        {"starts"},
	"ends":          {"ends"},
	"budget":        {"budget"},
	"per-user":      {"per_user", "peruser"},
	"lat":           {"lat", "latitude"},
	"lon":           {"lon", "lng", "longitude"},
	"radius":        {"radius"},
	"width":         {"width"},
	"place":         {"place"},
	"merchant":      {"merchant"},
	"external-id":   {"external_id", "externalid", "id"},
	"draft":         {"draft"},
	"hours":         {"hours"},
	"terms":         {"terms"},
	"title-de":      {"title_de"},
	"text-de":       {"text_de"},
	"terms-de":      {"terms_de"},
	"image":         {"image"},
	"sponsored":     {"sponsored"},
	"items":         {"items"},
	"audience":      {"audience"},
	"languages":     {"languages"},
	"min-spend":     {"min_spend"},
	"new-customer":  {"new_customer"},
	"customer-days": {"customer_days"},
	"bought":        {"bought"},
	"tier":          {"tier"},
	"limit":         {"limit", "limits"},
	"paced":         {"paced"},
	"holdout":       {"holdout"},
	"all-places":    {"all_places"},
}

// offerOf reads an offer, all but its reach, from words by name; its errors name the word.
func offerOf(word func(name string) string) (o api.OfferInput, err error) {
	o = api.OfferInput{
		ExternalID: word("external-id"), Merchant: id.Merchant(word("merchant")), Place: id.Place(word("place")),
		Title: word("title"), Text: word("text"), Category: category(word("category")), Brand: word("brand"),
		Triggers: []string{"nearby"},
	}
	if o.PriceTier, err = whole("price-tier", word("price-tier")); err != nil {
		return o, err
	}
	if o.Reward, err = rewardOf(word("reward")); err != nil {
		return o, err
	}
	if list := word("trigger"); list != "" {
		o.Triggers = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	}
	if text := word("dwell"); text != "" {
		stay, err := time.ParseDuration(text)
		if err != nil {
			return o, fault.Field("dwell", "must be a duration such as 5m, not %q", text)
		}
		o.DwellSeconds = stay.Seconds()
	}
	if o.Starts, err = timeOf("starts", word("starts")); err != nil {
		return o, err
	}
	if o.Ends, err = timeOf("ends", word("ends")); err != nil {
		return o, err
	}
	if o.Budget.Total, err = whole("budget", word("budget")); err != nil {
		return o, err
	}
	if o.Budget.PerUser, err = whole("per-user", word("per-user")); err != nil {
		return o, err
	}
	return o, readRules(&o, word)
}

// rewardOf reads percent:20, amount:5:EUR, points:10, two_for_one, or free_item:Espresso.
func rewardOf(text string) (api.Reward, error) {
	if text == "" {
		return api.Reward{}, nil
	}
	parts := strings.Split(text, ":")
	r := api.Reward{Kind: parts[0]}
	wrong := fault.Field("reward", "must be percent:20, amount:5:EUR, points:10, two_for_one, free_item:Espresso or none, not %q", text)
	if kind, item, named := strings.Cut(text, ":"); named && (kind == "free_item" || kind == "two_for_one") {
		return api.Reward{Kind: kind, Item: item}, nil
	}
	if len(parts) > 3 {
		return r, wrong
	}
	if len(parts) > 1 {
		v, err := decimal("reward", parts[1])
		if err != nil {
			return r, wrong
		}
		r.Value = v
	}
	if len(parts) > 2 {
		r.Currency = parts[2]
	}
	return r, nil
}

func timeOf(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.Field(name, "must be a time such as 2026-12-01T09:00:00+01:00, not %q", text)
	}
	return t, nil
}

// circleOf returns the reach around a point; the radius is that of the words, or else the usual one.
func circleOf(p geo.Point, word func(name string) string) (*geo.Region, error) {
	radius := float64(defaultRadius)
	if text := word("radius"); text != "" {
		var err error
		if radius, err = decimal("radius", text); err != nil {
			return nil, err
		}
	}
	reach, err := geo.NewCircle(p, radius)
	return &reach, err
}

// offerOfRow reads an offer from a line of a table or a feature of a map.
func offerOfRow(r row, merchant id.Merchant) (api.OfferInput, error) {
	word := func(name string) string { return r.first(offerColumns[name]) }
	if r.err != nil {
		return api.OfferInput{}, r.err
	}
	o, err := offerOf(word)
	if err != nil {
		return o, err
	}
	if o.Merchant == "" {
		o.Merchant = merchant
	}
	switch {
	case o.Title == "":
		return o, fault.Field("title", "is missing")
	case o.Category == "":
		return o, fault.Field("category", "is missing")
	}
	if o.AllPlaces || len(o.Places) > 0 {
		o.Radius = defaultRadius
		if text := word("radius"); text != "" {
			o.Radius, err = decimal("radius", text)
		}
		return o, err
	}
	if reach := reachOf(r, word); reach != nil {
		o.Reach = new(geo.Region)
		return o, json.Unmarshal(reach, o.Reach)
	}
	p, err := pointOf(r, word)
	if err != nil {
		return o, err
	}
	o.Reach, err = circleOf(p, word)
	return o, err
}

// reachOf returns the geometry of a feature that is more than a point, with the width of a corridor from its properties.
func reachOf(r row, word func(name string) string) []byte {
	var g map[string]any
	if len(r.geometry) == 0 || json.Unmarshal(r.geometry, &g) != nil || g["type"] == "Point" && g["radius"] == nil {
		return nil
	}
	if width, err := decimal("width", word("width")); err == nil && g["type"] == "LineString" {
		g["width"] = width
	}
	reach, err := json.Marshal(g)
	if err != nil {
		return nil
	}
	return reach
}
