package wire

import "log/slog"

// The subprotocols, in the order in which a server prefers them.
const (
	SubprotocolBinary = "flaneur.v1.bin"
	SubprotocolJSON   = "flaneur.v1.json"
)

// Limits that both sides keep.
const (
	MaxFrameBytes  = 32 << 10  // of a device; a larger frame closes the connection with CloseTooLarge
	MaxServerBytes = 512 << 10 // of a frame from the server
	MaxFixes       = 100       // fixes in one position frame
	MaxOffers      = 50        // offers in one answer
	MaxText        = 512       // bytes in any one text field of a client's frame
)

// Kind names a frame. Its text form is the JSON member "t", its number the first byte of a binary frame.
type Kind uint8

// Frames from the device. Numbers are part of the protocol.
const (
	KindHello     Kind = 1 + iota // first frame: who I am
	KindPosition                  // one or more fixes, oldest first
	KindMood                      // an affect that the person told or the phone computed
	KindPull                      // what is near me now?
	KindDelivered                 // I have this delivery
	KindFeedback                  // opened, dismissed, liked, not interested
	KindConsent                   // a switch was moved
	KindErase                     // forget me
	KindTrip                      // I am on my way to somewhere, or no longer
)

// Frames from the server.
const (
	KindWelcome   Kind = 65 + iota // answer to hello
	KindOffer                      // a pushed offer
	KindOffers                     // answer to pull
	KindWithdrawn                  // an offer that was delivered holds no longer
	KindHint                       // when to speak next, unasked
	KindAck                        // answer to every other frame of the device
	KindError                      // a frame was refused
	KindGoodbye                    // the server is about to close, and why
)

// Frame is one message. Every frame of this package is a pointer to one of the structs below.
type Frame interface {
	Kind() Kind
}

// Hello opens a session. It must be the first frame; Seq of all frames of a session rises.
type Hello struct {
	Seq    uint64 `json:"seq"`
	Token  string `json:"token"`           // device token from the opt-in
	Device string `json:"device,omitzero"` // opaque id of the installation
	SDK    string `json:"sdk,omitzero"`    // name and version of the client
	// Simulated asks for a session on the client's own clock: the time of each frame is the session's now. Refused
	// unless the user was opted in as simulated.
	Simulated bool `json:"simulated,omitzero"`
}

// Fix is one measured position. Missing numbers are negative (speed, course) or zero (accuracy).
type Fix struct {
	Lat      float64 `json:"lat"`               // degrees, -90 to 90
	Lon      float64 `json:"lon"`               // degrees, -180 to 180
	Accuracy float64 `json:"acc,omitzero"`      // metres, 68 %
	Speed    float64 `json:"speed,omitempty"`   // m/s; absent or negative: unknown
	Course   float64 `json:"course,omitempty"`  // degrees clockwise from north; absent or negative: unknown
	At       int64   `json:"at"`                // Unix milliseconds, when it was measured
	Mock     bool    `json:"mock,omitzero"`     // from a mock provider
	Replayed bool    `json:"replayed,omitzero"` // was buffered while offline
}

// Position reports fixes, oldest first, at most MaxFixes.
type Position struct {
	Seq   uint64 `json:"seq"`
	Fixes []Fix  `json:"fixes"`
}

// Mood reports an affect. Raw signals have no frame: they never leave the phone.
type Mood struct {
	Seq        uint64  `json:"seq"`
	Valence    float64 `json:"valence"`         // -1 to 1
	Arousal    float64 `json:"arousal"`         // -1 to 1
	Confidence float64 `json:"confidence"`      // above 0, to 1
	Source     string  `json:"source"`          // self, wearable, face, voice, typing
	Stress     float64 `json:"stress,omitzero"` // probability that a device gave, 0 to 1; not with self
	At         int64   `json:"at"`              // Unix milliseconds
}

// LogValue hides how the person feels.
func (*Mood) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// Pull asks for offers near a point; without one, near the last fix.
type Pull struct {
	Seq        uint64   `json:"seq"`
	Lat        *float64 `json:"lat,omitempty"`
	Lon        *float64 `json:"lon,omitempty"`
	Radius     float64  `json:"radius,omitzero"` // metres; 0: the server's choice
	Limit      int      `json:"limit,omitzero"`  // 0: the server's choice, at most MaxOffers
	Categories []string `json:"categories,omitempty"`
	Cursor     string   `json:"cursor,omitzero"` // from the previous answer
	At         int64    `json:"at,omitzero"`     // only read in a simulated session
}

