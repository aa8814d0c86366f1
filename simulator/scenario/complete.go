package scenario

import (
	"slices"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

// complete fills in what a file need not say.
func (f *File) complete(d *decoder) {
	for i := range f.Merchants {
		missing(f.Merchants[i].Value.with(), "name", f.Merchants[i].Name)
	}
	sole := any(nobody{})
	if len(f.Merchants) == 1 {
		sole = named{"merchants", f.Merchants[0].Name}
	}
	for i := range f.Places {
		f.completePlace(&f.Places[i], sole, d)
	}
	for i := range f.Offers {
		f.completeOffer(&f.Offers[i], sole)
	}
	for i := range f.People {
		p := &f.People[i]
		for _, list := range [][]Step{p.Value.Does, p.Value.Moods} {
			for _, s := range list {
				if s.Person == "" {
					s.Person = PersonName(p.Name)
				}
				f.Steps = append(f.Steps, s)
			}
		}
		if p.Value.Way != nil && p.Value.Track != nil {
			d.fail(p.node, "people."+p.Name, "has a way and a track; choose one")
		}
		if len(p.Value.Consents) == 0 {
			p.Value.Consents = []string{"location", "push"}
		}
		legs, found := f.route(&p.Value)
		d.add(found)
		if len(legs) > 0 {
			d.last = maxTime(d.last, legs[len(legs)-1].begin)
		}
		d.add(f.checkHistory(&p.Value))
	}
	slices.SortStableFunc(f.Steps, func(a, b Step) int { return a.Source.Line - b.Source.Line })
}

func (f *File) checkHistory(p *Person) (found Mistakes) {
	for _, h := range p.History {
		switch {
		case (h.Bought == nil) == (h.Visited == ""):
			found = append(found, h.Source.mistake("must have one of bought and visited"))
		case h.Ago.Duration <= 0:
			found = append(found, h.Source.mistake("needs ago, such as ago: 3 d"))
		case h.Times < 0 || h.Times > 1000:
			found = append(found, h.Source.mistake("times must be from 1 to 1000"))
		}
	}
	return found
}

func (f *File) completePlace(p *Named[Place], sole any, d *decoder) {
	tree := p.Value.Rest.with()
	missing(tree, "name", p.Name)
	missing(tree, "merchant", sole)
	if at, ok := tree["location"].(*Point); ok {
		p.Value.At = *at
	}
	if !p.Value.At.set {
		d.fail(p.node, "places."+p.Name, "needs at: POINT, such as at: %s", d.pairs())
	}
	if at := p.Value.At; at.place != "" && f.follow(&at, 0) == (geo.Point{}) {
		d.fail(p.node, "places."+p.Name+".at", "goes round in a circle")
	}
	tree["location"] = &p.Value.At
}

func (f *File) completeOffer(o *Named[Body[api.OfferInput]], sole any) {
	tree := o.Value.with()
	missing(tree, "title", o.Name)
	if at, ok := tree["place"].(named); ok {
		if place := f.place(at.name); place != nil {
			missing(tree, "merchant", place.Value.Rest.with()["merchant"])
			missing(tree, "category", place.Value.Rest.with()["category"])
		}
	}
	missing(tree, "merchant", sole)
	missing(tree, "category", "shop")
	missing(tree, "triggers", []any{"nearby"})
}

// missing fills in a member.
func missing(tree map[string]any, name string, value any) {
	if _, set := tree[name]; !set && value != nil {
		tree[name] = value
	}
}
