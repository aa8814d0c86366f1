package httpapi

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func (s *server) stock(c *call) (answer, error) {
	q := c.query("cursor", "limit")
	cursor, limit := q.text("cursor"), q.integer("limit")
	if q.err != nil {
		return answer{}, q.err
	}
	page, err := s.Catalogue.Stock(c.ctx, c.caller, id.Place(c.PathValue("id")), cursor, limit)
	return answer{status: http.StatusOK, body: page}, err
}

func (s *server) setStock(c *call) (answer, error) {
	var items []api.StockItem
	ignored, err := c.readStock(func(p api.StockPatch) error {
		if p.Quantity == nil { // it would read as sold out
			return fault.Field("quantity", "is required: what the place does not sell is left out, what is sold out is 0")
		}
		it := api.StockItem{SKU: p.SKU}
		p.Apply(&it)
		items = append(items, it)
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	out, err := s.Catalogue.SetStock(c.ctx, c.caller, id.Place(c.PathValue("id")), items)
	out.Ignored = ignored
	return answer{status: http.StatusOK, body: out}, err
}

func (s *server) changeStock(c *call) (answer, error) {
	var items []api.StockPatch
	ignored, err := c.readStock(func(p api.StockPatch) error {
		items = append(items, p)
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	out, err := s.Catalogue.ChangeStock(c.ctx, c.caller, id.Place(c.PathValue("id")), items)
	out.Ignored = ignored
	return answer{status: http.StatusOK, body: out}, err
}

// sold takes what a till sold off the stock of its place. What the place never reported stays unknown.
func (s *server) sold(c *call) (answer, error) {
	var in api.Sold
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if len(in.Items) == 0 || len(in.Items) > maxSold {
		return answer{}, fault.Field("items", "must hold from 1 to %d", maxSold)
	}
	sold := make(map[string]int, len(in.Items))
	for i, it := range in.Items {
		check := offers.StockItem{Place: c.till.Place, SKU: it.SKU, Quantity: it.Quantity}
		err := check.Validate()
		if err == nil && it.Quantity == 0 {
			err = fault.Field("quantity", "must be at least 1")
		}
		if err != nil {
			return answer{}, fault.From(err).WithField(fmt.Sprintf("items[%d].%s", i, fault.From(err).Field))
		}
		sold[it.SKU] = min(sold[it.SKU]+it.Quantity, offers.MaxQuantity)
	}
	return answer{status: http.StatusNoContent}, s.Catalogue.TakeStock(c.ctx, c.till.Mode, c.till.Place, sold)
}

// maxSold is how many items one sale may have.
const maxSold = 1000

// readStock reads JSON or CSV, item by item; ignored are the columns that nobody knows. A list that was forgotten does
// not pass for an empty one, which would clear the shelves.
func (c *call) readStock(row func(api.StockPatch) error) (ignored []string, err error) {
	if mediaType(c.Request) == mediaCSV {
		return readStockCSV(c.body, row)
	}
	var in api.StockChange
	if err := decode(c.body, &in); err != nil {
		return nil, err
	}
	if in.Items == nil {
		return nil, fault.Field("items", "is required: a list, [] for none")
	}
	for i, p := range in.Items {
		if err := row(p); err != nil {
			return nil, fault.From(err).Under(fmt.Sprintf("items[%d]", i))
		}
	}
	return nil, nil
}

// readStockCSV reads a table with a header of the columns sku, quantity, name, price, currency, in any order. Nothing
// of a table with a broken row is taken: the fault names the line.
func readStockCSV(body []byte, row func(api.StockPatch) error) (ignored []string, err error) {
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	header, err := lines.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.CodeMalformed, "The table must begin with the names of its columns: sku, quantity, name, price, currency.")
	}
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = strings.ToLower(strings.TrimSpace(name))
		switch columns[i] {
		case "sku", "quantity", "name", "price", "currency":
			if slices.Contains(columns[:i], columns[i]) {
				return nil, fault.Field("line 1", "must name the column %s once", columns[i])
			}
		default:
			ignored = append(ignored, strings.ToValidUTF8(columns[i], "?"))
		}
	}
	if !slices.Contains(columns, "sku") {
		return nil, fault.Field("line 1", "must name a column sku")
	}
	for n := 0; ; n++ {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return ignored, nil
		}
		if n == offers.MaxStock {
			return nil, fault.New(fault.TooLarge, fault.CodeTooLarge, "must hold at most %d rows", offers.MaxStock).WithField("body")
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, fault.Field(fmt.Sprint("line ", broken.StartLine), "%s", broken.Err)
		}
		line, _ := lines.FieldPos(0)
		p, err := stockRow(columns, cells)
		if err == nil {
			err = row(p)
		}
		if err != nil {
			return nil, fault.From(err).WithField(fmt.Sprintf("line %d: %s", line, fault.From(err).Field))
		}
	}
}

// stockRow reads a row; an empty cell says nothing.
func stockRow(columns, cells []string) (p api.StockPatch, err error) {
	for i, text := range cells {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if !utf8.ValidString(text) {
			return p, fault.Field(columns[i], "must be UTF-8")
		}
		switch columns[i] {
		case "sku":
			p.SKU = text
		case "name":
			p.Name = &text
		case "currency":
			p.Currency = &text
		case "quantity":
			n, err := strconv.Atoi(text)
			if err != nil {
				return p, fault.Field("quantity", "must be a whole number, not %q", text)
			}
			p.Quantity = &n
		case "price":
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return p, fault.Field("price", "must be a number such as 1.99, not %q", text)
			}
			p.Price = &v
		}
	}
	return p, nil
}
