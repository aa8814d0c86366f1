package offerkit

import "math"

// Unknown stands for a speed, course or accuracy that the platform does not know.
const Unknown float64 = -1

// Choices is what the person chose at the opt-in. At least one purpose must be allowed.
type Choices struct {
	Location    bool
	Purchases   bool
	Push        bool
	MoodLevel   string // off, quiet or help; empty: off
	MoodSources string // self, wearable, face, voice, typing, with commas; empty with a level: self
	Policy      string // version of the text that the person saw
	MoodPolicy  string // version of the notices (Kit.Notices), needed for sources other than self; empty: Policy
	Interests   string // categories, with commas
	Attributes  string // what the person tells about themselves, such as student, with commas
	Minor       bool   // under age: mood can't be allowed
}

// NewChoices allows nothing.
func NewChoices() *Choices { return &Choices{} }

// Consents is what the person allows now, as this device knows it.
type Consents struct {
	Location    bool
	Mood        bool
	Purchases   bool
	Push        bool
	MoodLevel   string // off, quiet or help
	MoodSources string // with commas
}

// Fix is one position as the platform measured it.
type Fix struct {
	Lat        float64 // degrees, -90 to 90
	Lon        float64 // degrees, -180 to 180
	AccuracyM  float64 // metres, 68 %; 0 or less: unknown
	SpeedMps   float64 // metres per second; Unknown if not known
	CourseDeg  float64 // degrees clockwise from north; Unknown if not known
	UnixMillis int64   // when it was measured
	Mock       bool    // from a mock provider: taken with test keys only
}

// NewFix returns a fix without speed and course.
func NewFix(lat float64, lon float64, accuracyM float64, unixMillis int64) *Fix {
	return &Fix{Lat: lat, Lon: lon, AccuracyM: accuracyM, SpeedMps: Unknown, CourseDeg: Unknown, UnixMillis: unixMillis}
}

// DeviceState is what the plan depends on. The host reports it whenever it changes.
type DeviceState struct {
	BatteryPercent int32 // 0 to 100; -1: unknown
	Charging       bool
	PowerSave      bool
	Foreground     bool // the app is visible: a socket may stay open, whose signs of life wake the radio every 50 s
	Motion         int32
}

// NewDeviceState returns the state of a device of which nothing is known, in the foreground.
func NewDeviceState() *DeviceState { return &DeviceState{BatteryPercent: -1, Foreground: true} }

// LocationPlan says how the host should measure from now on, until the next plan.
type LocationPlan struct {
	Priority        int32
	IntervalSeconds int32   // between positions
	FastestSeconds  int32   // positions that come sooner, for other apps, are welcome from this distance on
	DistanceM       float64 // no position is needed before the device moved so far; 0: any
	FenceLat        float64 // centre of a fence: call FenceExited when it is left
	FenceLon        float64
	FenceM          float64 // its radius; 0: no fence
	Why             string  // for logs and support screens, in English
	reaches         *ReachList
}

// Reaches are the fences to hand to the system: call ReachEntered when one is entered. It may be empty, never null.
func (p *LocationPlan) Reaches() *ReachList {
	if p == nil || p.reaches == nil {
		return &ReachList{}
	}
	return p.reaches
}

// Reach is a circle that holds the area of an offer near the person.
type Reach struct {
	OfferID string
	Lat     float64
	Lon     float64
	RadiusM float64
}

// ReachList is a list of reaches, nearest first.
type ReachList struct{ items []*Reach }

// Size is how many there are.
func (l *ReachList) Size() int32 {
	if l == nil {
		return 0
	}
	return size(len(l.items))
}

// At returns one, or null if there is none at this index.
func (l *ReachList) At(index int32) *Reach {
	if l == nil {
		return nil
	}
	return at(l.items, index)
}

// Redemption is an offer that was reserved or used.
type Redemption struct {
	ID            string
	OfferID       string
	Code          string // to read out
	Token         string // what stands in the QR code; signed, for tills without network. May be empty
	Status        string // reserved, redeemed, rolled_back, expired
	ExpiresMillis int64  // of a reservation, exclusive; 0: does not expire
}

// Purchase is something that the person bought. Kit.Purchase says what it must have.
type Purchase struct {
	PlaceID    string
	MerchantID string
	Category   string
	Brand      string
	Amount     float64
	Currency   string // ISO 4217
	UnixMillis int64  // 0: now
}

// NewPurchase returns one of a category, now.
func NewPurchase(category string, amount float64, currency string) *Purchase {
	return &Purchase{Category: category, Amount: amount, Currency: currency}
}

// Affect is how the person seems to feel, as the device reckons it. It stays on the device.
type Affect struct {
	Known      bool
	Valence    float64 // unpleasant to pleasant, -1 to 1
	Arousal    float64 // drained to activated, -1 to 1
	Confidence float64 // 0 to 1
}

// Stats are counters since the kit was made, for support screens and tests.
type Stats struct {
	Buffered   int64 // fixes that wait to be sent
	Measured   int64 // fixes given to Track
	Skipped    int64 // of them, not kept, for they tell nothing new
	Thinned    int64 // fixes dropped from a full buffer
	Sent       int64 // fixes that the server answered
	Accepted   int64 // of them, used
	Batches    int64 // messages with fixes: how often the radio was needed
	Connects   int64 // sockets opened
	Offers     int64 // deliveries told to the listener
	Repeats    int64 // deliveries that came again
	Unheard    int64 // calls of the listener that were dropped because it was too slow
	Waiting    int64 // changes and answers that wait for the network: at most 200, and all changes of consents
	Dropped    int64 // of them, the oldest that made room for newer ones; never a change of consents
	SkewMillis int64 // how far this device's clock is ahead of the server's
}

func size(n int) int32 { return int32(min(n, math.MaxInt32)) } //nolint:gosec // bounded

func at[T any](items []*T, index int32) *T {
	if index < 0 || int(index) >= len(items) {
		return nil
	}
	return items[index]
}
