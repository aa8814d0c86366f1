package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// Constant table: the columns that a file of a stock may have.
var stockColumns = map[string][]string{
	"sku": {"sku"}, "name": {"name"}, "quantity": {"quantity"}, "price": {"price"}, "currency": {"currency"},
}

func stockCommand() *cli.Command {
	return &cli.Command{
		Name:  "stock",
		Usage: "tell what a place sells, and how much of it is left",
		Subcommands: []*cli.Command{
			{
				Name: "set", Usage: "change one item of a place, or add it", ArgsUsage: "PLACE SKU QUANTITY",
				Flags: keyFlags("secret",
					&cli.StringFlag{Name: "name", Usage: "`NAME` that people call it by"},
					&cli.StringFlag{Name: "price", Usage: "`PRICE` of one"},
					&cli.StringFlag{Name: "currency", Usage: "`CURRENCY` of the price, such as EUR"},
				),
				Action: setStock,
			},
			{
				Name: "import", Usage: "change or add the items of files", ArgsUsage: "PLACE FILE…",
				Description: "A file is CSV with a header, packed by gzip or not; - is standard input. Columns: sku, quantity; optional are\n" +
					"name, price, currency. Broken rows are reported and skipped.",
				Flags: keyFlags("secret",
					&cli.BoolFlag{Name: "replace", Usage: "what the files don't name, the place no longer sells; nothing is changed if a row is broken"},
					&cli.BoolFlag{Name: "strict", Usage: "import nothing if a row is broken"},
				),
				Action: importStock,
			},
			{Name: "show", Usage: "show what a place sells", ArgsUsage: "PLACE", Flags: keyFlags("secret", limitFlag()), Action: showStock},
		},
	}
}

func setStock(c *cli.Context) error {
	if c.NArg() != 3 {
		return usage(c, "set needs PLACE SKU QUANTITY")
	}
	r := row{cells: map[string]string{
		"sku": c.Args().Get(1), "quantity": c.Args().Get(2), "name": c.String("name"), "price": c.String("price"), "currency": c.String("currency"),
	}}
	it, err := stockItemOf(r)
	if err != nil {
		return usage(c, "%s", explain(err))
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.ChangeStock(c.Context, id.Place(c.Args().First()), []api.StockPatch{it})
	if err != nil {
		return err
	}
	return printStockResult(c, out)
}

// stockItemOf reads an item; its errors name the column.
func stockItemOf(r row) (p api.StockPatch, err error) {
	if r.err != nil {
		return p, r.err
	}
	check := offers.StockItem{
		Place: id.PrefixPlace + "new", SKU: r.cells["sku"], Name: r.cells["name"], Currency: r.cells["currency"],
	}
	if r.cells["quantity"] == "" {
		return p, fault.Field("quantity", "is missing")
	}
	if check.Quantity, err = whole("quantity", r.cells["quantity"]); err != nil {
		return p, err
	}
	p = api.StockPatch{SKU: check.SKU, Quantity: &check.Quantity}
	if text := r.cells["price"]; text != "" {
		if check.Price, err = strconv.ParseFloat(text, 64); err != nil {
			return p, fault.Field("price", "must be a number such as 1.99, not %q", text)
		}
		p.Price = &check.Price
	}
	if check.Name != "" {
		p.Name = &check.Name
	}
	if check.Currency != "" {
		p.Currency = &check.Currency
	}
	return p, check.Validate()
}

func printStockResult(c *cli.Context, out api.StockResult) error {
	return printFacts(c, out, []fact{{"items", strconv.Itoa(out.Items)}, {"changed", strconv.Itoa(out.Changed)}})
}

// readStock reads the items of files, each SKU once, and counts and reports what it can't read.
func readStock(n *intake, files []string) (items []parcel[api.StockPatch], err error) {
	seen := make(map[string]string)
	for _, file := range files {
		t, err := readTableWith(file, stockColumns, "sku", "quantity")
		if err != nil {
			return nil, err
		}
		n.ignore(file, t.unknown(stockColumns))
		for _, r := range t.rows {
			it, err := stockItemOf(r)
			if first, twice := seen[it.SKU]; err == nil && twice {
				err = fault.Field("sku", "is named at %s already", first)
			}
			if err != nil {
				n.skip(r.at, err)
				continue
			}
			seen[it.SKU] = r.at
			items = append(items, parcel[api.StockPatch]{r.at, it})
		}
	}
	return items, nil
}

func importStock(c *cli.Context) error {
	if c.NArg() < 2 {
		return usage(c, "import needs PLACE FILE…")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	place := id.Place(c.Args().First())
	n := newIntake()
	items, err := readStock(n, c.Args().Tail())
	if err != nil {
		return err
	}
	if (c.Bool("strict") || c.Bool("replace")) && n.Skipped > 0 {
		return n.refuse()
	}
	if c.Bool("replace") {
		all := make([]api.StockItem, len(items))
		for i := range items {
			all[i].SKU = items[i].in.SKU
			items[i].in.Apply(&all[i])
		}
		out, err := server.SetStock(c.Context, place, all)
		if err != nil {
			return err
		}
		return printStockResult(c, out)
	}
	bar := progress(len(items), "items")
	defer func() { _ = bar.Finish() }()
	var sum api.StockResult
	done := 0
	for batch := range slices.Chunk(items, catalogue.MaxBatch) {
		in := make([]api.StockPatch, len(batch))
		for i := range batch {
			in[i] = batch[i].in
		}
		out, err := server.ChangeStock(c.Context, place, in)
		if err != nil {
			return fmt.Errorf("after %d of %d items: %w", done, len(items), err)
		}
		sum.Items, sum.Changed = out.Items, sum.Changed+out.Changed
		done += len(batch)
		_ = bar.Add(len(batch))
	}
	n.more()
	return printStockResult(c, sum)
}

func showStock(c *cli.Context) error {
	if c.NArg() != 1 {
		return usage(c, "show needs PLACE")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	page := stockPager(server, id.Place(c.Args().First()))
	return printPaged(c, page, "SKU NAME QUANTITY PRICE", func(it api.StockItem) []string {
		price := "-"
		if it.Price > 0 {
			price = fmt.Sprintf("%.2f %s", it.Price, it.Currency)
		}
		return []string{it.SKU, orDash(it.Name), strconv.Itoa(it.Quantity), price}
	})
}
