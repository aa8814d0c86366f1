package api

import (
	"log/slog"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// OptIn is a person's first step; at least one purpose must be granted.
type OptIn struct {
	Consents   map[string]Grant `json:"consents"`             // by purpose: location, mood, purchases, push
	MoodLevel  string           `json:"moodLevel,omitzero"`   // off, quiet, help
	Language   string           `json:"language,omitzero"`    // en, de
	Zone       string           `json:"zone,omitzero"`        // IANA time zone; absent: the server's default
	Interests  []string         `json:"interests,omitempty"`  // categories
	Attributes []string         `json:"attributes,omitempty"` // what the person tells about themselves, such as student
	Minor      bool             `json:"minor,omitzero"`       // under age: nothing sensitive is offered, mood can't be allowed
	Simulated  bool             `json:"simulated,omitzero"`   // nobody real: their clock is that of their requests
	At         time.Time        `json:"at,omitzero"`          // read for simulated people only
}

// Grant is one switch as the person left it.
type Grant struct {
	Granted bool   `json:"granted"`
	Policy  string `json:"policy,omitzero"` // version of the text that the person saw; required with a grant; with sources that of the Notices
	// Sources of mood that the switch is about. Absent from a grant: as they were, at first self alone; from a withdrawal: all.
	Sources []string `json:"sources,omitempty"` // self, wearable, face, voice, typing
}

// OptedIn answers OptIn. The token is shown once.
type OptedIn struct {
	User  id.User `json:"user"`
	Token Secret  `json:"token"`
}

// ConsentChange moves switches. PUT replaces all of them: a purpose that is not named is withdrawn; PATCH moves only
// those named.
type ConsentChange struct {
	Consents  map[string]Grant `json:"consents"`
	MoodLevel string           `json:"moodLevel,omitzero"` // off, quiet, help; absent: as it was, at first and with PUT quiet
	At        time.Time        `json:"at,omitzero"`        // read for simulated people only
}

// Consents is what a person allows now, by purpose.
type Consents struct {
	Consents    map[string]Consent `json:"consents"`
	MoodLevel   string             `json:"moodLevel"`
	MoodSources map[string]Consent `json:"moodSources"` // by source; they count while mood is granted
}

// Consent is the record of one purpose, or of one source of mood.
type Consent struct {
	Granted bool      `json:"granted"`
	At      time.Time `json:"at,omitzero"`
	Policy  string    `json:"policy,omitzero"`
}

// Preferences is what the person chose about being served.
type Preferences struct {
	Push       PushPreferences `json:"push"`
	Language   string          `json:"language"`
	Zone       string          `json:"zone"`
	Blocked    []Block         `json:"blocked,omitempty"`
	Mood       []MoodChoice    `json:"mood,omitempty"`
	Attributes []string        `json:"attributes,omitempty"` // what the person tells about themselves, such as student

	Favourites []Block `json:"favourites,omitempty"` // these come first
	Discovery  float64 `json:"discovery"`            // share of deliveries, 0 to 0.5, that goes to something new; absent: 0.1
}

// DefaultDiscovery is the share of discoveries of a person who has said nothing about it.
const DefaultDiscovery = 0.1

// PushPreferences is the person's own limits for being interrupted. Quiet hours are minutes of the day in the
// person's zone, from (included) to (excluded); they may wrap midnight, and there are none if both are equal.
type PushPreferences struct {
	Mode          string `json:"mode"` // ask_first, surprise
	DailyCap      int    `json:"dailyCap"`
	MinGapMinutes int    `json:"minGapMinutes"`
	QuietFrom     int    `json:"quietFrom"`
	QuietTo       int    `json:"quietTo"`

	QuietAction string    `json:"quietAction,omitzero"` // hold, cancel; absent: cancel
	WeeklyCap   int       `json:"weeklyCap,omitzero"`   // Monday to Sunday, to 64; absent: no bound
	PausedUntil time.Time `json:"pausedUntil,omitzero"` // nothing is pushed before
	Digest      []int     `json:"digest,omitempty"`     // minutes of the day, at most 4: what comes up is collected, and sent then
}

// Pause asks for no pushes: for some minutes, or until midnight by the person's clock.
type Pause struct {
	Minutes       int       `json:"minutes,omitzero"`       // 1 to 43200
	UntilTomorrow bool      `json:"untilTomorrow,omitzero"` // instead
	At            time.Time `json:"at,omitzero"`            // read for simulated people only
}

// Paused says until when nothing is pushed; absent: it is not paused.
type Paused struct {
	Until time.Time `json:"until,omitzero"`
}

// Block is something that the person never wants to see offers of.
type Block struct {
	Kind  string `json:"kind"` // merchant, brand, category
	Value string `json:"value"`
}

// MoodChoice says what helps the person in a mood.
type MoodChoice struct {
	State      string   `json:"state"`
	Categories []string `json:"categories"`
}

// PushToken names a device that takes pushes, or takes none any more.
type PushToken struct {
	Channel string `json:"channel"` // fcm, webpush
	Token   Secret `json:"token"`   // FCM registration token; for webpush the JSON of the browser's PushSubscription
	Remove  bool   `json:"remove,omitzero"`
}

// WebPushKey is what browsers subscribe with, their applicationServerKey: base64url, without padding.
type WebPushKey struct {
	Key string `json:"key"`
}

// Positions reports fixes, oldest first, at most wire.MaxFixes.
type Positions struct {
	Fixes []wire.Fix `json:"fixes"`
}

// PositionsTaken answers Positions. Refused is the first refusal, absent if all fixes were taken.
type PositionsTaken struct {
	Accepted int       `json:"accepted"`
	Hint     wire.Hint `json:"hint"` // when to speak next
	Refused  *Problem  `json:"refused,omitempty"`
}

// Mood reports an affect; raw signals never leave the phone. A person's own tap may be a label instead of the three
// numbers and the source: {"label": "happy"} is a whole report.
type Mood struct {
	Label      string  `json:"label,omitzero"`       // id or emoji of GET /v1/moods
	Valence    float64 `json:"valence,omitempty"`    // -1 to 1
	Arousal    float64 `json:"arousal,omitempty"`    // -1 to 1
	Confidence float64 `json:"confidence,omitempty"` // above 0, to 1
	Source     string  `json:"source,omitempty"`     // self, wearable, face, voice, typing
	Stress     float64 `json:"stress,omitzero"`      // probability that a device gave, 0 to 1; not with self
	At         int64   `json:"at,omitempty"`         // Unix milliseconds; absent with a label: now
}

// LogValue hides how the person feels.
func (Mood) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Moods are the words and faces for one tap, in one language, from pleasant to unpleasant.
type Moods struct {
	Language string      `json:"language"` // en, de
	Labels   []MoodLabel `json:"labels"`
}

// MoodLabel is one of them, and where it lies on a pad of the two dimensions.
type MoodLabel struct {
	ID      string  `json:"id"`
	Word    string  `json:"word"`
	Emoji   string  `json:"emoji"`
	Valence float64 `json:"valence"` // -1 to 1
	Arousal float64 `json:"arousal"` // -1 to 1
}

// Feedback says what the person did with an offer.
type Feedback struct {
	Delivery id.Delivery `json:"delivery,omitzero"` // one of delivery and offer
	Offer    id.Offer    `json:"offer,omitzero"`
	Action   string      `json:"action"` // opened, dismissed, liked, not_interested, not_now, less_like_this, never_brand, never_merchant
	At       int64       `json:"at"`     // Unix milliseconds
}

// Purchase is something that the person bought, told by the person or a till. The server sets ID, Source and Points.
type Purchase struct {
	ID       id.Purchase `json:"id,omitzero"`
	Place    id.Place    `json:"place,omitzero"`
	Merchant id.Merchant `json:"merchant,omitzero"`
	Category string      `json:"category,omitzero"`
	Brand    string      `json:"brand,omitzero"`
	Amount   float64     `json:"amount,omitzero"`
	Currency string      `json:"currency,omitzero"` // ISO 4217
	At       time.Time   `json:"at,omitzero"`       // absent: now
	Source   string      `json:"source,omitzero"`   // who told: self, receipt; till is for tills only. Absent: self
	Items    []Item      `json:"items,omitempty"`   // lines of a receipt, at most 100
	Points   int         `json:"points,omitzero"`   // that it earned; set by the server
}

// Item is one line of a receipt.
type Item struct {
	Name     string  `json:"name,omitzero"`
	SKU      string  `json:"sku,omitzero"`
	Category string  `json:"category,omitzero"`
	Brand    string  `json:"brand,omitzero"`
	Amount   float64 `json:"amount,omitzero"` // of the purchase's currency
}

// Rate gives stars to an offer that the person redeemed, or to a place where they stopped or redeemed one.
type Rate struct {
	Redemption id.Redemption `json:"redemption,omitzero"` // one of redemption (its offer), offer and place
	Offer      id.Offer      `json:"offer,omitzero"`
	Place      id.Place      `json:"place,omitzero"`
	Stars      int           `json:"stars"`       // 1 to 5
	At         time.Time     `json:"at,omitzero"` // read for simulated people only
}

// Rating is what the person gave.
type Rating struct {
	Offer id.Offer  `json:"offer,omitzero"`
	Place id.Place  `json:"place,omitzero"`
	Stars int       `json:"stars"`
	At    time.Time `json:"at"`
}

// Receipt is what a person gets after an erasure. It names nobody.
type Receipt struct {
	At      time.Time `json:"at"`
	Holders []string  `json:"holders"` // the places that forgot, in order
}

// PullQuery asks for offers near a point; without one, near the last fix. It travels as the query of GET /v1/offers.
type PullQuery struct {
	Lat, Lon   *float64
	Radius     float64 // metres; 0: the server's choice
	Limit      int     // 0: the server's choice
	Categories []string
	Cursor     string
	At         time.Time // read for simulated people only
}
