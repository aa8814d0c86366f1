package scenario

import (
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/flaneur-io/flaneur/internal/api"
)

// Step is one thing that somebody does.
type Step struct {
	At       moment            `json:"at" doc:"when"`
	Person   PersonName        `json:"person" doc:"who does it"`
	Merchant MerchantName      `json:"merchant" doc:"who does it"`
	Till     PlaceName         `json:"till" doc:"the till of a place that does it"`
	As       string            `json:"as" enum:"merchant,app" doc:"whose credential a call takes"`
	Refused  string            `json:"refused" doc:"the code that it is refused with"`
	Expect   *Answer           `json:"expect" doc:"what it answers"`
	Save     map[string]string `json:"save" doc:"members of the answer to keep for later calls"`
	Source   Source            `json:"-"`

	verb string
	arg  any // as the verb's row makes it
}

// Answer is what a step must answer.
type Answer struct {
	Status   int          `json:"status" doc:"the HTTP status"`
	Code     string       `json:"code" doc:"of the refusal"`
	Field    string       `json:"field" doc:"of the refusal"`
	Offers   *[]OfferName `json:"offers" doc:"what a pull answers: exactly these, in this order"`
	Includes []OfferName  `json:"includes" doc:"offers that a pull answers among others"`
	Excludes []OfferName  `json:"excludes" doc:"offers that a pull does not answer"`
	Answer   Want         `json:"answer" doc:"parts of the answer"`
}

// verb is a row of the table of what can be done.
type verb struct {
	who string     // person, merchant, anybody
	arg func() any // returns where its argument goes
	doc string
}

func argument[T any]() any { return new(T) }

// Constant table: what can be done, by whom. How is in play.ask.
var verbs = map[string]verb{
	"pull":          {"person", argument[Pull], "asks what is near"},
	"open":          {"person", argument[OfferName], "opens an offer"},
	"dismiss":       {"person", argument[OfferName], "wipes an offer away"},
	"like":          {"person", argument[OfferName], "likes an offer"},
	"notInterested": {"person", argument[OfferName], "wants no more of an offer"},
	"notNow":        {"person", argument[OfferName], "wants nothing of its merchant for some hours"},
	"lessLikeThis":  {"person", argument[OfferName], "wants less of its kind"},
	"neverBrand":    {"person", argument[OfferName], "blocks its brand"},
	"neverMerchant": {"person", argument[OfferName], "blocks its merchant"},
	"rates":         {"person", argument[Body[api.Rate]], "gives stars to an offer or a place"},
	"pauses":        {"person", argument[Duration], "wants no pushes for a while"},
	"resumes":       {"person", argument[bool], "wants pushes again"},
	"favours":       {"person", argument[Blocked], "makes a merchant, a brand or a category a favourite"},
	"goesTo":        {"person", argument[Goal], "tells where they are going"},
	"arrives":       {"person", argument[bool], "ends the trip"},
	"leavesChain":   {"person", argument[OfferName], "wants no follow-ups of an offer any more"},
	"wants":         {"person", argument[Shopping], "writes a shopping list"},
	"plans":         {"person", argument[Body[api.ShoppingQuery]], "asks where the list is to be had"},
	"feels":         {"person", argument[Feeling], "tells how they feel"},
	"buys":          {"person", argument[Body[api.Purchase]], "tells of a purchase"},
	"redeem":        {"person", argument[OfferName], "uses an offer"},
	"reserves":      {"person", argument[Reservation], "keeps a unit of an offer until they are at the till"},
	"returns":       {"person", argument[OfferName], "gives the reservation back"},
	"takes":         {"till", argument[Checkout], "redeems what a person shows for a basket"},
	"checks":        {"till", argument[Checkout], "looks at it, and redeems nothing"},
	"rollsBack":     {"till", argument[Shown], "takes a redemption back"},
	"sells":         {"till", argument[Checkout], "tells of a purchase of somebody who shows a member's code"},
	"prefers":       {"person", argument[Body[api.Preferences]], "changes preferences"},
	"blocks":        {"person", argument[Blocked], "blocks a merchant, a brand or a category"},
	"allows":        {"person", argument[Purposes], "gives consents"},
	"withdraws":     {"person", argument[Purposes], "withdraws consents"},
	"socket":        {"person", argument[bool], "opens or leaves the app"},
	"gps":           {"person", argument[bool], "reports positions, or not"},
	"erases":        {"person", argument[bool], "is forgotten"},
	"publish":       {"merchant", argument[OfferName], "makes a draft public"},
	"pause":         {"merchant", argument[OfferName], "takes an offer out of sight"},
	"resume":        {"merchant", argument[OfferName], "brings it back"},
	"stop":          {"merchant", argument[OfferName], "ends an offer"},
	"archive":       {"merchant", argument[OfferName], "ends it and leaves it out of lists"},
	"stock":         {"merchant", argument[Stock], "reports what a place has of an item"},
	"change":        {"merchant", argument[Change], "changes an offer"},
	"call":          {"anybody", argument[Call], "makes any request"},
}

