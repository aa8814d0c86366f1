package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

func offerImportCommand() *cli.Command {
	return &cli.Command{
		Name: "import", Usage: "publish offers of files, or invent some at places", ArgsUsage: "[FILE…]",
		Description: "A file is CSV or GeoJSON, as for places. Columns: title, category, and lat and lon with a radius; optional are\n" +
			"text, brand, price_tier, reward, trigger, dwell, starts, ends, budget, per_user, place, merchant, external_id, and what\n" +
			"else create has flags for, with _ for -: hours, terms, title_de, audience, limit, draft ….\n" +
			"A GeoJSON feature may reach over an area, or along a line with a width.\n\n" +
			"With --from-places the offers are invented, for trying things out: at that share of the places of the files, or of\n" +
			"the server's places without a file. The same seed takes the same places, and replaces the offers of before.",
		Flags: keyFlags(
			"secret",
			merchantFlag(),
			&cli.BoolFlag{Name: "strict", Usage: "import nothing if a row is broken"},
			&cli.Float64Flag{Name: "from-places", Usage: "invent offers at a `SHARE` (0 to 1) of the places"},
			&cli.Int64Flag{Name: "seed", Usage: "`N` that decides which places, and which offers", Value: 1},
			&cli.StringFlag{Name: "radius", Usage: "reach in `METRES` of offers whose row has none", DefaultText: fmt.Sprint(defaultRadius)},
		),
		Action: importOffers,
	}
}

func importOffers(c *cli.Context) error {
	share := c.Float64("from-places")
	invent := c.IsSet("from-places")
	switch {
	case invent && !(share > 0 && share <= 1):
		return usage(c, "--from-places must be above 0, to 1")
	case !invent && !c.Args().Present():
		return usage(c, "import needs a file, or --from-places")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	n := newIntake()
	var offers []parcel[api.OfferInput]
	if invent {
		in := inventor{server: server, seed: c.Int64("seed"), share: share, merchant: id.Merchant(c.String("merchant")), word: c.String}
		if offers, err = in.offers(c, n); err != nil {
			return err
		}
	} else if offers, err = readOffers(c, n); err != nil {
		return err
	}
	if c.Bool("strict") && n.Skipped > 0 {
		return n.refuse()
	}
	if _, err := send(c.Context, n, "offers", offers, server.CreateOffers); err != nil {
		return err
	}
	return n.print(c)
}

// readOffers reads the offers of files, and counts and reports what it can't read.
func readOffers(c *cli.Context, n *intake) ([]parcel[api.OfferInput], error) {
	var offers []parcel[api.OfferInput]
	for _, file := range c.Args().Slice() {
		t, err := readTable(file)
		if err != nil {
			return nil, err
		}
		n.ignore(file, t.unknown(offerColumns))
		for _, r := range t.rows {
			if r.err == nil && r.cells["radius"] == "" && c.IsSet("radius") {
				r.cells["radius"] = c.String("radius")
			}
			o, err := offerOfRow(r, id.Merchant(c.String("merchant")))
			if err != nil {
				n.skip(r.at, err)
				continue
			}
			offers = append(offers, parcel[api.OfferInput]{r.at, o})
		}
	}
	return offers, nil
}
