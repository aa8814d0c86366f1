package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

func offerCommand() *cli.Command {
	return &cli.Command{
		Name:  "offer",
		Usage: "publish promotions, and stop them",
		Subcommands: []*cli.Command{
			{
				Name: "create", Usage: "publish an offer, or replace the one with the same external id", ArgsUsage: "[FILE.json]",
				Description: "The offer is described by flags, or by a JSON file as the API takes it; - is standard input.",
				Flags:       keyFlags("secret", offerFlags()...), Action: createOffer,
			},
			{Name: "list", Usage: "show the offers", Flags: keyFlags("secret", limitFlag()), Action: listOffers},
			{Name: "show", Usage: "show one offer", ArgsUsage: "ID", Flags: keyFlags("secret"), Action: showOffer},
			{
				Name: "change", Usage: "change what is named of an offer", ArgsUsage: "ID [PATCH.json]",
				Flags: keyFlags("secret", &cli.StringSliceFlag{
					Name: "set", Usage: "`FIELD=VALUE` as in the API, such as budget.total=50; null clears",
				}),
				Action: changeOffer,
			},
			{Name: "stop", Usage: "end an offer for good", ArgsUsage: "ID", Flags: keyFlags("secret"), Action: stopOffer},
			offerImportCommand(),
		},
	}
}

func offerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "title", Usage: "`TEXT` that people see first"},
		&cli.StringFlag{Name: "text", Usage: "`TEXT` that says more"},
		&cli.StringFlag{Name: "category", Usage: "`CATEGORY`, general to special; with --place that of the place"},
		&cli.StringFlag{Name: "place", Usage: "`ID` of the place where it is redeemed, and around which it reaches"},
		&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`, without --place"},
		&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`, without --place"},
		&cli.StringFlag{Name: "radius", Usage: "reach in `METRES`", DefaultText: fmt.Sprint(defaultRadius)},
		&cli.StringFlag{Name: "reward", Usage: "`REWARD`: percent:20, amount:5:EUR, points:10, two_for_one or free_item"},
		&cli.StringFlag{Name: "trigger", Usage: "`LIST` of nearby, enter, exit, dwell, on_the_way, pull", DefaultText: "nearby"},
		&cli.StringFlag{Name: "dwell", Usage: "`DURATION` of a stay that triggers dwell, such as 5m"},
		&cli.StringFlag{Name: "starts", Usage: "`TIME` (RFC 3339)"},
		&cli.StringFlag{Name: "ends", Usage: "`TIME` (RFC 3339)"},
		&cli.StringFlag{Name: "budget", Usage: "at most `N` redemptions"},
		&cli.StringFlag{Name: "per-user", Usage: "at most `N` redemptions of one person"},
		&cli.StringFlag{Name: "brand", Usage: "`BRAND`; with --place that of the place"},
		&cli.StringFlag{Name: "price-tier", Usage: "`N` from 1 (cheap) to 4; with --place that of the place"},
		&cli.StringFlag{Name: "merchant", Usage: "`ID` of the merchant; with --place that of the place"},
		&cli.StringFlag{Name: "external-id", Usage: "your own `ID` for it"},
	}
}

func createOffer(c *cli.Context) error {
	server, err := connect(c)
	if err != nil {
		return err
	}
	var in api.OfferInput
	switch c.NArg() {
	case 0:
		in, err = offerOfFlags(c, server)
	case 1:
		err = readJSON(c.Args().First(), &in)
	default:
		return usage(c, "create takes one file")
	}
	if err != nil {
		return err
	}
	o, err := server.CreateOffer(c.Context, in)
	if err != nil {
		return err
	}
	return printOffer(c, o)
}

func offerOfFlags(c *cli.Context, server *client.Client) (api.OfferInput, error) {
	if err := need(c, "title"); err != nil {
		return api.OfferInput{}, err
	}
	in, err := offerOf(c.String)
	if err != nil {
		return in, usage(c, "%s", explain(err))
	}
	var at geo.Point
	if in.Place != "" {
		p, err := server.Place(c.Context, in.Place)
		if err != nil {
			return in, err
		}
		at = *p.Location
		atPlace(&in, p)
	} else if at, err = pointOf(row{}, c.String); err != nil {
		return in, usage(c, "%s: give --place, or --lat and --lon", explain(err))
	}
	if in.Category == "" {
		return in, usage(c, "--category is missing")
	}
	if in.Reach, err = circleOf(at, c.String); err != nil {
		return in, usage(c, "%s", explain(err))
	}
	return in, nil
}

