package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// controlCommands are what a person can say about what they get.
func controlCommands() []*cli.Command {
	remove := func() cli.Flag { return &cli.BoolFlag{Name: "remove", Usage: "take it off the list"} }
	return []*cli.Command{
		{
			Name: "pause", Usage: "have nothing pushed for a while", Action: pause,
			Flags: tokenFlags(
				&cli.IntFlag{Name: "minutes", Usage: "`NUMBER` of minutes", Value: 60},
				&cli.BoolFlag{Name: "until-tomorrow", Usage: "until midnight, by the person's clock"},
				&cli.BoolFlag{Name: "end", Usage: "end the pause"},
			),
		},
		{Name: "why", Usage: "say why an offer came", ArgsUsage: "[DELIVERY]", Flags: tokenFlags(), Action: why},
		{Name: "suppressions", Usage: "say what was held back, and why", Flags: tokenFlags(), Action: suppressions},
		{
			Name: "feedback", Usage: "say what the person did with an offer that came", ArgsUsage: "DELIVERY ACTION", Flags: tokenFlags(), Action: feedback,
		},
		{
			Name: "favourite", Usage: "let a merchant, brand or category come first", ArgsUsage: "merchant|brand|category VALUE",
			Flags: tokenFlags(remove()), Action: func(c *cli.Context) error { return mark(c, "favourites") },
		},
		{
			Name: "block", Usage: "never see a merchant, brand or category", ArgsUsage: "merchant|brand|category VALUE",
			Flags: tokenFlags(remove()), Action: func(c *cli.Context) error { return mark(c, "blocked") },
		},
		{Name: "rate", Usage: "give 1 to 5 stars to an offer, a place or a redemption", ArgsUsage: "ID STARS", Flags: tokenFlags(), Action: rate},
		{
			Name: "visits", Usage: "show where the person stopped", Action: visits,
			Flags: tokenFlags(&cli.BoolFlag{Name: "forget", Usage: "forget all of them"}),
		},
		{
			Name: "purchases", Usage: "show what the person bought", Action: purchases,
			Flags: tokenFlags(&cli.StringFlag{Name: "forget", Usage: "`ID` of one to forget"}),
		},
		{
			Name: "position", Usage: "say where the person is", Action: position,
			Flags: tokenFlags(
				&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`"}, &cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`"},
				&cli.Float64Flag{Name: "accuracy", Usage: "of the position in `METRES`", Value: 10},
			),
		},
		{Name: "push-token", Usage: "add a device that takes pushes", ArgsUsage: "TOKEN", Flags: tokenFlags(), Action: pushToken},
	}
}

// arguments returns exactly so many words.
func arguments(c *cli.Context, names ...string) ([]string, error) {
	if c.NArg() != len(names) {
		return nil, usage(c, "%s needs %s", c.Command.Name, strings.Join(names, " and "))
	}
	return c.Args().Slice(), nil
}

func pause(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	if c.Bool("end") {
		if err := server.EndPause(c.Context); err != nil {
			return err
		}
		return printFacts(c, api.Paused{}, []fact{{"paused", "no"}})
	}
	in := api.Pause{Minutes: c.Int("minutes"), UntilTomorrow: c.Bool("until-tomorrow")}
	if in.UntilTomorrow {
		in.Minutes = 0
	}
	p, err := server.Pause(c.Context, in)
	if err != nil {
		return err
	}
	return printFacts(c, p, []fact{{"paused", "until " + moment(p.Until)}})
}

// why explains a delivery; without one, the last.
func why(c *cli.Context) error {
	if c.NArg() > 1 {
		return usage(c, "why needs the id of one delivery, or none for the last")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	delivery := id.Delivery(c.Args().First())
	if delivery == "" {
		if delivery, err = lastDelivery(c, server); err != nil {
			return err
		}
	}
	w, err := server.Why(c.Context, delivery)
	if err != nil {
		return err
	}
	facts := []fact{
		{"delivery", string(w.Delivery)},
		{"offer", fmt.Sprintf("%s, %s", oneLine(w.Title), w.Offer)},
		{"of", oneLine(w.Merchant)},
		{"sent", fmt.Sprintf("%s (%s)", moment(w.At), w.Status)},
		{"because", because(w)},
		{"paid for by", oneLine(w.Sponsored)},
	}
	for _, r := range w.Reasons {
		facts = append(facts, fact{"reason", fmt.Sprintf("%2.0f %%  %s", 100*r.Share, r.Text)})
	}
	for _, t := range w.NotUsed {
		facts = append(facts, fact{"not used", t.Text})
	}
	for _, t := range w.NeverAsked {
		facts = append(facts, fact{"never asked for", t.Text})
	}
	for _, k := range w.Controls {
		facts = append(facts, fact{"you can say", k.Action + ": " + k.Text})
	}
	return printFacts(c, w, facts)
}

func lastDelivery(c *cli.Context, server *client.Client) (id.Delivery, error) {
	a, err := server.Me(c.Context, time.Time{})
	if err != nil {
		return "", err
	}
	if len(a.Deliveries) == 0 {
		return "", usage(c, "nothing has come yet")
	}
	return slices.MaxFunc(a.Deliveries, func(x, y api.Delivery) int { return x.At.Compare(y.At) }).ID, nil
}

func suppressions(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	page, err := server.Suppressions(c.Context, "", 0)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, page)
	}
	rows := [][]string{{"WHEN", "OFFER", "CODE", "WHY", "WHAT YOU CAN DO"}}
	for _, w := range page.Items {
		change := ""
		if w.Change != nil {
			change = w.Change.Text
		}
		rows = append(rows, []string{moment(w.At), oneLine(cmp.Or(w.Title, string(w.Offer))), w.Code, w.Text, change})
	}
	return printTable(c, rows)
}