// Delivered acknowledges an offer frame; without it the server tries another channel.
type Delivered struct {
	Seq      uint64 `json:"seq"`
	Delivery string `json:"delivery"`
}

// Feedback says what the person did with an offer.
type Feedback struct {
	Seq      uint64 `json:"seq"`
	Delivery string `json:"delivery,omitzero"` // one of delivery and offer
	Offer    string `json:"offer,omitzero"`
	Action   string `json:"action"` // opened, dismissed, liked, not_interested, not_now, less_like_this, never_brand, never_merchant
	At       int64  `json:"at"`
}

// Consent moves one switch.
type Consent struct {
	Seq     uint64 `json:"seq"`
	Purpose string `json:"purpose"`         // location, mood, purchases, push
	Granted *bool  `json:"granted"`         // required: a withdrawal is said outright
	Policy  string `json:"policy,omitzero"` // version of the text that the person saw; required with a grant; with sources that of the notices
	Level   string `json:"level,omitzero"`  // with a grant of mood: quiet or help; absent: as it was, at first quiet
	At      int64  `json:"at,omitzero"`     // only read in a simulated session

	// With mood: what it is about. Absent from a grant: as they were, at first self alone; from a withdrawal: all.
	Sources []string `json:"sources,omitempty"` // self, wearable, face, voice, typing
}

// Erase asks to be forgotten. The server answers with Goodbye and CloseErased when it is done.
type Erase struct {
	Seq uint64 `json:"seq"`
}

// Trip says where the person is going, and how, or that they go there no longer. A new one replaces the one before; it
// ends by itself on arrival.
type Trip struct {
	Seq    uint64   `json:"seq"`
	Action string   `json:"action"`         // start, stop
	Lat    *float64 `json:"lat,omitempty"`  // of the destination; a start has a point or a place
	Lon    *float64 `json:"lon,omitempty"`  // of the destination
	Place  string   `json:"place,omitzero"` // the destination, if it is one of the catalogue
	Mode   string   `json:"mode,omitzero"`  // walk, bike, car, transit; absent: told by the speed
	At     int64    `json:"at,omitzero"`    // only read in a simulated session
}

// Welcome answers Hello.
type Welcome struct {
	Seq       uint64   `json:"seq"` // of the hello
	Session   string   `json:"session"`
	Now       int64    `json:"now"`                 // server's time, Unix milliseconds
	Consents  []string `json:"consents"`            // purposes granted now
	MoodLevel string   `json:"moodLevel,omitempty"` // off, quiet, help

	MoodSources []string `json:"moodSources,omitempty"` // that mood may come from now: self, wearable, face, voice, typing
	Deployment  string   `json:"deployment,omitzero"`   // work, school: biometric sources of mood are never taken here
}

// Offer is an offer as a person sees it, pushed or in an answer.
type Offer struct {
	ID       string   `json:"id"`
	Delivery string   `json:"delivery,omitzero"` // absent in answers to a pull
	Title    string   `json:"title"`
	Text     string   `json:"text,omitzero"`
	Terms    string   `json:"terms,omitzero"`
	Image    string   `json:"image,omitzero"` // https URL
	Label    string   `json:"label,omitzero"` // a sentence that says who pays for it to be shown; show it with the title
	Merchant string   `json:"merchant"`       // name
	Place    Place    `json:"place,omitzero"`
	Category string   `json:"category"`
	Brand    string   `json:"brand,omitzero"`
	Reward   Reward   `json:"reward"`
	MinSpend *Money   `json:"minSpend,omitempty"` // only for a purchase of at least so much
	Items    []string `json:"items,omitempty"`    // SKUs of what it is about
	Trigger  string   `json:"trigger"`            // why now: enter, exit, dwell, nearby, crossed, on_the_way, follow_up, pull
	Distance float64  `json:"distance"`           // metres to the place
	Detour   float64  `json:"detour,omitzero"`    // minutes that it adds to the way; with on_the_way
	Score    float64  `json:"score"`              // 0 to 1: how well it fits; need not fall from one offer to the next
	Starts   int64    `json:"starts,omitzero"`    // Unix milliseconds
	Ends     int64    `json:"ends,omitzero"`      // Unix milliseconds
	Reasons  []Reason `json:"reasons"`            // strongest first, never empty
	NotUsed  []string `json:"notUsed,omitempty"`  // what was left out of account: mood, purchases
	Version  int      `json:"version,omitzero"`   // of the offer: what was read is what holds
	Rating   *Rating  `json:"rating,omitempty"`   // of the offer by those who redeemed it; absent: too few

	Controls []Control `json:"controls,omitempty"` // what one tap can change; with a delivery
	More     []Offer   `json:"more,omitempty"`     // of a digest: the others, each a delivery of its own; one acknowledgement is enough
}