// Pull asks what is near.
type Pull struct {
	Radius     float64  `json:"radius" doc:"metres"`
	Limit      int      `json:"limit" doc:"at most so many offers"`
	Categories []string `json:"categories" doc:"only these"`
	Near       *Point   `json:"near" doc:"instead of where they are"`
}

func (p *Pull) read(d *decoder, n ast.Node, path string) {
	if x, scalar := n.(ast.ScalarNode); scalar {
		if _, ok := truth(x.GetToken().Value); ok || n.Type() == ast.NullType {
			return
		}
	}
	d.fields(n, valueOf(p), path)
}

// Feeling is a mood as it is told.
type Feeling struct {
	Valence    float64 `json:"valence" doc:"-1 to 1"`
	Arousal    float64 `json:"arousal" doc:"-1 to 1"`
	Confidence float64 `json:"confidence" doc:"above 0, to 1; absent: 0.9"`
	Source     string  `json:"source" doc:"absent: self"`
}

// feelings by name.
var feelings = map[string]Feeling{
	"upbeat": {Valence: 0.7, Arousal: 0.6}, "calm": {Valence: 0.6, Arousal: -0.5},
	"stressed": {Valence: -0.7, Arousal: 0.7}, "drained": {Valence: -0.6, Arousal: -0.6},
}

func (f *Feeling) read(d *decoder, n ast.Node, path string) {
	f.Confidence, f.Source = 0.9, "self"
	if _, ok := n.(*ast.MappingNode); ok {
		type plain Feeling
		d.fields(n, valueOf((*plain)(f)), path)
		return
	}
	text, ok := d.text(n, path)
	if !ok {
		return
	}
	known := slices.Sorted(maps.Keys(feelings))
	word, ok := feelings[text]
	if !ok {
		d.fail(n, path, "must be %s, or {valence: -0.5, arousal: 0.6}, not %q%s", either(known), text, didYouMean(text, known))
		return
	}
	f.Valence, f.Arousal = word.Valence, word.Arousal
}

// Blocked is what a person does not want to see.
type Blocked struct {
	Merchant MerchantName `json:"merchant"`
	Brand    string       `json:"brand"`
	Category string       `json:"category"`
}

// Purposes is a list of consents; mood.wearable is mood from that source.
type Purposes []string

const purposeNames = "location,mood,purchases,push,mood.self,mood.wearable,mood.face,mood.voice,mood.typing"

func (p *Purposes) read(d *decoder, n ast.Node, path string) {
	type list struct {
		Purposes []string
	}
	var l list
	d.value(n, valueOf(&l.Purposes), path)
	d.enum(n, valueOf(&l.Purposes), purposeNames, path)
	*p = l.Purposes
}

// Goal is where somebody is going.
type Goal struct {
	To   Point  `json:"to" doc:"where"`
	Mode string `json:"mode" enum:"walk,bike,car,transit" doc:"how; absent: told by the speed"`
}

func (g *Goal) read(d *decoder, n ast.Node, path string) {
	if m, ok := n.(*ast.MappingNode); ok && hasKey(m, "to") {
		d.fields(n, valueOf(g), path)
		return
	}
	g.To.read(d, n, path)
}

func hasKey(m *ast.MappingNode, name string) bool {
	return slices.ContainsFunc(m.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == name })
}

// Shopping is a shopping list: names, or lines as PUT /v1/me/shopping-list takes them.
type Shopping struct{ items []any }

func (l *Shopping) read(d *decoder, n ast.Node, path string) {
	for i, item := range d.list(n) {
		path := index(path, i)
		if _, ok := d.bare(item).(*ast.MappingNode); ok {
			var line Body[api.Want]
			d.value(item, valueOf(&line), path)
			l.items = append(l.items, line.tree)
		} else if text, ok := d.text(d.bare(item), path); ok {
			l.items = append(l.items, map[string]any{"name": text})
		}
	}
}

// Reservation is what a person keeps: an offer, or an offer and where it will be used.
type Reservation struct {
	Offer OfferName `json:"offer" doc:"which"`
	Place PlaceName `json:"place" doc:"where it will be used, if the offer has several"`
}

func (r *Reservation) read(d *decoder, n ast.Node, path string) {
	if _, ok := n.(*ast.MappingNode); ok {
		d.fields(n, valueOf(r), path)
		return
	}
	r.Offer.read(d, n, path)
}