// atPlace takes over from its place what an offer leaves open.
func atPlace(o *api.OfferInput, p api.Place) {
	o.Place = p.ID
	if o.Merchant == "" {
		o.Merchant = p.Merchant
	}
	if o.Category == "" {
		o.Category = p.Category
	}
	if o.Brand == "" {
		o.Brand = p.Brand
	}
	if o.PriceTier == 0 {
		o.PriceTier = p.PriceTier
	}
}

// readJSON reads a file, or standard input for "-", into v; it is as strict as the server.
func readJSON(file string, v any) error {
	src := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		src = f
	}
	if err := json.UnmarshalRead(src, v, json.RejectUnknownMembers(true)); err != nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "%s is not as the API takes it.", file).Wrap(err)
	}
	return nil
}

func listOffers(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return printPaged(c, server.Offers, "ID TITLE CATEGORY REWARD STATUS", func(o api.Offer) []string {
		return []string{string(o.ID), o.Title, o.Category, reward(o.Reward), o.Status}
	})
}

// reward shows a reward to people.
func reward(r api.Reward) string {
	switch r.Kind {
	case "percent":
		return fmt.Sprintf("%g %%", r.Value)
	case "amount":
		return fmt.Sprintf("%.2f %s", r.Value, r.Currency)
	case "points":
		return fmt.Sprintf("%g points", r.Value)
	case "", "none":
		return "-"
	default:
		return strings.ReplaceAll(r.Kind, "_", " ")
	}
}

func showOffer(c *cli.Context) error {
	return oneOffer(c, func(server *client.Client, which id.Offer) (api.Offer, error) {
		return server.Offer(c.Context, which)
	})
}

func stopOffer(c *cli.Context) error {
	return oneOffer(c, func(server *client.Client, which id.Offer) (api.Offer, error) {
		return server.StopOffer(c.Context, which)
	})
}

// oneOffer does something with the offer that the argument names, and shows it.
func oneOffer(c *cli.Context, do func(*client.Client, id.Offer) (api.Offer, error)) error {
	which, err := onlyID(c, "offer")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	o, err := do(server, id.Offer(which))
	if err != nil {
		return err
	}
	return printOffer(c, o)
}

func changeOffer(c *cli.Context) error {
	if c.NArg() < 1 || c.NArg() > 2 || (c.NArg() == 2) == c.IsSet("set") {
		return usage(c, "change needs the id of one offer, and either --set FIELD=VALUE or a file with a JSON merge patch")
	}
	patch, err := assignments(c, c.StringSlice("set"))
	if err == nil && c.NArg() == 2 {
		err = readJSON(c.Args().Get(1), &patch)
	}
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	o, err := server.ChangeOffer(c.Context, id.Offer(c.Args().First()), "", patch)
	if err != nil {
		return err
	}
	return printOffer(c, o)
}

func printOffer(c *cli.Context, o api.Offer) error {
	budget := ""
	if o.Budget.Total > 0 || o.Budget.PerUser > 0 {
		budget = fmt.Sprintf("%s in all, %s a person", orAny(o.Budget.Total), orAny(o.Budget.PerUser))
	}
	facts := []fact{
		{"id", string(o.ID)},
		{"title", o.Title},
		{"text", o.Text},
		{"category", o.Category},
		{"brand", o.Brand},
		{"reward", reward(o.Reward)},
		{"status", o.Status},
		{"reach", reach(o.Reach)},
		{"triggers", strings.Join(o.Triggers, ", ")},
		{"starts", moment(o.Starts)},
		{"ends", moment(o.Ends)},
		{"budget", budget},
		{"place", string(o.Place)},
		{"merchant", string(o.Merchant)},
		{"external id", o.ExternalID},
	}
	return printFacts(c, o, append(facts, recordFacts(o.Record)...))
}

func orAny(n int) string {
	if n == 0 {
		return "any number"
	}
	return fmt.Sprint(n)
}

func reach(r *geo.Region) string {
	if r == nil || r.IsZero() {
		return ""
	}
	p := r.Centre()
	if r.Kind() == geo.Circle {
		return fmt.Sprintf("%.0f m around %.6f, %.6f", r.Radius(), p.Lat, p.Lon)
	}
	return fmt.Sprintf("%.3f km² around %.6f, %.6f", r.Area()/1e6, p.Lat, p.Lon)
}
