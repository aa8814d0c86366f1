package catalogue

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Each item of a place's stock is a fact of its own, so that a till that sells one writes little. Its id says place and
// SKU, so that what is deleted can still be told, and a place's items stand together.

func stockID(place id.Place, sku string) string {
	return string(place) + ":" + base64.RawURLEncoding.EncodeToString([]byte(sku))
}

func stockOf(itemID string) (place id.Place, sku string) {
	p, code, _ := strings.Cut(itemID, ":")
	text, _ := base64.RawURLEncoding.DecodeString(code)
	return id.Place(p), string(text)
}

// SetStock replaces all that a place reported, by at most offers.MaxStock items.
func (c *Catalogue) SetStock(ctx context.Context, who Caller, place id.Place, items []api.StockItem) (api.StockResult, error) {
	if len(items) > offers.MaxStock {
		return api.StockResult{}, tooMuchStock()
	}
	list := make(map[string]offers.StockItem, len(items))
	for i, in := range items {
		it, err := c.stockItem(place, in)
		if err != nil {
			return api.StockResult{}, fault.From(err).WithField(item("items", i) + "." + fault.From(err).Field)
		}
		if _, twice := list[it.SKU]; twice {
			return api.StockResult{}, fault.Field(item("items", i)+".sku", "must be named once")
		}
		list[it.SKU] = it
	}
	return c.changeStock(ctx, who, place, func(now map[string]*stockFact) error {
		for sku, fact := range now {
			if _, stays := list[sku]; !stays {
				fact.next = nil
			}
		}
		for sku := range list {
			it := list[sku]
			set(now, &it)
		}
		return nil
	})
}

// ChangeStock changes some of what a place reported; what a patch leaves out stays. An item that is new needs its quantity.
func (c *Catalogue) ChangeStock(ctx context.Context, who Caller, place id.Place, patches []api.StockPatch) (api.StockResult, error) {
	if len(patches) > offers.MaxStock {
		return api.StockResult{}, tooMuchStock()
	}
	return c.changeStock(ctx, who, place, func(now map[string]*stockFact) error {
		for i, p := range patches {
			in := api.StockItem{SKU: p.SKU}
			fact := now[p.SKU]
			switch {
			case fact != nil && fact.next != nil:
				in = viewStock(fact.next)
			case p.Quantity == nil:
				return fault.Field(item("items", i)+".quantity", "is required: the place has not reported this item yet")
			}
			p.Apply(&in)
			it, err := c.stockItem(place, in)
			if err != nil {
				return fault.From(err).WithField(item("items", i) + "." + fault.From(err).Field)
			}
			set(now, &it)
		}
		return nil
	})
}

// TakeStock takes what was sold at a place out of its stock, by SKU; never below nothing. What the place never reported
// stays unknown. It is for tills that have sold already: it asks no questions.
func (c *Catalogue) TakeStock(ctx context.Context, mode offers.Mode, place id.Place, sold map[string]int) error {
	c.removing.RLock()
	defer c.removing.RUnlock()
	who := Caller{Mode: mode}
	for range casAttempts {
		now := make(map[string]*stockFact, len(sold))
		for sku, n := range sold {
			item, err := c.Store.Get(ctx, mode.String(), store.Stock, stockID(place, sku))
			if err != nil {
				if fault.From(err).Kind == fault.NotFound {
					continue
				}
				return err
			}
			fact, err := readStock(item)
			if err != nil {
				return err
			}
			next := *fact.was
			next.Quantity, next.Updated = max(0, next.Quantity-max(0, n)), c.now()
			fact.next = &next
			now[sku] = fact
		}
		_, again, err := c.writeStock(ctx, who, now)
		if err != nil || !again {
			return err
		}
		sold = remaining(sold, now)
	}
	return errBusy
}

// remaining keeps of what was sold what could not be written yet.
func remaining(sold map[string]int, now map[string]*stockFact) map[string]int {
	left := make(map[string]int)
	for sku, fact := range now {
		if !fact.written {
			left[sku] = sold[sku]
		}
	}
	return left
}

// Stock returns a page of what a place reported, after a cursor of an earlier page.
func (c *Catalogue) Stock(ctx context.Context, who Caller, place id.Place, cursor string, limit int) (page api.Page[api.StockItem], err error) {
	if limit, err = pageSize(limit); err != nil {
		return page, err
	}
	if len(cursor) > offers.MaxSKU {
		return page, fault.Field("cursor", "must be one that a page gave")
	}
	if _, _, err := c.Places.read(ctx, who, string(place)); err != nil {
		return page, err
	}
	items, _, err := c.Store.List(ctx, who.Mode.String(), store.Stock, stockID(place, cursor), limit)
	if err != nil {
		return page, err
	}
	page.Items = make([]api.StockItem, 0, len(items))
	for _, it := range items {
		if at, _ := stockOf(it.ID); at != place {
			return page, nil
		}
		fact, err := readStock(it)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, viewStock(fact.was))
	}
	if len(items) == limit {
		page.Next = page.Items[limit-1].SKU
	}
	return page, nil
}

// stockFact is one item of a stock: as it was read, and as it is to be. Nil: it is not there.
type stockFact struct {
	was, next *offers.StockItem
	rev       store.Rev
	written   bool
}

