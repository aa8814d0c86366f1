package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
)

func numbersFlags() []cli.Flag {
	return keyFlags("secret",
		&cli.StringFlag{Name: "from", Usage: "first `DAY`, as 2026-05-01", DefaultText: "27 days before the last"},
		&cli.StringFlag{Name: "to", Usage: "last `DAY`", DefaultText: "today"},
		&cli.StringFlag{Name: "by", Usage: "`PART`: day, hour or store"},
	)
}

func offerNumbersCommand() *cli.Command {
	return &cli.Command{
		Name: "numbers", Usage: "show what came of an offer", ArgsUsage: "ID", Flags: numbersFlags(),
		Action: func(c *cli.Context) error {
			return showNumbers(c, "offer", func(server *client.Client, which string, q client.NumbersQuery) (api.Numbers, error) {
				return server.OfferNumbers(c.Context, id.Offer(which), q)
			})
		},
	}
}

func merchantNumbersCommand() *cli.Command {
	return &cli.Command{
		Name: "numbers", Usage: "show what came of all offers of a merchant", ArgsUsage: "ID", Flags: numbersFlags(),
		Action: func(c *cli.Context) error {
			return showNumbers(c, "merchant", func(server *client.Client, which string, q client.NumbersQuery) (api.Numbers, error) {
				return server.MerchantNumbers(c.Context, id.Merchant(which), q)
			})
		},
	}
}

func offerEstimateCommand() *cli.Command {
	return &cli.Command{
		Name: "estimate", Usage: "say how many people pass through a reach on a day, before publishing",
		ArgsUsage: "[FILE.json]",
		Description: "The reach is described by flags, or by a JSON file that holds an offer as the API takes it, of which reach, place,\n" +
			"places and radius are read; - is standard input.",
		Flags: keyFlags("secret",
			&cli.StringSliceFlag{Name: "place", Usage: "`ID` of a place, instead of --lat and --lon; may be repeated"},
			&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`"},
			&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`"},
			&cli.StringFlag{Name: "radius", Usage: "reach in `METRES`", DefaultText: fmt.Sprint(defaultRadius)},
		),
		Action: estimateReach,
	}
}

func showNumbers(c *cli.Context, what string, ask func(*client.Client, string, client.NumbersQuery) (api.Numbers, error)) error {
	which, err := onlyID(c, what)
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	n, err := ask(server, which, client.NumbersQuery{From: c.String("from"), To: c.String("to"), By: c.String("by")})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, n)
	}
	return printTable(c, numbersRows(n))
}

// measures are the counts in the order in which they happen.
var measures = []string{
	"delivered", "opened", "dismissed", "liked", "not_interested", "reserved", "redeemed", "rolled_back", "expired", "refused", "held_back",
}

// numbersRows is the page of numbers: totals with bars, then parts, then the comparison.
func numbersRows(n api.Numbers) [][]string {
	rows := [][]string{{"days", n.From + " to " + n.To}}
	most := 0
	for _, count := range n.Total.Counts {
		most = max(most, count)
	}
	for _, m := range measures {
		if count, shown := n.Total.Counts[m]; shown {
			rows = append(rows, []string{strings.ReplaceAll(m, "_", " "), fmt.Sprint(count), bar(count, most)})
		}
	}
	rows = append(rows, moneyRows("revenue", n.Total.Revenue)...)
	rows = append(rows, moneyRows("discount", n.Total.Discount)...)
	if n.Total.ResponseRate > 0 {
		rows = append(rows, []string{"response", percent(n.Total.ResponseRate)})
	}
	for _, part := range []struct {
		title  string
		counts map[string]int
	}{{"by channel", n.Total.Channels}, {"by trigger", n.Total.Triggers}, {"held back", n.Total.HeldBack}} {
		rows = append(rows, partRows(part.title, part.counts)...)
	}
	rows = append(rows, bucketRows(n)...)
	rows = append(rows, upliftRows(n.Uplift)...)
	switch {
	case n.Total.BelowCohort:
		rows = append(rows, []string{}, []string{fmt.Sprintf("Left out: today, and what is about fewer than %d people.", n.Cohort)})
	case len(n.Total.Counts) == 0:
		rows = append(rows, []string{}, []string{"Nothing has been counted on these days."})
	}
	return rows
}