// Rating is what people gave who used an offer or were at a place; only where they are enough not to show anybody.
type Rating struct {
	Average float64 `json:"average"` // 1 to 5 stars
	Count   int     `json:"count"`
}

// Control is something that one tap changes: a feedback action, or pause.
type Control struct {
	Action string `json:"action"` // not_now, less_like_this, never_brand, never_merchant, pause
	Text   string `json:"text"`   // in the person's language
}

// Place is where an offer holds.
type Place struct {
	ID   string  `json:"id,omitzero"`
	Name string  `json:"name,omitzero"`
	Lat  float64 `json:"lat"`
	Lon  float64 `json:"lon"`

	Rating *Rating `json:"rating,omitempty"` // of the place by those who were there

	Open  *bool `json:"open,omitempty"` // now; absent: not known
	Opens int64 `json:"opens,omitzero"` // of a closed one: when next, Unix milliseconds
}

// Money is an amount of a currency.
type Money struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"` // ISO 4217
}

// Reward is what the person gets.
type Reward struct {
	Kind     string  `json:"kind"`              // percent, amount, two_for_one, free_item, points, none
	Value    float64 `json:"value,omitzero"`    // percent, or amount in Currency, or points
	Currency string  `json:"currency,omitzero"` // ISO 4217
	Max      float64 `json:"max,omitzero"`      // the most that it is worth, in Currency
	Item     string  `json:"item,omitzero"`     // what free_item and two_for_one give
}

// Reason is one term of the score, as data and as a sentence in the person's language.
type Reason struct {
	Code  string  `json:"code"`
	Text  string  `json:"text"`
	Share float64 `json:"share"` // of the positive terms, 0 to 1
}

// Offers answers Pull.
type Offers struct {
	Seq    uint64  `json:"seq"` // of the pull
	Offers []Offer `json:"offers"`
	Cursor string  `json:"cursor,omitzero"` // absent on the last page
}

// Withdrawn takes a delivered offer back.
type Withdrawn struct {
	Offer  string `json:"offer"`
	Reason string `json:"reason"` // stopped, paused, changed, expired, sold_out, blocked
}

// Hint tells when to speak next: after this many metres or seconds, whichever comes first.
type Hint struct {
	Metres  float64 `json:"metres"`
	Seconds float64 `json:"seconds"`
}

// Ack answers a frame that was taken. Accepted counts the fixes of a position frame that were used; Hint goes
// with positions.
type Ack struct {
	Seq      uint64 `json:"seq"`
	Accepted int    `json:"accepted,omitzero"`
	Hint     *Hint  `json:"hint,omitempty"`
}

// Error refuses a frame, or some fixes of it. The session goes on unless Goodbye follows.
type Error struct {
	Seq        uint64 `json:"seq,omitzero"` // of the refused frame; absent if it could not be read
	Code       string `json:"code"`
	Field      string `json:"field,omitzero"`
	Message    string `json:"message"`
	RetryAfter int64  `json:"retryAfter,omitzero"` // milliseconds
}

// Goodbye comes before the server closes.
type Goodbye struct {
	Code      int    `json:"code"` // the close code that follows
	Reason    string `json:"reason"`
	Reconnect int64  `json:"reconnect,omitzero"` // milliseconds to wait before coming back; absent: do not
}

func (*Hello) Kind() Kind     { return KindHello }
func (*Position) Kind() Kind  { return KindPosition }
func (*Mood) Kind() Kind      { return KindMood }
func (*Pull) Kind() Kind      { return KindPull }
func (*Delivered) Kind() Kind { return KindDelivered }
func (*Feedback) Kind() Kind  { return KindFeedback }
func (*Consent) Kind() Kind   { return KindConsent }
func (*Erase) Kind() Kind     { return KindErase }
func (*Trip) Kind() Kind      { return KindTrip }
func (*Welcome) Kind() Kind   { return KindWelcome }
func (*Offer) Kind() Kind     { return KindOffer }
func (*Offers) Kind() Kind    { return KindOffers }
func (*Withdrawn) Kind() Kind { return KindWithdrawn }
func (*Hint) Kind() Kind      { return KindHint }
func (*Ack) Kind() Kind       { return KindAck }
func (*Error) Kind() Kind     { return KindError }
func (*Goodbye) Kind() Kind   { return KindGoodbye }
