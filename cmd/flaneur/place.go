package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/id"
)

func placeCommand() *cli.Command {
	return &cli.Command{
		Name:  "place",
		Usage: "register points of interest",
		Subcommands: []*cli.Command{
			{
				Name: "create", Usage: "make a place, or replace the one with the same external id",
				Flags: keyFlags("secret",
					&cli.StringFlag{Name: "name", Usage: "`NAME` that people see"},
					&cli.StringFlag{Name: "category", Usage: "`CATEGORY`, general to special, such as restaurant.italian"},
					&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`"},
					&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`"},
					&cli.StringFlag{Name: "brand", Usage: "`BRAND` it belongs to"},
					&cli.StringFlag{Name: "price-tier", Usage: "`N` from 1 (cheap) to 4"},
					&cli.StringFlag{Name: "zone", Usage: "IANA time `ZONE`"},
					&cli.StringFlag{Name: "hours", Usage: "opening `HOURS` as in OpenStreetMap, such as 'Mo-Fr 09:00-18:00; Sa 10:00-14:00'"},
					merchantFlag(),
					&cli.StringFlag{Name: "external-id", Usage: "your own `ID` for it"},
				),
				Action: createPlace,
			},
			{
				Name: "list", Usage: "show places: all, the nearest to a point, or those in a box",
				Flags: keyFlags("secret", limitFlag(),
					&cli.StringFlag{Name: "near", Usage: "`LAT,LON`: the nearest first"},
					&cli.StringFlag{Name: "bbox", Usage: "`WEST,SOUTH,EAST,NORTH` in degrees"},
				),
				Action: listPlaces,
			},
			{
				Name: "change", Usage: "change what is named of a place", ArgsUsage: "ID [PATCH.json]",
				Flags: keyFlags("secret", setFlag("hours='Mo-Fr 09:00-18:00'")), Action: changePlace,
			},
			{Name: "show", Usage: "show one place", ArgsUsage: "ID", Flags: keyFlags("secret"), Action: showPlace},
			{
				Name: "delete", Usage: "delete a place at which no offer is active", ArgsUsage: "ID",
				Flags: keyFlags("secret"), Action: deletePlace,
			},
			{
				Name: "import", Usage: "make places of files, or replace those with the same external ids", ArgsUsage: "FILE…",
				Description: "A file is CSV with a header, or a GeoJSON FeatureCollection of points or areas; packed by gzip or not; - is\n" +
					"standard input. Columns: lat, lon; optional are name, category, brand, price_tier (1 to 4), zone, hours, and an id of\n" +
					"yours (external_id, place_id, foursquare_venue_id, osm_id), by which a later import replaces; position and name\n" +
					"stand for a missing one. Broken rows are reported and skipped.",
				Flags: keyFlags("secret", merchantFlag(),
					&cli.BoolFlag{Name: "strict", Usage: "import nothing if a row is broken"},
				),
				Action: importPlaces,
			},
		},
	}
}

func merchantFlag() cli.Flag {
	return &cli.StringFlag{Name: "merchant", Usage: "`ID` of the merchant it belongs to"}
}

func createPlace(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if err := need(c, "name", "lat", "lon"); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	in := api.PlaceInput{
		ExternalID: c.String("external-id"), Merchant: id.Merchant(c.String("merchant")), Name: c.String("name"),
		Category: c.String("category"), Brand: c.String("brand"), Zone: c.String("zone"), Hours: c.String("hours"),
	}
	at, err := pointOf(row{}, c.String)
	if err != nil {
		return usage(c, "%s", explain(err))
	}
	in.Location = &at
	if in.PriceTier, err = whole("price-tier", c.String("price-tier")); err != nil {
		return usage(c, "%s", explain(err))
	}
	p, err := server.CreatePlace(c.Context, in)
	if err != nil {
		return err
	}
	return printPlace(c, p)
}

