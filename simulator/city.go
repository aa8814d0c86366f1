package simulator

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

// The city is Freiburg im Breisgau, roughly, written down by hand: landmarks are real, shops are invented.
//
//go:embed city/places.csv city/offers.csv
var cityFiles embed.FS

// Zone is the time zone of the city.
const Zone = "Europe/Berlin"

// City is places and the promotions of their merchants. Both slices are in the order of the files.
type City struct {
	Places []Place
	Offers []Promotion
}

// Place is a place of the city.
type Place struct {
	ID       string
	Name     string
	Category string
	Brand    string
	Point    geo.Point
	Price    int // 1 to 4; 0: not told
}

// Promotion is an offer of the city. Its reach is a circle around its place.
type Promotion struct {
	ID          string
	Place       Place
	Title, Text string
	Reward      string
	Value       float64
	Triggers    []string
	Reach       float64 // metres
	Dwell       time.Duration
	Starts      time.Duration // into the day; 0: long ago
}

// Freiburg returns the city of the demo.
func Freiburg() (City, error) {
	var c City
	byID := map[string]Place{}
	err := rows("city/places.csv", 7, func(f []string) (err error) {
		p := Place{ID: f[0], Name: f[1], Category: f[2], Brand: f[3]}
		if p.Point.Lat, err = strconv.ParseFloat(f[4], 64); err != nil {
			return err
		}
		if p.Point.Lon, err = strconv.ParseFloat(f[5], 64); err != nil {
			return err
		}
		if p.Price, err = strconv.Atoi("0" + f[6]); err != nil {
			return err
		}
		c.Places, byID[p.ID] = append(c.Places, p), p
		return p.Point.Check("")
	})
	if err != nil {
		return c, err
	}
	return c, rows("city/offers.csv", 10, func(f []string) (err error) {
		place, known := byID[f[1]]
		if !known {
			return fmt.Errorf("there is no place %q", f[1])
		}
		o := Promotion{ID: f[0], Place: place, Title: f[2], Text: f[3], Reward: f[4], Triggers: append(strings.Fields(f[6]), "pull")}
		if o.Value, err = strconv.ParseFloat("0"+f[5], 64); err != nil {
			return err
		}
		if o.Reach, err = strconv.ParseFloat(f[7], 64); err != nil {
			return err
		}
		minutes, err := strconv.Atoi("0" + f[8])
		if err != nil {
			return err
		}
		hours, err := strconv.Atoi("0" + f[9])
		o.Dwell, o.Starts = time.Duration(minutes)*time.Minute, time.Duration(hours)*time.Hour
		c.Offers = append(c.Offers, o)
		return err
	})
}

// rows hands on the rows of an embedded file, without its header.
func rows(name string, columns int, each func([]string) error) error {
	data, err := cityFiles.ReadFile(name)
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = columns
	all, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, row := range all[1:] {
		if err := each(row); err != nil {
			return fmt.Errorf("%s: line %d: %w", name, i+2, err)
		}
	}
	return nil
}

// Place returns the place with this id, and whether there is one.
func (c *City) Place(id string) (Place, bool) {
	for _, p := range c.Places {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}

// within returns the places of a category and all below it.
func (c *City) within(categories ...string) (list []Place) {
	for _, p := range c.Places {
		for _, category := range categories {
			if p.Category == category || strings.HasPrefix(p.Category, category+".") {
				list = append(list, p)
				break
			}
		}
	}
	return list
}

// Publisher is the merchants' side of a server, as *client.Client with a secret key.
type Publisher interface {
	CreateMerchant(ctx context.Context, in api.MerchantInput) (api.Merchant, error)
	CreatePlaces(ctx context.Context, in []api.PlaceInput) (api.BatchResult, error)
	CreateOffers(ctx context.Context, in []api.OfferInput) (api.BatchResult, error)
}

// Publish registers the city's merchants (one per brand, or per place without one), places and offers as they are on a
// day, and returns the names of the offers by the ids that the server gave them. To publish again replaces what is there.
func (c *City) Publish(ctx context.Context, p Publisher, day time.Time) (names map[string]string, err error) {
	merchants := map[string]api.Merchant{}
	places := make([]api.PlaceInput, len(c.Places))
	for i, place := range c.Places {
		places[i] = api.PlaceInput{
			ExternalID: place.ID, Name: place.Name, Category: place.Category, Brand: place.Brand, Location: &c.Places[i].Point,
			PriceTier: place.Price, Zone: Zone,
		}
	}
	for _, o := range c.Offers {
		if _, known := merchants[o.Place.merchant()]; known {
			continue
		}
		m, err := p.CreateMerchant(ctx, api.MerchantInput{ExternalID: "city/" + o.Place.merchant(), Name: o.Place.merchant()})
		if err != nil {
			return nil, err
		}
		merchants[o.Place.merchant()] = m
	}
	for i, place := range c.Places {
		places[i].Merchant = merchants[place.merchant()].ID
	}
	placed, err := p.CreatePlaces(ctx, places)
	if err == nil {
		err = stands(placed)
	}
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for i, place := range c.Places {
		ids[place.ID] = placed.Results[i].ID
	}
	inputs := make([]api.OfferInput, len(c.Offers))
	for i, o := range c.Offers {
		if inputs[i], err = o.input(merchants[o.Place.merchant()], ids[o.Place.ID], day); err != nil {
			return nil, err
		}
	}
	published, err := p.CreateOffers(ctx, inputs)
	if err == nil {
		err = stands(published)
	}
	if err != nil {
		return nil, err
	}
	names = map[string]string{}
	for i, o := range c.Offers {
		names[published.Results[i].ID] = o.Title
	}
	return names, nil
}

// stands returns the first problem of a batch.
func stands(b api.BatchResult) error {
	for _, r := range b.Results {
		if r.Problem != nil {
			return fmt.Errorf("item %d: %s: %s: %s", r.Index, r.Problem.Code, r.Problem.Field, r.Problem.Detail)
		}
	}
	return nil
}

func (p *Place) merchant() string {
	if p.Brand != "" {
		return p.Brand
	}
	return p.Name
}

func (o *Promotion) input(m api.Merchant, place string, day time.Time) (in api.OfferInput, err error) {
	reach, err := geo.NewCircle(o.Place.Point, o.Reach)
	in = api.OfferInput{
		ExternalID: o.ID, Merchant: m.ID, Title: o.Title, Text: o.Text, Category: o.Place.Category, Brand: o.Place.Brand,
		PriceTier: o.Place.Price, Reward: api.Reward{Kind: o.Reward, Value: o.Value}, Reach: &reach, Triggers: o.Triggers,
		DwellSeconds: o.Dwell.Seconds(),
	}
	if o.Starts > 0 {
		in.Starts = midnight(day).Add(o.Starts).UTC()
	}
	if o.Reward == "amount" {
		in.Reward.Currency = "EUR"
	}
	setID(&in.Place, place)
	return in, err
}
