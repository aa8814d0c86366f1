package offerkit

import (
	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/wire"
)

// Offer is an offer for this person. Show Label with the title where there is one: it says who pays for it to be shown.
type Offer struct {
	ID            string
	Delivery      string // of a pushed one
	Title         string
	Text          string
	Terms         string
	Image         string // https URL
	Label         string
	Merchant      string
	PlaceID       string
	PlaceName     string
	Category      string
	Brand         string
	RewardKind    string // percent, amount, two_for_one, free_item, points, none
	RewardValue   float64
	RewardItem    string
	Currency      string // of an amount
	Trigger       string // why now: enter, exit, dwell, nearby, crossed, on_the_way, follow_up, pull
	Lat           float64
	Lon           float64
	DistanceM     float64
	DetourMinutes float64 // that it adds to the way; with on_the_way
	Score         float64 // 0 to 1
	StartsMillis  int64   // 0: has begun
	EndsMillis    int64   // 0: no end
	reasons       []*Reason
	controls      []*Control
	raw           string
}

// Reasons says why the person sees it, strongest first.
func (o *Offer) Reasons() *ReasonList {
	if o == nil {
		return &ReasonList{}
	}
	return &ReasonList{o.reasons}
}

// Controls is what one tap can change about offers like this: pass the action to Kit.Feedback, or "pause" to Kit.Pause.
func (o *Offer) Controls() *ControlList {
	if o == nil {
		return &ControlList{}
	}
	return &ControlList{o.controls}
}

// JSON is the whole offer as the protocol has it.
func (o *Offer) JSON() string {
	if o == nil {
		return ""
	}
	return o.raw
}

// Reason is one reason with its share of all, 0 to 1.
type Reason struct {
	Code  string
	Text  string // in the person's language
	Share float64
}

// ReasonList is a list of reasons.
type ReasonList struct{ items []*Reason }

// Size is how many there are.
func (l *ReasonList) Size() int32 {
	if l == nil {
		return 0
	}
	return size(len(l.items))
}

// At returns one, or null if there is none at this index.
func (l *ReasonList) At(index int32) *Reason {
	if l == nil {
		return nil
	}
	return at(l.items, index)
}

// Control is something that one tap changes.
type Control struct {
	Action string // not_now, less_like_this, never_brand, never_merchant, pause
	Text   string // in the person's language
}

// ControlList is a list of controls.
type ControlList struct{ items []*Control }

// Size is how many there are.
func (l *ControlList) Size() int32 {
	if l == nil {
		return 0
	}
	return size(len(l.items))
}

// At returns one, or null if there is none at this index.
func (l *ControlList) At(index int32) *Control {
	if l == nil {
		return nil
	}
	return at(l.items, index)
}

// OfferList is a list of offers.
type OfferList struct{ items []*Offer }

// Size is how many there are.
func (l *OfferList) Size() int32 {
	if l == nil {
		return 0
	}
	return size(len(l.items))
}

// At returns one, or null if there is none at this index.
func (l *OfferList) At(index int32) *Offer {
	if l == nil {
		return nil
	}
	return at(l.items, index)
}

// offerOf copies an offer off the wire.
func offerOf(w *wire.Offer) *Offer {
	o := &Offer{
		ID: w.ID, Delivery: w.Delivery, Title: w.Title, Text: w.Text, Terms: w.Terms, Image: w.Image, Label: w.Label,
		Merchant: w.Merchant, PlaceID: w.Place.ID, PlaceName: w.Place.Name, Category: w.Category, Brand: w.Brand,
		RewardKind: w.Reward.Kind, RewardValue: w.Reward.Value, RewardItem: w.Reward.Item, Currency: w.Reward.Currency,
		Trigger: w.Trigger, Lat: w.Place.Lat, Lon: w.Place.Lon, DistanceM: w.Distance, DetourMinutes: w.Detour, Score: w.Score,
		StartsMillis: w.Starts, EndsMillis: w.Ends,
	}
	for _, r := range w.Reasons {
		o.reasons = append(o.reasons, &Reason{Code: r.Code, Text: r.Text, Share: r.Share})
	}
	for _, c := range w.Controls {
		o.controls = append(o.controls, &Control{Action: c.Action, Text: c.Text})
	}
	if raw, err := json.Marshal(w); err == nil {
		o.raw = string(raw)
	}
	return o
}
