package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// inventor makes up offers at places. What it does follows from the seed and the places' own names for themselves
// alone, never from ids, which differ from server to server.
type inventor struct {
	server    *client.Client
	seed      int64
	share     float64
	merchant  id.Merchant // whose the offers are; "": the place's, or made up too
	word      func(name string) string
	merchants map[string]id.Merchant // made up, by external id
}

// site is a place and the draw that decides about it.
type site struct {
	api.Place
	draw uint64
}

// offers returns the offers at a share of the places of the command's files, or else of all the server's places.
func (v *inventor) offers(c *cli.Context, n *intake) ([]parcel[api.OfferInput], error) {
	sites, err := v.sites(c, n)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sites, func(a, b site) int { return cmp.Or(cmp.Compare(a.draw, b.draw), cmp.Compare(a.ID, b.ID)) })
	sites = sites[:int(math.Round(v.share*float64(len(sites))))]
	v.merchants = make(map[string]id.Merchant)
	made := make([]parcel[api.OfferInput], 0, len(sites))
	for _, s := range sites {
		o, err := v.offer(c.Context, s)
		if err != nil {
			return nil, err
		}
		made = append(made, parcel[api.OfferInput]{"the offer at " + string(s.ID), o})
	}
	return made, nil
}

// sites returns the places to choose from. Places of files that the server does not know are imported first.
func (v *inventor) sites(c *cli.Context, n *intake) ([]site, error) {
	known := make(map[string]api.Place)
	var order []string
	_, _, err := upTo(c.Context, math.MaxInt, func(ctx context.Context, cursor string, limit int) (api.Page[api.Place], error) {
		page, err := v.server.Places(ctx, cursor, limit)
		for _, p := range page.Items {
			known[ownName(p.PlaceInput)] = p
			order = append(order, ownName(p.PlaceInput))
		}
		page.Items = nil // upTo need not keep them too
		return page, err
	})
	if err != nil {
		return nil, err
	}
	if c.Args().Present() {
		if order, err = v.importMissing(c, n, known); err != nil {
			return nil, err
		}
	}
	if len(order) == 0 {
		return nil, fault.New(fault.NotFound, fault.CodeNotFound, "There are no places: import some with flaneur place import, or name a file.")
	}
	slices.Sort(order)
	order = slices.Compact(order)
	sites := make([]site, len(order))
	for i, name := range order {
		sites[i] = site{known[name], v.draw(name)}
	}
	return sites, nil
}

// importMissing returns the names of the places of files; those that were not known are then.
func (v *inventor) importMissing(c *cli.Context, n *intake, known map[string]api.Place) ([]string, error) {
	places, err := readPlaces(n, c.Args().Slice(), v.merchant)
	if err != nil {
		return nil, err
	}
	if c.Bool("strict") && n.Skipped > 0 {
		return nil, n.refuse()
	}
	var names []string
	var missing []parcel[api.PlaceInput]
	for _, p := range places {
		name := ownName(p.in)
		names = append(names, name)
		if _, ok := known[name]; !ok {
			missing = append(missing, p)
			known[name] = api.Place{PlaceInput: p.in}
		}
	}
	made := newIntake()
	ids, err := send(c.Context, made, "places", missing, v.server.CreatePlaces)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "flaneur: imported %d places that were missing\n", made.Created+made.Replaced)
	}
	for i, placeID := range ids {
		name := ownName(missing[i].in)
		if placeID == "" { // refused: no offer there
			names = slices.DeleteFunc(names, func(s string) bool { return s == name })
			continue
		}
		known[name] = api.Place{ID: id.Place(placeID), PlaceInput: missing[i].in}
	}
	n.Failed += made.Failed
	return names, nil
}

// draw returns a number for a place, as good as random.
func (v *inventor) draw(name string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", v.seed, name))
	return binary.BigEndian.Uint64(sum[:])
}

// invention is what may be offered at places of a category.
type invention struct {
	category string // and all below
	title    string // %s is the name of the place
	reward   api.Reward
}