func listPlaces(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	const header = "ID NAME CATEGORY LAT LON DISTANCE"
	near, bbox := c.String("near"), c.String("bbox")
	var found []api.Place
	switch {
	case near != "" && bbox != "":
		return usage(c, "--near and --bbox exclude each other")
	case near != "":
		at, err := numbers(near, 2)
		if err != nil {
			return usage(c, "--near needs LAT,LON, not %q", near)
		}
		found, err = server.PlacesNear(c.Context, geo.Point{Lat: at[0], Lon: at[1]}, min(c.Int("limit"), catalogue.MaxPage))
		if err != nil {
			return err
		}
	case bbox != "":
		b, err := numbers(bbox, 4)
		if err != nil {
			return usage(c, "--bbox needs WEST,SOUTH,EAST,NORTH, not %q", bbox)
		}
		box := geo.Box{West: b[0], South: b[1], East: b[2], North: b[3]}
		found, err = server.PlacesWithin(c.Context, box, min(c.Int("limit"), catalogue.MaxPage))
		if err != nil {
			return err
		}
	default:
		return printPaged(c, server.Places, strings.TrimSuffix(header, " DISTANCE"), placeCells)
	}
	return printList(c, found, header, func(p api.Place) []string { return append(placeCells(p), metres(p.Distance)) })
}

func placeCells(p api.Place) []string {
	lat, lon := coordinates(p.Location)
	return []string{string(p.ID), p.Name, orDash(p.Category), lat, lon}
}

func coordinates(p *geo.Point) (lat, lon string) {
	if p == nil {
		return "-", "-"
	}
	return fmt.Sprintf("%.6f", p.Lat), fmt.Sprintf("%.6f", p.Lon)
}

func metres(d *float64) string {
	if d == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f m", *d)
}

func numbers(text string, n int) ([]float64, error) {
	parts := strings.Split(text, ",")
	if len(parts) != n {
		return nil, strconv.ErrSyntax
	}
	out := make([]float64, n)
	for i, part := range parts {
		var err error
		if out[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func showPlace(c *cli.Context) error {
	which, err := onlyID(c, "place")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	p, err := server.Place(c.Context, id.Place(which))
	if err != nil {
		return err
	}
	return printPlace(c, p)
}

func deletePlace(c *cli.Context) error {
	which, err := onlyID(c, "place")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return server.RemovePlace(c.Context, id.Place(which), "")
}

func printPlace(c *cli.Context, p api.Place) error {
	lat, lon := coordinates(p.Location)
	facts := []fact{
		{"id", string(p.ID)},
		{"name", p.Name},
		{"category", p.Category},
		{"brand", p.Brand},
		{"lat", lat},
		{"lon", lon},
		{"price tier", count(p.PriceTier)},
		{"zone", p.Zone},
		{"opening hours", p.Hours},
		{"merchant", string(p.Merchant)},
		{"external id", p.ExternalID},
	}
	return printFacts(c, p, append(facts, recordFacts(p.Record)...))
}

// count shows a number that means nothing at 0.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func importPlaces(c *cli.Context) error {
	if !c.Args().Present() {
		return usage(c, "import needs a file")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	n := newIntake()
	places, err := readPlaces(n, c.Args().Slice(), id.Merchant(c.String("merchant")))
	if err != nil {
		return err
	}
	if c.Bool("strict") && n.Skipped > 0 {
		return n.refuse()
	}
	if _, err := send(c.Context, n, "places", places, server.CreatePlaces); err != nil {
		return err
	}
	return n.print(c)
}

// readPlaces reads the places of files, and counts and reports what it can't read.
func readPlaces(n *intake, files []string, merchant id.Merchant) ([]parcel[api.PlaceInput], error) {
	var places []parcel[api.PlaceInput]
	for _, file := range files {
		t, err := readTable(file)
		if err != nil {
			return nil, err
		}
		n.ignore(file, t.unknown(placeColumns))
		for _, r := range t.rows {
			p, err := placeOf(r, merchant)
			if err != nil {
				n.skip(r.at, err)
				continue
			}
			places = append(places, parcel[api.PlaceInput]{r.at, p})
		}
	}
	return places, nil
}
