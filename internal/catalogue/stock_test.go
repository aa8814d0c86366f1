package catalogue_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func (w *world) shop(t testing.TB, m id.Merchant) id.Place {
	t.Helper()
	p, _, err := w.Places.Create(ctx, operator, api.PlaceInput{Merchant: m, Name: "Anna's", Location: at(48.4, 9.99)})
	must(t, err)
	return p.ID
}

func quantities(t testing.TB, w *world, p id.Place) string {
	t.Helper()
	page, err := w.Stock(ctx, operator, p, "", 0)
	must(t, err)
	var out []string
	for _, it := range page.Items {
		out = append(out, fmt.Sprint(it.SKU, "=", it.Quantity))
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

func TestStockIsReplacedChangedAndTaken(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p, other := w.shop(t, m), w.shop(t, m)
	_, err := w.SetStock(ctx, operator, other, []api.StockItem{{SKU: "a", Quantity: 7}})
	must(t, err)
	out, err := w.SetStock(ctx, operator, p, []api.StockItem{{SKU: "a", Quantity: 2}, {SKU: "ü/7", Name: "Bun", Quantity: 1, Price: 1.5, Currency: "EUR"}, {SKU: "c", Quantity: 1}})
	must(t, err)
	if out.Items != 3 || out.Changed != 3 {
		t.Errorf("%+v", out)
	}
	out, err = w.SetStock(ctx, operator, p, []api.StockItem{{SKU: "a", Quantity: 2}, {SKU: "ü/7", Name: "Bun", Quantity: 4, Price: 1.5, Currency: "EUR"}})
	must(t, err)
	if got := quantities(t, w, p); out.Items != 2 || out.Changed != 2 || got != "[a=2 ü/7=4]" {
		t.Errorf("%+v: %s", out, got)
	}
	three := 3
	_, err = w.ChangeStock(ctx, operator, p, []api.StockPatch{{SKU: "ü/7", Quantity: &three}, {SKU: "d", Quantity: &three}})
	must(t, err)
	must(t, w.TakeStock(ctx, offers.Live, p, map[string]int{"ü/7": 1, "d": 9, "never told": 1}))
	if got := quantities(t, w, p); got != "[a=2 d=0 ü/7=2]" {
		t.Error(got)
	}
	page, err := w.Stock(ctx, operator, p, "", 2)
	must(t, err)
	rest, err := w.Stock(ctx, operator, p, page.Next, 2)
	must(t, err)
	if len(page.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" {
		t.Errorf("pages %+v, %+v", page, rest)
	}
	for _, it := range append(page.Items, rest.Items...) {
		if it.SKU == "ü/7" && (it.Name != "Bun" || it.Price != 1.5) {
			t.Errorf("a change lost %+v", it)
		}
	}
	must(t, w.RemovePlace(ctx, operator, p, ""))
	if got := w.index.Stock(p); got != 0 || w.index.Stock(other) != 1 {
		t.Errorf("%d items of a place that went", got)
	}
	w.open(t) // from the record alone
	if w.index.Stock(p) != 0 || w.index.Stock(other) != 1 || quantities(t, w, other) != "[a=7]" {
		t.Error("the record says otherwise")
	}
}

func TestStockIsRefused(t *testing.T) {
	w := newWorld(t)
	p := w.shop(t, w.merchant(t, "Anna"))
	good := api.StockItem{SKU: "a", Quantity: 1}
	for field, spoil := range map[string]func(*api.StockItem){
		"sku": func(it *api.StockItem) { it.SKU = "" }, "quantity": func(it *api.StockItem) { it.Quantity = -1 },
		"price": func(it *api.StockItem) { it.Price = -1 }, "currency": func(it *api.StockItem) { it.Price = 2 },
		"name": func(it *api.StockItem) { it.Name = "a\x00" },
	} {
		bad := good
		spoil(&bad)
		_, err := w.SetStock(ctx, operator, p, []api.StockItem{{SKU: "fine"}, bad})
		if f := fault.From(err); err == nil || f.Field != "items[1]."+field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := w.SetStock(ctx, operator, p, []api.StockItem{good, good}); fault.From(err) == nil || fault.From(err).Field != "items[1].sku" {
		t.Errorf("twice: %v", err)
	}
	if _, err := w.SetStock(ctx, operator, p, make([]api.StockItem, offers.MaxStock+1)); fault.From(err) == nil || fault.From(err).Code != fault.CodeTooLarge {
		t.Errorf("too many: %v", err)
	}
	if _, err := w.SetStock(ctx, catalogue.Caller{Mode: offers.Test}, p, nil); fault.From(err) == nil || fault.From(err).Code != fault.CodeModeMismatch {
		t.Errorf("other mode: %v", err)
	}
	if got := w.index.Stock(p); got != 0 {
		t.Errorf("%d items taken", got)
	}
}

// Many tills sell at once: nothing is sold twice from the same count, and the offer stops with the last unit.
func TestTillsTakeStockAtOnce(t *testing.T) {
	w := newWorld(t)
	m := w.merchant(t, "Anna")
	p := w.shop(t, m)
	in := lunch(m)
	in.Place, in.Items = p, []string{"a"}
	made, _, err := w.Offers.Create(ctx, operator, in)
	must(t, err)
	_, err = w.SetStock(ctx, operator, p, []api.StockItem{{SKU: "a", Quantity: 20}})
	must(t, err)
	var tills sync.WaitGroup
	for range 4 {
		tills.Go(func() {
			for range 5 {
				for {
					err := w.TakeStock(ctx, offers.Live, p, map[string]int{"a": 1})
					if err == nil {
						break
					}
					if fault.From(err).Kind != fault.Conflict {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	tills.Wait()
	if got := quantities(t, w, p); got != "[a=0]" || !w.index.SoldOutAt(made.ID, p) {
		t.Errorf("%s, sold out: %v", got, w.index.SoldOutAt(made.ID, p))
	}
	if !slices.Contains(w.heard, "sold_out "+made.Title) {
		t.Errorf("nobody heard: %v", w.heard)
	}
	w.heard = nil
	_, err = w.SetStock(ctx, operator, p, []api.StockItem{{SKU: "a", Quantity: 1}})
	must(t, err)
	if w.index.SoldOutAt(made.ID, p) || len(w.heard) != 1 || w.heard[0] == "sold_out "+made.Title {
		t.Errorf("restocked: %v", w.heard)
	}
}

// BenchmarkSetStock reports 10,000 items of a place to a store in memory, and sells one of them.
func BenchmarkSetStock(b *testing.B) {
	w := newWorld(b)
	m := w.merchant(b, "Anna")
	items := make([]api.StockItem, offers.MaxStock)
	for i := range items {
		items[i] = api.StockItem{SKU: fmt.Sprint("400638133", i), Name: fmt.Sprint("Thing number ", i), Quantity: 1_000_000_000, Price: 1.99, Currency: "EUR"}
	}
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	b.Run("all", func(b *testing.B) {
		before := heap()
		for b.Loop() {
			_, err := w.SetStock(ctx, operator, w.shop(b, m), items)
			must(b, err)
		}
		b.ReportMetric((heap()-before)/float64(b.N)/offers.MaxStock, "B/item")
	})
	b.Run("one sold", func(b *testing.B) {
		p := w.shop(b, m)
		_, err := w.SetStock(ctx, operator, p, items)
		must(b, err)
		for b.Loop() {
			must(b, w.TakeStock(ctx, offers.Live, p, map[string]int{items[7].SKU: 1}))
		}
	})
}