func feedback(c *cli.Context) error {
	args, err := arguments(c, "the id of a delivery", "an action such as not_now")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return server.Feedback(c.Context, api.Feedback{Delivery: id.Delivery(args[0]), Action: args[1], At: time.Now().UnixMilli()})
}

// mark puts something on one of the person's lists, or takes it off.
func mark(c *cli.Context, list string) error {
	args, err := arguments(c, "merchant, brand or category", "which one")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	p, err := server.Preferences(c.Context)
	if err != nil {
		return err
	}
	marked, b := p.Favourites, api.Block{Kind: args[0], Value: args[1]}
	if list == "blocked" {
		marked = p.Blocked
	}
	marked = slices.DeleteFunc(marked, func(x api.Block) bool { return x == b })
	if !c.Bool("remove") {
		marked = append(marked, b)
	}
	if p, err = server.ChangePreferences(c.Context, api.Patch{list: marked}); err != nil {
		return err
	}
	return printFacts(c, p, preferenceFacts(p))
}

func rate(c *cli.Context) error {
	args, err := arguments(c, "the id of an offer, a place or a redemption", "1 to 5 stars")
	if err != nil {
		return err
	}
	in := api.Rate{}
	if in.Stars, err = strconv.Atoi(args[1]); err != nil {
		return usage(c, "the stars must be a number from 1 to 5, not %q", args[1])
	}
	switch prefix, _, _ := strings.Cut(args[0], "_"); prefix {
	case "plc":
		in.Place = id.Place(args[0])
	case "red":
		in.Redemption = id.Redemption(args[0])
	default:
		in.Offer = id.Offer(args[0])
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	r, err := server.Rate(c.Context, in)
	if err != nil {
		return err
	}
	return printFacts(c, r, []fact{{"rated", cmp.Or(string(r.Offer), string(r.Place))}, {"stars", strconv.Itoa(r.Stars)}})
}

func visits(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	if c.Bool("forget") {
		return server.ForgetVisits(c.Context)
	}
	page, err := server.Visits(c.Context)
	if err != nil {
		return err
	}
	rows := [][]string{{"DAY", "PLACE", "NAME"}}
	for _, v := range page.Items {
		rows = append(rows, []string{v.Day, string(v.Place), oneLine(v.Name)})
	}
	return printRows(c, page, rows)
}

func purchases(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	if c.IsSet("forget") {
		return server.ForgetPurchase(c.Context, id.Purchase(c.String("forget")))
	}
	page, err := server.Purchases(c.Context, "", 0)
	if err != nil {
		return err
	}
	rows := [][]string{{"WHEN", "PURCHASE", "TOLD BY", "WHAT", "AMOUNT"}}
	for _, b := range page.Items {
		paid := ""
		if b.Amount > 0 {
			paid = fmt.Sprintf("%.2f %s", b.Amount, b.Currency)
		}
		rows = append(rows, []string{moment(b.At), string(b.ID), b.Source, oneLine(strings.TrimSpace(b.Category + " " + b.Brand)), paid})
	}
	return printRows(c, page, rows)
}

// printRows prints a table, or the page that it shows as JSON.
func printRows(c *cli.Context, page any, rows [][]string) error {
	if c.Bool("json") {
		return printJSON(c, page)
	}
	return printTable(c, rows)
}

func position(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	at, err := pointOf(row{}, c.String)
	if err != nil {
		return usage(c, "%s", explain(err))
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	taken, err := server.Positions(c.Context, []wire.Fix{{
		Lat: at.Lat, Lon: at.Lon, Accuracy: c.Float64("accuracy"), Speed: -1, Course: -1, At: time.Now().UnixMilli(),
	}})
	if err != nil {
		return err
	}
	if p := taken.Refused; p != nil {
		return fmt.Errorf("%s: %s", p.Code, p.Detail)
	}
	return printFacts(c, taken, []fact{{"next position", fmt.Sprintf("after %.0f m or %.0f s", taken.Hint.Metres, taken.Hint.Seconds)}})
}

func pushToken(c *cli.Context) error {
	args, err := arguments(c, "the token of a device")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return server.SetPushToken(c.Context, api.PushToken{Channel: "fcm", Token: api.Secret(args[0])})
}

// because is what brought an offer up, and how sure that is.
func because(w api.Why) string {
	trigger := strings.ReplaceAll(w.Trigger, "_", " ")
	if w.Confidence == 0 {
		return trigger
	}
	return fmt.Sprintf("%s, confidence %d of 3", trigger, w.Confidence)
}
