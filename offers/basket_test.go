package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func anyPlace(*offers.Place) bool { return true }

// stocked registers a place with things that cost their position in the list.
func stocked(t testing.TB, c *offers.Catalogue, name string, at geo.Point, things ...string) {
	t.Helper()
	place := id.Place("plc_" + name)
	must(t, c.PutPlace(&offers.Place{ID: place, Merchant: id.Merchant("mer_" + name), Name: name, Point: at}))
	var items []offers.StockItem
	for i, thing := range things {
		items = append(items, offers.StockItem{Place: place, SKU: thing, Name: "The  " + thing + "!", Quantity: 3, Price: float64(i + 1), Currency: "EUR"})
	}
	c.PutStock(place, items, nil)
}

// said tells a basket in a line.
func said(b offers.Basket) string {
	out := ""
	for _, s := range b.Stops {
		out += fmt.Sprintf("%s %.0f m:", s.Place.Name, s.Metres)
		for _, it := range s.Items {
			out += " " + it.SKU
		}
		out += "; "
	}
	return fmt.Sprintf("%smissing %v, %.2f %s", out, b.Missing, b.Price, b.Currency)
}

func TestBasket(t *testing.T) {
	c := offers.NewCatalogue(hex.Grid{})
	east := func(metres float64) geo.Point { return geo.Destination(square, 90, metres) }
	stocked(t, c, "corner", east(100), "milk", "bread")
	stocked(t, c, "market", east(1000), "milk", "bread", "fish")
	stocked(t, c, "hall", east(2000), "bread", "milk", "fish")
	stocked(t, c, "fishmonger", east(300), "fish")
	stocked(t, c, "ironmonger", east(400), "nails")
	ask := func(wants ...string) offers.Basket {
		var list []offers.Want
		for _, w := range wants {
			list = append(list, offers.Want{SKU: w, Quantity: 1})
		}
		return c.Basket(list, square, 5000, offers.Live, anyPlace)
	}
	for _, tt := range []struct{ name, got, want string }{
		{"the nearest that has all", said(ask("milk", "bread")), "corner 130 m: milk bread; missing [], 3.00 EUR"},
		{"one place, though two were nearer", said(ask("milk", "fish")), "market 1300 m: milk fish; missing [], 4.00 EUR"},
		{"two places, the nearer first", said(ask("nails", "milk")), "corner 130 m: milk; ironmonger 390 m: nails; missing [], 2.00 EUR"},
		{"the cheaper of two", said(ask("nails", "fish", "bread")), "ironmonger 520 m: nails; market 780 m: fish bread; missing [], 6.00 EUR"},
		{"most of it", said(ask("unicorn", "milk", "bread")), "corner 130 m: milk bread; missing [0], 3.00 EUR"},
		{"nothing", said(ask("unicorn")), "missing [0], 0.00 "},
		{"nothing asked", said(ask()), "missing [], 0.00 "},
		{"by name", said(c.Basket([]offers.Want{{Name: "the FISH", Quantity: 2}}, square, 5000, offers.Live, anyPlace)), "fishmonger 390 m: fish; missing [], 2.00 EUR"},
		{"not enough", said(c.Basket([]offers.Want{{SKU: "fish", Quantity: 4}}, square, 5000, offers.Live, anyPlace)), "missing [0], 0.00 "},
		{"not allowed", said(c.Basket([]offers.Want{{SKU: "fish", Quantity: 1}}, square, 5000, offers.Live, func(p *offers.Place) bool { return p.Name != "fishmonger" })), "market 1300 m: fish; missing [], 3.00 EUR"},
		{"too far", said(c.Basket([]offers.Want{{SKU: "fish", Quantity: 1}}, square, 200, offers.Live, anyPlace)), "missing [0], 0.00 "},
		{"other mode", said(c.Basket([]offers.Want{{SKU: "fish", Quantity: 1}}, square, 5000, offers.Test, anyPlace)), "missing [0], 0.00 "},
	} {
		if tt.got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, tt.got, tt.want)
		}
	}
	if b := ask("milk"); math.Abs(b.Stops[0].Minutes-130/offers.WalkingSpeed/60) > 0.01 {
		t.Errorf("%.2f minutes", b.Stops[0].Minutes)
	}
}