func moneyRows(name string, sums map[string]float64) (rows [][]string) {
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		rows = append(rows, []string{name, fmt.Sprintf("%.2f %s", sums[currency], currency)})
	}
	return rows
}

// partRows shows the parts of a whole, largest first.
func partRows(title string, counts map[string]int) (rows [][]string) {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, name := range names {
		if i == 0 {
			rows = append(rows, []string{}, []string{title})
		}
		rows = append(rows, []string{name, fmt.Sprint(counts[name]), bar(counts[name], counts[names[0]])})
	}
	return rows
}

func bucketRows(n api.Numbers) [][]string {
	if n.By == "" {
		return nil
	}
	most := 0
	for _, b := range n.Buckets {
		most = max(most, b.Counts["delivered"])
	}
	rows := [][]string{{}, {n.By, "delivered", "", "opened", "redeemed"}}
	for _, b := range n.Buckets {
		row := []string{b.Bucket}
		for _, m := range []string{"delivered", "opened", "redeemed"} {
			text := "-"
			if count, shown := b.Counts[m]; shown {
				text = fmt.Sprint(count)
			}
			row = append(row, text)
			if m == "delivered" {
				row = append(row, bar(b.Counts[m], most))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func upliftRows(u *api.Uplift) [][]string {
	if u == nil {
		return nil
	}
	rows := [][]string{{}, {"uplift", "reached", "held out", "difference", "95 %"}, {"people", fmt.Sprint(u.Reached), fmt.Sprint(u.HeldOut)}}
	for _, of := range []struct {
		name string
		c    *api.Contrast
	}{{"visits", u.Visits}, {"purchases", u.Purchases}, {"redemptions", u.Redemptions}} {
		if c := of.c; c != nil {
			rows = append(rows, []string{
				of.name, percent(c.Reached), percent(c.HeldOut), percent(c.Difference), percent(c.Low) + " to " + percent(c.High),
			})
		}
	}
	return rows
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// bar is a bar whose longest is 20 characters.
func bar(n, most int) string {
	if most == 0 || n <= 0 {
		return ""
	}
	return strings.Repeat("█", max(1, 20*n/most))
}

func estimateReach(c *cli.Context) error {
	var in api.EstimateInput
	switch c.NArg() {
	case 0:
		for _, which := range c.StringSlice("place") {
			in.Places = append(in.Places, id.Place(which))
		}
		if len(in.Places) > 0 {
			radius, err := strconv.ParseFloat(cmp.Or(c.String("radius"), fmt.Sprint(defaultRadius)), 64)
			if err != nil {
				return usage(c, "--radius must be a number of metres")
			}
			in.Radius = radius
			break
		}
		at, err := pointOf(row{}, c.String)
		if err == nil {
			in.Reach, err = circleOf(at, c.String)
		}
		if err != nil {
			return usage(c, "%s: give --place, or --lat and --lon", explain(err))
		}
	case 1:
		var o api.OfferInput
		if err := readJSON(c.Args().First(), &o); err != nil {
			return err
		}
		in = api.EstimateInput{Reach: o.Reach, Radius: o.Radius, Places: o.Places}
		if o.Place != "" {
			in.Places = append(in.Places, o.Place)
		}
		if in.Reach != nil {
			in.Places = nil
		}
	default:
		return usage(c, "estimate takes one file")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	e, err := server.Estimate(c.Context, in)
	if err != nil {
		return err
	}
	return printFacts(c, e, []fact{
		{"people a day", e.Band}, {"days looked at", fmt.Sprint(e.Days)}, {"through", moment(e.Through)},
	})
}
