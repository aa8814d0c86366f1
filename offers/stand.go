package offers

import (
	"cmp"
	"maps"
	"slices"

	"github.com/flaneur-io/flaneur/internal/id"
)

// draft is an offer with the entries that it is to stand as: its head first.
type draft struct {
	offer *Offer
	plans []plan
}

// draft plans the entries of an offer, for the places as they are now.
func (c *Catalogue) draft(o *Offer) (draft, error) {
	c.mu.RLock()
	entries := c.entries(o)
	c.mu.RUnlock()
	d := draft{offer: o, plans: make([]plan, len(entries))}
	for i, e := range entries {
		var err error
		if d.plans[i], err = c.plan(e); err != nil {
			return d, err
		}
	}
	return d, nil
}

// entries returns new entries for an offer, its head first. The lock must be held, for reading at least.
func (c *Catalogue) entries(o *Offer) []*entry {
	yes, apart := o.several()
	if !yes {
		return []*entry{c.newEntry(o, c.place(o.Place))}
	}
	list := []*entry{c.newEntry(o, nil)}
	if apart {
		for _, p := range c.placesOf(o) {
			list = append(list, c.newBranch(o, p))
		}
	}
	return list
}

func (c *Catalogue) newBranch(o *Offer, p *Place) *entry {
	e := c.newEntry(o, p)
	e.site = hashOf(kindPlace, string(p.ID))
	if e.fence != 0 {
		e.fence ^= e.site // people are followed through each apart
	}
	return e
}

// placesOf returns the known ones of the places of an offer at several. The lock must be held, for reading at least.
func (c *Catalogue) placesOf(o *Offer) (list []*Place) {
	if o.AllPlaces {
		if own := c.owners[o.Merchant]; own != nil {
			for _, p := range own.places {
				if p.Mode == o.Mode {
					list = append(list, p)
				}
			}
		}
		return list
	}
	for _, i := range o.Places {
		if p := c.place(i); p != nil {
			list = append(list, p)
		}
	}
	return list
}

// swap is one step of an offer's change: what leaves the index, and what comes.
type swap struct {
	before, after *plan // either may be nil
	moved         bool  // to other cells
}

// stand lets an offer stand as drafted, in place of what stood there. The lock must be held.
func (c *Catalogue) stand(sets *[2]batch, d *draft) error {
	if err := c.renew(d); err != nil {
		return err
	}
	old := c.offers[d.offer.ID]
	swaps, err := c.swaps(d, old)
	if err != nil {
		return err
	}
	head := d.plans[0].entry
	if old != nil {
		for i := range d.plans {
			d.plans[i].entry.exhausted.Store(old.exhausted.Load())
		}
		c.unlink(old)
	}
	for _, s := range swaps {
		if s.before != nil {
			sets[old.offer.Mode].remove(s.before, s.moved)
		}
		if s.after != nil {
			sets[head.offer.Mode].add(s.after)
		}
	}
	if yes, apart := head.offer.several(); yes {
		head.several = &several{}
		if apart {
			head.several.branches = make(map[id.Place]*entry, len(d.plans)-1)
		}
		for i := range d.plans[1:] {
			e := d.plans[i+1].entry
			head.several.branches[e.place.ID] = e
		}
	}
	c.offers[head.offer.ID] = head
	c.link(head)
	return nil
}

// renew plans those entries of a draft again whose places moved, came or went since.
func (c *Catalogue) renew(d *draft) (err error) {
	planned := make(map[*Place]plan, len(d.plans))
	for _, p := range d.plans[1:] {
		planned[p.entry.place] = p
	}
	if yes, apart := d.offer.several(); !yes {
		if place := c.place(d.offer.Place); place != d.plans[0].entry.place {
			d.plans[0], err = c.plan(c.newEntry(d.offer, place))
		}
		return err
	} else if !apart {
		return nil
	}
	d.plans = d.plans[:1]
	for _, place := range c.placesOf(d.offer) {
		p, ok := planned[place]
		if !ok {
			if p, err = c.plan(c.newBranch(d.offer, place)); err != nil {
				return err
			}
		}
		d.plans = append(d.plans, p)
	}
	return nil
}

// swaps pairs what a draft brings with what stands.
func (c *Catalogue) swaps(d *draft, old *entry) (list []swap, err error) {
	left := map[uint64]*entry{}
	if old != nil {
		for e := range old.all() {
			left[e.site] = e
		}
	}
	for i := range d.plans {
		s := swap{after: &d.plans[i]}
		if e := left[s.after.entry.site]; e != nil {
			delete(left, e.site)
			before, moved, err := c.planLike(s.after, e)
			if err != nil {
				return nil, err
			}
			s.before, s.moved = &before, moved
		}
		list = append(list, s)
	}
	for _, e := range left {
		before, err := c.plan(e)
		if err != nil {
			return nil, err
		}
		list = append(list, swap{before: &before, moved: true})
	}
	return list, nil
}