// naive is the answer by trying all places and all pairs: how many wants, at how many stops, on how long a way.
func naive(c *offers.Catalogue, wants []offers.Want, places []*offers.Place) (most, stops int, way float64) {
	has := func(p *offers.Place, i int) bool {
		b := c.Basket(wants[i:i+1], square, 20_000, offers.Live, func(q *offers.Place) bool { return p == q })
		return len(b.Stops) == 1
	}
	sets := make([][]bool, len(places))
	for k, p := range places {
		for i := range wants {
			sets[k] = append(sets[k], has(p, i))
		}
	}
	way = math.Inf(1)
	try := func(n, s int, w float64) {
		if n > most || n == most && (s < stops || s == stops && w < way) {
			most, stops, way = n, s, w
		}
	}
	for a := range places {
		for b := range places {
			n := 0
			for i := range wants {
				if sets[a][i] || sets[b][i] {
					n++
				}
			}
			da := geo.FlatDistance(square, places[a].Point)
			if a == b {
				try(n, 1, da)
			} else {
				try(n, 2, da+geo.FlatDistance(places[a].Point, places[b].Point))
			}
		}
	}
	return most, stops, way * 1.3
}

func TestBasketIsTheBestOfAllPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	for round := range 300 {
		c := offers.NewCatalogue(hex.Grid{})
		var places []*offers.Place
		things := 3 + random.IntN(8)
		for i := range 1 + random.IntN(14) {
			p := &offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Name: "x", Point: somewhere(random, square, 3000)}
			must(t, c.PutPlace(p))
			places = append(places, p)
			var items []offers.StockItem
			for k := range things {
				if random.IntN(3) == 0 {
					items = append(items, offers.StockItem{SKU: fmt.Sprint(k), Quantity: random.IntN(4)})
				}
			}
			c.PutStock(p.ID, items, nil)
		}
		var wants []offers.Want
		for k := range things {
			wants = append(wants, offers.Want{SKU: fmt.Sprint(k), Quantity: 1 + random.IntN(2)})
		}
		most, stops, way := naive(c, wants, places)
		b := c.Basket(wants, square, 20_000, offers.Live, anyPlace)
		var got float64
		var bought []int
		for _, s := range b.Stops {
			got += s.Metres
			for _, it := range s.Items {
				bought = append(bought, it.Want)
			}
		}
		slices.Sort(bought)
		if most == 0 {
			stops, way = 0, 0
		}
		if len(bought) != most || len(slices.Compact(bought)) != most || len(b.Missing) != len(wants)-most || len(b.Stops) != stops || math.Abs(got-way) > 0.002*way+1 {
			t.Fatalf("round %d: %d of %d at %d stops on %.1f m, want %d at %d on %.1f m", round, len(bought), len(wants), len(b.Stops), got, most, stops, way)
		}
	}
}

func TestCheckWants(t *testing.T) {
	for field, w := range map[string]offers.Want{
		"items[1].name": {Quantity: 1}, "items[1].quantity": {SKU: "a"}, "items[1].sku": {SKU: "a\x00", Quantity: 1},
	} {
		err := offers.CheckWants([]offers.Want{{SKU: "a", Quantity: 1}, w})
		if f := fault.From(err); err == nil || f.Field != field {
			t.Errorf("%+v: %v", w, err)
		}
	}
	if err := offers.CheckWants([]offers.Want{{Name: "!?", Quantity: 1}}); fault.From(err) == nil {
		t.Error("a name without letters was taken")
	}
	if err := offers.CheckWants(make([]offers.Want, offers.MaxWants+1)); fault.From(err) == nil || fault.From(err).Field != "items" {
		t.Errorf("too many: %v", err)
	}
}

// BenchmarkBasket plans a list of 50 among 3000 shops that sell 2000 of 10,000 things each.
func BenchmarkBasket(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 9))
	c := offers.NewCatalogue(hex.Grid{})
	before := heap()
	for i := range 3000 {
		p := &offers.Place{ID: id.Place(fmt.Sprint("plc_", i)), Name: "x", Point: somewhere(random, square, 9000)}
		must(b, c.PutPlace(p))
		items := make([]offers.StockItem, 2000)
		for k := range items {
			n := random.IntN(10_000)
			items[k] = offers.StockItem{SKU: fmt.Sprint("sku", n), Name: fmt.Sprint("Thing number ", n), Quantity: 5, Price: 1, Currency: "EUR"}
		}
		c.PutStock(p.ID, items, nil)
	}
	bytes := heap() - before
	for name, change := range map[string]func(*offers.Want){
		"found": func(*offers.Want) {}, "never found": func(w *offers.Want) { w.SKU = "none" },
	} {
		b.Run(name, func(b *testing.B) {
			var wants []offers.Want
			for k := range offers.MaxWants {
				wants = append(wants, offers.Want{SKU: fmt.Sprint("sku", 7*k), Quantity: 1})
			}
			change(&wants[7])
			for b.Loop() {
				c.Basket(wants, square, 10_000, offers.Live, anyPlace)
			}
			b.ReportMetric(bytes/3000/2000, "bytes/item")
		})
	}
}
