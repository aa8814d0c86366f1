package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
	"github.com/flaneur-io/flaneur/internal/id"
)

func offerCommand() *cli.Command {
	return &cli.Command{
		Name:  "offer",
		Usage: "publish promotions, and lead them through their lives",
		Subcommands: append([]*cli.Command{
			{
				Name: "create", Usage: "publish an offer, or replace the one with the same external id", ArgsUsage: "[FILE.json]",
				Description: "The offer is described by flags, or by a file, JSON or YAML, as the API takes it; - is JSON from standard input.",
				Flags:       keyFlags("secret", append(offerFlags(), ruleFlags()...)...), Action: createOffer,
			},
			{Name: "list", Usage: "show the offers", Flags: keyFlags("secret", limitFlag(), &cli.StringFlag{Name: "status", Usage: "only those that are `STATUS`: draft, active, paused, stopped, archived"}), Action: listOffers},
			{Name: "show", Usage: "show one offer", ArgsUsage: "ID", Flags: keyFlags("secret"), Action: showOffer},
			{
				Name: "change", Usage: "change what is named of an offer", ArgsUsage: "ID [PATCH.json]",
				Flags: keyFlags("secret", setFlag("budget.total=50")), Action: changeOffer,
			},
			offerImportCommand(), offerNumbersCommand(), offerEstimateCommand(),
		}, lifeCommands()...),
	}
}

func offerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "file", Usage: "`FILE` that describes the offer, in place of all other flags"},
		&cli.StringFlag{Name: "title", Usage: "`TEXT` that people see first"},
		&cli.StringFlag{Name: "text", Usage: "`TEXT` that says more"},
		&cli.StringFlag{Name: "category", Usage: "`CATEGORY`, general to special; with --place that of the place"},
		&cli.StringFlag{Name: "place", Usage: "`ID` of the place where it is redeemed, and around which it reaches; or a list of them"},
		&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`, without --place"},
		&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`, without --place"},
		&cli.StringFlag{Name: "radius", Usage: "reach in `METRES`", DefaultText: fmt.Sprint(defaultRadius)},
		&cli.StringFlag{Name: "reward", Usage: "`REWARD`: percent:20, amount:5:EUR, points:10, two_for_one, free_item:Espresso or none"},
		&cli.StringFlag{Name: "trigger", Usage: "`LIST` of nearby, enter, exit, dwell, crossed, on_the_way, pull", DefaultText: "nearby"},
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
	switch file := c.String("file"); {
	case c.NArg() > 1 || c.NArg() == 1 && file != "":
		return usage(c, "create takes one file")
	case (c.NArg() == 1 || file != "") && saysOffer(c):
		return usage(c, "a file says all of the offer: leave the other flags out")
	case c.NArg() == 1:
		err = readJSON(c.Args().First(), &in)
	case file != "":
		err = readJSON(file, &in)
	default:
		in, err = offerOfFlags(c, server)
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

// saysOffer tells whether flags describe an offer.
func saysOffer(c *cli.Context) bool {
	return slices.ContainsFunc(c.FlagNames(), func(name string) bool {
		return !slices.Contains([]string{"file", "server", "key", "json"}, name)
	})
}

func offerOfFlags(c *cli.Context, server *client.Client) (api.OfferInput, error) {
	if err := need(c, "title"); err != nil {
		return api.OfferInput{}, err
	}
	in, err := offerOf(c.String)
	if err != nil {
		return in, usage(c, "%s", explain(err))
	}
	if in.AllPlaces || len(in.Places) > 0 {
		if in.Category == "" {
			return in, usage(c, "--category is missing")
		}
		in.Place, in.Radius, err = "", defaultRadius, nil
		if text := c.String("radius"); text != "" {
			in.Radius, err = decimal("radius", text)
		}
		return in, err
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

// readJSON reads a file, or standard input for "-", into v; it is as strict as the server. A file may be YAML by its name.
func readJSON(file string, v any) error {
	src := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		if src = f; strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml") {
			text, err := io.ReadAll(f)
			if err == nil {
				text, err = yaml.YAMLToJSON(text)
			}
			if err != nil {
				return fault.New(fault.Invalid, fault.CodeMalformed, "%s is no YAML.", file).Wrap(err)
			}
			src = bytes.NewReader(text)
		}
	}
	if err := json.UnmarshalRead(src, v, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%s: %w", file, jsonfault.From(err))
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
	page := func(ctx context.Context, cursor string, limit int) (api.Page[api.Offer], error) {
		return server.OffersIn(ctx, c.String("status"), cursor, limit)
	}
	return printPaged(c, page, "ID TITLE CATEGORY REWARD STATUS", func(o api.Offer) []string {
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
	which, patch, err := patchOf(c, "offer")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	o, err := server.ChangeOffer(c.Context, id.Offer(which), "", patch)
	if err != nil {
		return err
	}
	return printOffer(c, o)
}

func printOffer(c *cli.Context, o api.Offer) error {
	facts := append([]fact{{"id", string(o.ID)}, {"status", o.Status}, {"version", fmt.Sprint(o.Version)}}, offerFacts(o)...)
	return printFacts(c, o, append(facts, recordFacts(o.Record)...))
}

// offerFacts are what an offer says.
func offerFacts(o api.Offer) []fact {
	budget := ""
	if o.Budget.Total > 0 || o.Budget.PerUser > 0 {
		budget = fmt.Sprintf("%s in all, %s a person", orAny(o.Budget.Total), orAny(o.Budget.PerUser))
	}
	facts := []fact{
		{"title", o.Title},
		{"text", o.Text},
		{"category", o.Category},
		{"brand", o.Brand},
		{"reward", reward(o.Reward)},
		{"reach", reach(o.Reach)},
		{"triggers", strings.Join(o.Triggers, ", ")},
		{"starts", moment(o.Starts)},
		{"ends", moment(o.Ends)},
		{"budget", budget},
		{"place", where(o)},
		{"merchant", string(o.Merchant)},
		{"external id", o.ExternalID},
	}
	return append(facts, ruleFacts(o)...)
}

func where(o api.Offer) string {
	switch {
	case o.AllPlaces:
		return fmt.Sprintf("all of the merchant's, %.0f m around each", o.Radius)
	case len(o.Places) > 0:
		return fmt.Sprintf("%d places, %.0f m around each", len(o.Places), o.Radius)
	}
	return string(o.Place)
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