// refresh brings the offers of a place up to date after it changed, came or went. The lock must be held.
func (c *Catalogue) refresh(slot *placed, i id.Place, was *Place) (err error) {
	is := slot.place()
	touched := make(map[id.Offer]struct{}, len(slot.offers))
	for o := range slot.offers {
		touched[o] = struct{}{}
	}
	if was != nil {
		c.own(was, was, nil, touched)
	}
	if is != nil {
		c.own(is, nil, is, touched)
	}
	var sets [2]batch
	for o := range touched {
		err = cmp.Or(err, c.resite(&sets, c.offers[o], i, was, is))
	}
	c.commit(&sets)
	return err
}

// own takes a place out of or into those of its merchant, and adds the merchant's offers that it touches.
func (c *Catalogue) own(p, was, is *Place, touched map[id.Offer]struct{}) {
	if p.Merchant == "" {
		return
	}
	own := c.owner(p.Merchant)
	delete(own.places, p.ID)
	if is != nil {
		own.places[p.ID] = is
	}
	for o := range own.offers {
		touched[o] = struct{}{}
	}
	if len(own.offers) > 0 {
		own.stores.replace(was, is)
	}
	c.disown(p.Merchant)
}

// resite brings an offer up to date with one of its places, which was and is, or not: nil.
func (c *Catalogue) resite(sets *[2]batch, head *entry, i id.Place, was, is *Place) error {
	o := head.offer
	if head.several == nil {
		p, err := c.plan(c.newEntry(o, is))
		if err != nil {
			return err
		}
		return c.stand(sets, &draft{offer: o, plans: []plan{p}})
	}
	if is != nil && o.AllPlaces && (is.Merchant != o.Merchant || is.Mode != o.Mode) {
		is = nil
	}
	if !o.AllPlaces {
		head.several.stores.replace(was, is)
	}
	if head.several.branches == nil {
		c.checkStock(head, i)
		return nil
	}
	return c.rebranch(sets, head, i, is)
}

// rebranch replaces one branch of an offer.
func (c *Catalogue) rebranch(sets *[2]batch, head *entry, i id.Place, is *Place) error {
	set := &sets[head.offer.Mode]
	old := head.several.branches[i]
	if is == nil {
		if old == nil {
			return nil
		}
		before, err := c.plan(old)
		if err != nil {
			return err
		}
		set.remove(&before, false)
		delete(head.several.branches, i)
		return nil
	}
	after, err := c.plan(c.newBranch(head.offer, is))
	if err != nil {
		return err
	}
	if old != nil {
		before, moved, err := c.planLike(&after, old)
		if err != nil {
			return err
		}
		set.remove(&before, moved)
		after.entry.exhausted.Store(old.exhausted.Load())
	} else {
		after.entry.exhausted.Store(head.exhausted.Load())
	}
	set.add(&after)
	head.several.branches[i] = after.entry
	c.checkStock(after.entry, i)
	return nil
}

// owner returns a merchant's places and offers, made if there are none. The lock must be held.
func (c *Catalogue) owner(m id.Merchant) *owner {
	own := c.owners[m]
	if own == nil {
		own = &owner{places: map[id.Place]*Place{}, offers: map[id.Offer]struct{}{}}
		c.owners[m] = own
	}
	return own
}

// disown forgets a merchant without places and offers at all of them.
func (c *Catalogue) disown(m id.Merchant) {
	if own := c.owners[m]; own != nil && len(own.offers) == 0 && len(own.places) == 0 {
		delete(c.owners, m)
	}
}

// link enters an offer at its places. The lock must be held.
func (c *Catalogue) link(head *entry) {
	o := head.offer
	for i := range o.named() {
		slot := c.placed(i)
		if slot.offers == nil {
			slot.offers = make(map[id.Offer]struct{}, 1)
		}
		slot.offers[o.ID] = struct{}{}
	}
	switch {
	case o.AllPlaces:
		own := c.owner(o.Merchant)
		if len(own.offers) == 0 {
			own.stores.fill(slices.Collect(maps.Values(own.places)))
		}
		own.offers[o.ID] = struct{}{}
		head.several.stores = &own.stores
	case head.several != nil:
		head.several.stores = &stores{}
		head.several.stores.fill(c.placesOf(o))
	}
	c.checkAllStock(head)
}

func (c *Catalogue) unlink(head *entry) {
	o := head.offer
	for i := range o.named() {
		if slot := c.places[i]; slot != nil {
			delete(slot.offers, o.ID)
			if slot.entry == nil && len(slot.offers) == 0 {
				delete(c.places, i)
			}
		}
	}
	if o.AllPlaces {
		delete(c.owner(o.Merchant).offers, o.ID)
		c.disown(o.Merchant)
	}
}
