package offers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Constant tables: the text forms by value. They are part of the protocol and of the record.
var (
	modeNames    = []string{Live: "live", Test: "test"}
	statusNames  = []string{Active: "active", Stopped: "stopped", Draft: "draft", Paused: "paused", Archived: "archived"}
	scopeNames   = []string{PerOffer: "offer", PerMerchant: "merchant", PerStore: "store", PerPerson: "user"}
	periodNames  = []string{Ever: "total", Day: "day", Week: "week", Month: "month"}
	rewardNames  = []string{NoReward: "none", Percent: "percent", Amount: "amount", TwoForOne: "two_for_one", FreeItem: "free_item", Points: "points"}
	actionNames  = []string{Opened: "opened", Dismissed: "dismissed", Liked: "liked", NotInterested: "not_interested", NotNow: "not_now", LessLikeThis: "less_like_this", NeverBrand: "never_brand", NeverMerchant: "never_merchant"}
	blockNames   = []string{BlockMerchant: "merchant", BlockBrand: "brand", BlockCategory: "category"}
	triggerNames = []string{"nearby", "enter", "exit", "dwell", "on_the_way", "pull", "crossed", "follow_up"} // by bit
)

// String returns "live" or "test".
func (m Mode) String() string { return name(modeNames, m) }

// MarshalText returns the text form.
func (m Mode) MarshalText() ([]byte, error) { return marshalName("mode", modeNames, m) }

// UnmarshalText reads the text form and refuses any other.
func (m *Mode) UnmarshalText(b []byte) error { return unmarshalName("mode", modeNames, m, b) }

// String returns the text form: active, stopped, draft, paused or archived.
func (s Status) String() string { return name(statusNames, s) }

// MarshalText returns the text form.
func (s Status) MarshalText() ([]byte, error) { return marshalName("status", statusNames, s) }

// UnmarshalText reads the text form and refuses any other.
func (s *Status) UnmarshalText(b []byte) error { return unmarshalName("status", statusNames, s, b) }

// String returns the text form: offer, merchant, store or user.
func (s Scope) String() string { return name(scopeNames, s) }

// MarshalText returns the text form.
func (s Scope) MarshalText() ([]byte, error) { return marshalName("scope", scopeNames, s) }

// UnmarshalText reads the text form and refuses any other.
func (s *Scope) UnmarshalText(b []byte) error { return unmarshalName("scope", scopeNames, s, b) }

// String returns the text form: total, day, week or month.
func (p Period) String() string { return name(periodNames, p) }

// MarshalText returns the text form.
func (p Period) MarshalText() ([]byte, error) { return marshalName("period", periodNames, p) }

// UnmarshalText reads the text form and refuses any other.
func (p *Period) UnmarshalText(b []byte) error { return unmarshalName("period", periodNames, p, b) }

// String returns the text form: none, percent, amount, two_for_one, free_item or points.
func (k RewardKind) String() string { return name(rewardNames, k) }

// MarshalText returns the text form.
func (k RewardKind) MarshalText() ([]byte, error) {
	return marshalName("reward.kind", rewardNames, k)
}

// UnmarshalText reads the text form and refuses any other.
func (k *RewardKind) UnmarshalText(b []byte) error {
	return unmarshalName("reward.kind", rewardNames, k, b)
}

// String returns the text form: opened, dismissed, liked, not_interested, not_now, less_like_this, never_brand or
// never_merchant.
func (a Action) String() string { return name(actionNames, a) }

// MarshalText returns the text form.
func (a Action) MarshalText() ([]byte, error) { return marshalName("action", actionNames, a) }

// UnmarshalText reads the text form and refuses any other.
func (a *Action) UnmarshalText(b []byte) error { return unmarshalName("action", actionNames, a, b) }

// String returns the text form: merchant, brand or category.
func (k BlockKind) String() string { return name(blockNames, k) }

// MarshalText returns the text form.
func (k BlockKind) MarshalText() ([]byte, error) { return marshalName("kind", blockNames, k) }

// UnmarshalText reads the text form and refuses any other.
func (k *BlockKind) UnmarshalText(b []byte) error { return unmarshalName("kind", blockNames, k, b) }

// String returns the name of a single trigger, and the names joined by "+" for a set.
func (t Trigger) String() string { return strings.Join(t.Names(), "+") }

// Names returns the names of the triggers in the set, in a fixed order; empty for an empty set.
func (t Trigger) Names() []string {
	out := make([]string, 0, len(triggerNames))
	for bit, n := range triggerNames {
		if t&(1<<bit) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// ownTriggers are the triggers that an offer may name; follow_up comes with another's followUps.
const ownTriggers = "nearby, enter, exit, dwell, crossed, on_the_way, pull"

// ParseTriggers reads a set of names; the fault names field.
func ParseTriggers(field string, names []string) (Trigger, error) {
	var set Trigger
	for _, n := range names {
		bit := slices.Index(triggerNames, n)
		if bit < 0 {
			return 0, fault.Field(field, "must be a list of %s", ownTriggers)
		}
		set |= 1 << bit
	}
	return set, nil
}

// MarshalJSON returns a list of names.
func (t Trigger) MarshalJSON() ([]byte, error) { return json.Marshal(t.Names()) }

// UnmarshalJSON reads a list of names and refuses unknown ones.
func (t *Trigger) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return fault.Field("triggers", "must be a list of %s", ownTriggers)
	}
	set, err := ParseTriggers("triggers", names)
	if err != nil {
		return err
	}
	*t = set
	return nil
}

func name[E ~uint8](names []string, e E) string {
	if int(e) < len(names) {
		return names[e]
	}
	return strconv.Itoa(int(e))
}

func marshalName[E ~uint8](field string, names []string, e E) ([]byte, error) {
	if int(e) >= len(names) {
		return nil, fault.Field(field, "must be one of %s", strings.Join(names, ", "))
	}
	return []byte(names[e]), nil
}

func unmarshalName[E ~uint8](field string, names []string, e *E, b []byte) error {
	i := slices.Index(names, string(b))
	if i < 0 {
		return fault.Field(field, "must be one of %s", strings.Join(names, ", "))
	}
	*e = E(i)
	return nil
}

// offerJSON is an Offer whose dwell is a number of seconds.
type offerJSON struct {
	*plainOffer
	Dwell float64 `json:"dwell,omitzero"`
}

type plainOffer Offer

// MarshalJSONTo writes the offer's record.
func (o *Offer) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, offerJSON{(*plainOffer)(o), o.Dwell.Seconds()})
}

// UnmarshalJSONFrom reads the offer's record. It does not validate.
func (o *Offer) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	in := offerJSON{plainOffer: (*plainOffer)(o), Dwell: o.Dwell.Seconds()}
	if err := json.UnmarshalDecode(dec, &in); err != nil {
		return err
	}
	if !(in.Dwell >= 0 && in.Dwell <= MaxDwell.Seconds()) {
		return fault.Field("dwell", "must be from 0 to %g seconds", MaxDwell.Seconds())
	}
	o.Dwell = time.Duration(in.Dwell * float64(time.Second))
	return nil
}