// Shown is a reservation of somebody.
type Shown struct {
	Person PersonName `json:"person" doc:"whose"`
	Offer  OfferName  `json:"offer" doc:"of which offer"`
}

// Checkout is a basket, and what a person shows for it.
type Checkout struct {
	Person PersonName  `json:"person" doc:"who shows their reservations"`
	Offers []OfferName `json:"offers" doc:"of these offers"`
	Rest   Body[api.Checkout]
}

// Change changes an offer.
type Change struct {
	Offer OfferName            `json:"offer" doc:"which"`
	Set   Body[api.OfferInput] `json:"set" doc:"as PATCH /v1/offers/{id} takes it"`
}

// Stock is what a place has of an item.
type Stock struct {
	Place PlaceName `json:"place" doc:"where"`
	Rest  Body[api.StockPatch]
}

// Call is a request to the interface.
type Call struct {
	Method string `json:"method" enum:"GET,POST,PUT,PATCH,DELETE" doc:"absent: GET, or POST with a body"`
	Path   string `json:"path" doc:"with its query, such as /v1/offers/{offers.espresso}"`
	Body   Want   `json:"body" doc:"JSON"`
}

func (s *Step) read(d *decoder, n ast.Node, path string) {
	s.Source = sourceOf(n, path)
	keys := slices.Sorted(maps.Keys(verbs))
	d.members(n, path, func(name string, key, value ast.Node, path string) {
		if f, ok := fieldOf(valueOf(s).Type(), name); ok {
			v := valueOf(s).FieldByIndex(f.Index)
			d.value(value, v, path)
			if options := f.Tag.Get("enum"); options != "" {
				d.enum(value, v, options, path)
			}
			return
		}
		row, ok := verbs[name]
		switch {
		case !ok:
			d.unknown(key, path, name, append(keysOf(valueOf(s).Type()), keys...))
		case s.verb != "":
			d.fail(key, path, "a step does one thing: %s or %s", s.verb, name)
		default:
			s.verb, s.arg = name, row.arg()
			d.argument(value, s.arg, path)
		}
	})
}

// argument reads n into what a verb's row made.
func (d *decoder) argument(n ast.Node, arg any, path string) {
	switch a := arg.(type) {
	case reader:
		a.read(d, d.bare(n), path)
	case *bool:
		d.value(n, valueOf(a), path)
	case *Blocked:
		d.value(n, valueOf(a), path)
	case *Change:
		d.value(n, valueOf(a), path)
	case *Stock:
		d.value(n, valueOf(a), path)
	case *Shown:
		d.value(n, valueOf(a), path)
	case *Checkout:
		d.value(n, valueOf(a), path)
	case *Call:
		d.value(n, valueOf(a), path)
		if a.Path == "" {
			d.fail(n, path, "needs a path, such as /v1/offers")
		}
	}
}

// check looks at the parts of a step together.
func (s *Step) check() (found Mistakes) {
	fail := func(format string, args ...any) { found = append(found, s.Source.mistake(format, args...)) }
	row := verbs[s.verb]
	who := 0
	for _, set := range []bool{s.Person != "", s.Merchant != "", s.Till != "", s.As != ""} {
		if set {
			who++
		}
	}
	switch {
	case s.verb == "":
		fail("does nothing; what can be done: %s", either(slices.Sorted(maps.Keys(verbs))))
	case s.At.IsZero():
		fail("needs at, such as at: \"09:05\"")
	case who > 1:
		fail("has several actors; choose one of person, merchant, till and as")
	case row.who == "person" && s.Person == "":
		fail("%s is something that a person does; add person: NAME", s.verb)
	case row.who == "merchant" && (s.Person != "" || s.Till != ""):
		fail("%s is something that a merchant does; write merchant: NAME", s.verb)
	case row.who == "till" && s.Till == "":
		fail("%s is something that a till does; write till: PLACE", s.verb)
	case s.Refused != "" && s.Expect != nil && s.Expect.Code != "":
		fail("has refused and expect.code; choose one")
	case s.Expect != nil && s.verb != "pull" && (s.Expect.Offers != nil || s.Expect.Includes != nil || s.Expect.Excludes != nil):
		fail("offers, includes and excludes are about a pull")
	case s.Expect != nil && s.Expect.Answer.idle():
		fail("expect.answer names nothing that could be otherwise")
	}
	if b, ok := s.arg.(*Blocked); ok && *b == (Blocked{}) {
		fail("blocks needs merchant, brand or category")
	}
	return found
}

// who names the actor.
func (s *Step) who() string {
	switch {
	case s.Person != "":
		return string(s.Person)
	case s.Merchant != "":
		return string(s.Merchant)
	case s.Till != "":
		return "the till of " + string(s.Till)
	}
	return fmt.Sprintf("the %s", or(s.As, "merchant"))
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