func set(now map[string]*stockFact, it *offers.StockItem) {
	fact := now[it.SKU]
	if fact == nil {
		fact = &stockFact{}
		now[it.SKU] = fact
	}
	fact.next = it
}

func readStock(item store.Item) (*stockFact, error) {
	it, err := readRecord[offers.StockItem](item)
	return &stockFact{was: it, next: it, rev: item.Rev}, err
}

// changeStock reads a place's stock, lets change alter it, and writes what is different; again, if others wrote
// meanwhile.
func (c *Catalogue) changeStock(ctx context.Context, who Caller, place id.Place, change func(map[string]*stockFact) error) (out api.StockResult, err error) {
	c.removing.RLock()
	defer c.removing.RUnlock()
	if _, _, err := c.Places.read(ctx, who, string(place)); err != nil {
		return out, err
	}
	for range casAttempts {
		now, err := c.readStock(ctx, who.Mode, place)
		if err != nil {
			return out, err
		}
		if err := change(now); err != nil {
			return out, err
		}
		items := 0
		for _, fact := range now {
			if fact.next != nil {
				items++
			}
		}
		if items > offers.MaxStock {
			return out, tooMuchStock()
		}
		written, again, err := c.writeStock(ctx, who, now)
		out.Items, out.Changed = items, out.Changed+written
		if err != nil || !again {
			return out, err
		}
	}
	return out, errBusy
}

func (c *Catalogue) readStock(ctx context.Context, mode offers.Mode, place id.Place) (map[string]*stockFact, error) {
	now := make(map[string]*stockFact)
	for cursor, more := stockID(place, ""), true; more; {
		items, next, err := c.Store.List(ctx, mode.String(), store.Stock, cursor, MaxPage)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if at, _ := stockOf(it.ID); at != place {
				return now, nil
			}
			fact, err := readStock(it)
			if err != nil {
				return nil, err
			}
			now[fact.was.SKU] = fact
		}
		cursor, more = next, next != ""
	}
	return now, nil
}

// writeStock writes what is different, and returns how much that was, and whether some of it met another writer.
func (c *Catalogue) writeStock(ctx context.Context, who Caller, now map[string]*stockFact) (written int, again bool, err error) {
	var puts []store.Put
	var facts []*stockFact
	for _, sku := range slices.Sorted(maps.Keys(now)) {
		fact := now[sku]
		if fact.next == fact.was || fact.next != nil && fact.was != nil && viewStock(fact.next) == viewStock(fact.was) {
			continue
		}
		put := store.Put{Prev: fact.rev, Delete: fact.next == nil}
		put.Item = store.Item{Kind: store.Stock, Partition: who.Mode.String()}
		if fact.next == nil {
			put.Item.ID = stockID(fact.was.Place, sku)
		} else {
			put.Item.ID = stockID(fact.next.Place, sku)
			if put.Item.Value, err = writeRecord(fact.next); err != nil {
				return 0, false, err
			}
		}
		puts, facts = append(puts, put), append(facts, fact)
	}
	if len(puts) == 0 {
		return 0, false, nil
	}
	results, err := c.put(ctx, puts)
	for i, r := range results {
		switch {
		case r.Err == nil:
			facts[i].written = true
			written++
		case collided(r.Err) || puts[i].Delete && fault.From(r.Err).Kind == fault.NotFound:
			again = true
		default:
			err = errors.Join(err, r.Err)
		}
	}
	return written, again, err
}

// clearStock forgets what a place reported, before the place goes.
func (c *Catalogue) clearStock(ctx context.Context, who Caller, place id.Place) error {
	now, err := c.readStock(ctx, who.Mode, place)
	if err != nil {
		return err
	}
	for _, fact := range now {
		fact.next = nil
	}
	_, _, err = c.writeStock(ctx, who, now)
	return err
}

func (c *Catalogue) stockItem(place id.Place, in api.StockItem) (offers.StockItem, error) {
	it := offers.StockItem{
		Place: place, SKU: in.SKU, Name: in.Name, Quantity: in.Quantity, Price: in.Price, Currency: in.Currency, Updated: c.now(),
	}
	return it, it.Validate()
}

func viewStock(it *offers.StockItem) api.StockItem {
	return api.StockItem{SKU: it.SKU, Name: it.Name, Quantity: it.Quantity, Price: it.Price, Currency: it.Currency}
}

func tooMuchStock() error {
	return fault.New(fault.TooLarge, fault.CodeTooLarge, "must hold at most %d items", offers.MaxStock).WithField("items")
}

// stockChanges collects what changed of stocks, by place and SKU; nil is what went.
type stockChanges map[id.Place]map[string]*offers.StockItem

func (s stockChanges) put(place id.Place, sku string, it *offers.StockItem) {
	if s[place] == nil {
		s[place] = make(map[string]*offers.StockItem)
	}
	s[place][sku] = it
}

// apply brings the changes to the index, and returns what they did to offers.
func (s stockChanges) apply(index *offers.Catalogue) (told []news) {
	for _, place := range slices.Sorted(maps.Keys(s)) {
		var items []offers.StockItem
		var gone []string
		for sku, it := range s[place] {
			if it == nil {
				gone = append(gone, sku)
			} else {
				items = append(items, *it)
			}
		}
		for _, ch := range index.PutStock(place, items, gone) {
			told = append(told, news{offer: ch.Offer, stock: &ch})
		}
	}
	return told
}
