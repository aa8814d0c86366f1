package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
)

// stockPager reads the stock of a place page by page.
func stockPager(server *client.Client, place id.Place) pager[api.StockItem] {
	return func(ctx context.Context, cursor string, limit int) (api.Page[api.StockItem], error) {
		return server.Stock(ctx, place, cursor, limit)
	}
}

func userListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "a person's shopping list, and where it is to be had",
		Subcommands: []*cli.Command{
			{Name: "show", Usage: "show the list", Flags: tokenFlags(), Action: showList},
			{
				Name: "set", Usage: "replace the list; an item is [QUANTITY x ]NAME, or [QUANTITY x ]sku:SKU", ArgsUsage: "ITEM…",
				Flags: tokenFlags(), Action: setList,
			},
			{Name: "drop", Usage: "forget the list", Flags: tokenFlags(), Action: dropList},
			{
				Name: "plan", Usage: "find the nearest shop that has all of it, or the best two", Action: planList,
				Flags: tokenFlags(
					&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`; that of the last fix without it"},
					&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`"},
					&cli.Float64Flag{Name: "radius", Usage: "`METRES` around"},
				),
			},
		},
	}
}

func showList(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	list, err := server.ShoppingList(c.Context)
	if err != nil {
		return err
	}
	return printShopping(c, list)
}

func printShopping(c *cli.Context, list api.ShoppingList) error {
	return printList(c, list.Items, "QUANTITY ITEM", func(w api.Want) []string { return []string{strconv.Itoa(w.Quantity), wanted(w)} })
}

func wanted(w api.Want) string {
	if w.SKU != "" {
		return "sku:" + w.SKU
	}
	return w.Name
}

func setList(c *cli.Context) error {
	if !c.Args().Present() {
		return usage(c, "set needs an item; drop forgets the list")
	}
	var in api.ShoppingList
	for _, text := range c.Args().Slice() {
		in.Items = append(in.Items, wantOf(text))
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	list, err := server.SetShoppingList(c.Context, in)
	if err != nil {
		return err
	}
	return printShopping(c, list)
}

// wantOf reads "2 x oat milk" or "sku:4006381".
func wantOf(text string) api.Want {
	w := api.Want{Name: strings.TrimSpace(text), Quantity: 1}
	if number, rest, ok := strings.Cut(w.Name, " x "); ok {
		if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
			w.Name, w.Quantity = strings.TrimSpace(rest), n
		}
	}
	if sku, ok := strings.CutPrefix(w.Name, "sku:"); ok {
		w.SKU, w.Name = sku, ""
	}
	return w
}

func dropList(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return server.DropShoppingList(c.Context)
}

func planList(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	q := api.ShoppingQuery{Radius: c.Float64("radius")}
	if c.IsSet("lat") || c.IsSet("lon") {
		at, err := pointOf(row{}, c.String)
		if err != nil {
			return usage(c, "%s", explain(err))
		}
		q.Location = &at
	}
	plan, err := server.PlanShopping(c.Context, q)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, plan)
	}
	return printText(c, plannedText(plan))
}

// plannedText is a plan as a person reads it.
func plannedText(plan api.ShoppingPlan) string {
	var b strings.Builder
	for i, s := range plan.Stops {
		fmt.Fprintf(&b, "%d. %s, %.0f m, %.0f min on foot\n", i+1, oneLine(s.Name), s.Metres, s.Minutes)
		for _, it := range s.Items {
			what := it.SKU
			if it.Name != "" {
				what = oneLine(it.Name)
			}
			fmt.Fprintf(&b, "    %d x %s", it.Quantity, what)
			if it.Price > 0 {
				fmt.Fprintf(&b, ", %.2f %s each", it.Price, it.Currency)
			}
			b.WriteByte('\n')
		}
		for _, o := range s.Offers {
			fmt.Fprintf(&b, "    offer %s\n", o)
		}
	}
	for _, w := range plan.Missing {
		fmt.Fprintf(&b, "nowhere near: %d x %s\n", w.Quantity, oneLine(wanted(w)))
	}
	if plan.Price > 0 {
		fmt.Fprintf(&b, "together %.2f %s\n", plan.Price, plan.Currency)
	}
	if b.Len() == 0 {
		return "the list is empty\n"
	}
	return b.String()
}