// Constant table: inventions, those for special categories first; the last ones are for all others.
var inventions = []invention{
	{"restaurant", "Lunch menu at %s", api.Reward{Kind: "percent", Value: 20}},
	{"restaurant", "Two dishes for one at %s", api.Reward{Kind: "two_for_one"}},
	{"restaurant", "A dessert on the house at %s", api.Reward{Kind: "free_item"}},
	{"cafe", "Second cup free at %s", api.Reward{Kind: "free_item"}},
	{"cafe", "Cake and coffee at %s", api.Reward{Kind: "percent", Value: 15}},
	{"bakery", "Fresh bread at %s", api.Reward{Kind: "percent", Value: 10}},
	{"bar", "Early evening at %s", api.Reward{Kind: "two_for_one"}},
	{"nightlife", "Free entry at %s", api.Reward{Kind: "free_item"}},
	{"supermarket", "This week at %s", api.Reward{Kind: "percent", Value: 10}},
	{"supermarket", "Double points at %s", api.Reward{Kind: "points", Value: 50}},
	{"shop", "Sale at %s", api.Reward{Kind: "percent", Value: 30}},
	{"shop", "A voucher for %s", api.Reward{Kind: "percent", Value: 10}},
	{"culture", "Two tickets for one at %s", api.Reward{Kind: "two_for_one"}},
	{"sport", "A free trial at %s", api.Reward{Kind: "free_item"}},
	{"travel", "Points for your stop at %s", api.Reward{Kind: "points", Value: 20}},
	{"", "Something off at %s", api.Reward{Kind: "percent", Value: 10}},
	{"", "Points for a visit to %s", api.Reward{Kind: "points", Value: 20}},
}

// offer invents the offer at a place.
func (v *inventor) offer(ctx context.Context, s site) (api.OfferInput, error) {
	o := api.OfferInput{
		ExternalID: fmt.Sprintf("invented-%d-%016x", v.seed, s.draw), Merchant: v.merchant, Triggers: []string{"nearby", "on_the_way"},
	}
	atPlace(&o, s.Place)
	o.Category = cmp.Or(o.Category, "other")
	group, _, _ := strings.Cut(o.Category, ".")
	choice := fitting(group)
	what := choice[s.draw%uint64(len(choice))]
	o.Title, o.Reward = cutText(fmt.Sprintf(what.title, s.Name), offers.MaxTitle), what.reward
	var err error
	if o.Reach, err = circleOf(*s.Location, v.word); err != nil {
		return o, err
	}
	if o.Merchant == "" {
		o.Merchant, err = v.inventMerchant(ctx, group, o.Brand)
	}
	return o, err
}

// fitting returns the inventions for a category.
func fitting(group string) []invention {
	of := func(category string) []invention {
		return slices.DeleteFunc(slices.Clone(inventions), func(v invention) bool { return v.category != category })
	}
	if own := of(group); len(own) > 0 {
		return own
	}
	return of("")
}

// inventMerchant makes a merchant for a brand, or one for all places of a kind that have none.
func (v *inventor) inventMerchant(ctx context.Context, group, brand string) (id.Merchant, error) {
	if !slices.ContainsFunc(inventions, func(i invention) bool { return i.category == group }) {
		group = "other"
	}
	in := api.MerchantInput{ExternalID: "invented-" + group, Name: "Local merchants: " + offers.CategoryName(group, "en")}
	if brand != "" {
		in = api.MerchantInput{ExternalID: fmt.Sprintf("invented-brand-%x", sha256.Sum256([]byte(brand)))[:48], Name: brand}
	}
	if m, ok := v.merchants[in.ExternalID]; ok {
		return m, nil
	}
	m, err := v.server.CreateMerchant(ctx, in)
	if err != nil {
		return "", err
	}
	v.merchants[in.ExternalID] = m.ID
	return m.ID, nil
}

// cutText shortens a text to a number of bytes, between characters.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
