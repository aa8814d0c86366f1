package engine

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// Session is a person as one authenticated device or request sees them. It is safe for concurrent use.
type Session struct {
	p *person
}

// User returns whose session it is.
func (s *Session) User() id.User { return s.p.id }

// Mode tells whether the person lives among test or live data.
func (s *Session) Mode() offers.Mode { return s.p.mode }

// Simulated reports whether the person was opted in as simulated: their time is the time of their frames.
func (s *Session) Simulated() bool { return s.p.simulated }

// OptIn is a person's first step: at least one purpose must be granted.
type OptIn struct {
	Changes    []privacy.Change
	Language   string // "en" or "de"; empty: en
	Zone       string // IANA time zone; empty: the server's default
	Interests  []string
	Attributes []string // of offers.Attributes
	Simulated  bool
	Minor      bool // under age: the guard rails keep sensitive offers away, and mood can't be allowed
	Mode       offers.Mode
}

// OptedIn is the answer to OptIn. Token is shown once and kept only as a hash.
type OptedIn struct {
	User  id.User
	Token string
}

// Hint tells a device when to speak next: after this many metres or seconds, whichever comes first.
type Hint struct {
	Metres, Seconds float64
}

// PositionResult tells what became of a batch of fixes. Refused is the first refusal, nil if all were taken; its
// field is a path such as fixes[2].at.
type PositionResult struct {
	Accepted int
	Hint     Hint
	Refused  *fault.Error
}

// PullQuery asks for offers near At, or near the last fix if At is nil. Now is read for simulated people only.
type PullQuery struct {
	At         *geo.Point
	Radius     float64 // metres; 0: DefaultPullRadius
	Limit      int     // 0: DefaultPullLimit
	Categories []string
	Cursor     string
	Now        time.Time
}

// PullAnswer is one page of offers, best first.
type PullAnswer struct {
	Offers []wire.Offer
	Cursor string
}

// ReachQuery asks where something could come up around At, or around the last fix if At is nil. Now is read for simulated
// people only.
type ReachQuery struct {
	At    *geo.Point
	Limit int // 1 to offers.MaxReaches; 0: DefaultReaches
	Now   time.Time
}

// ReachAnswer is what a phone may watch by itself, the reach with the nearest border first. It is complete for Metres
// around, and worth asking for again after Wait.
type ReachAnswer struct {
	Reaches []offers.Reach
	Code    string // why nothing can be pushed today, one of package push; empty: something could
	Metres  float64
	Wait    time.Duration
}

// Feedback is what the person did with an offer; one of Delivery and Offer is set.
type Feedback struct {
	Delivery id.Delivery
	Offer    id.Offer
	Action   offers.Action
	At       time.Time
}

// Preferences is what the person chose about being served.
type Preferences struct {
	Push       push.Policy         `json:"push"`
	Language   string              `json:"language"`
	Zone       string              `json:"zone"`
	Blocked    []offers.Block      `json:"blocked,omitempty"`
	Mood       []offers.MoodChoice `json:"mood,omitempty"`
	Attributes []string            `json:"attributes,omitempty"` // what the person tells about themselves, of offers.Attributes

	Favourites []offers.Block `json:"favourites,omitempty"`
	// Discovery is the share of deliveries, 0 to MaxDiscovery, that goes to what is new to the person, if there is any.
	Discovery float64 `json:"discovery"`
}

// Bounds of Preferences.Discovery.
const (
	DefaultDiscovery = 0.1
	MaxDiscovery     = 0.5
)

// Suppressed is an offer that was not sent, and why.
type Suppressed struct {
	Offer id.Offer  `json:"offer"`
	Code  string    `json:"code"`
	Text  string    `json:"text,omitzero"` // in the person's language; only in an Account
	At    time.Time `json:"at"`
}

// DeliveryRecord is an offer that was sent and what became of it.
type DeliveryRecord struct {
	ID      id.Delivery `json:"id"`
	At      time.Time   `json:"at"`
	Status  string      `json:"status"` // queued, delivered, opened, dismissed, liked, not_interested
	Offer   wire.Offer  `json:"offer"`
	Changed time.Time   `json:"changed"`

	Channel    string        `json:"channel,omitzero"`    // the first one that it was given to: socket, fcm, webpush
	Sponsored  string        `json:"sponsored,omitzero"`  // who paid for it to be shown
	Confidence int           `json:"confidence,omitzero"` // in what the trigger saw: 1 (low) to 3 (high); 0: it saw no passage
	Propensity float64       `json:"propensity,omitzero"` // probability with which it was chosen; below 1 where chance had a part
	More       []id.Delivery `json:"more,omitempty"`      // that came with it in one digest
}

// MoodHeard is when a source of mood was heard last.
type MoodHeard struct {
	Source string    `json:"source"`
	At     time.Time `json:"at"`
}

// Account is everything held about a person: the answer to "what do you know about me?".
type Account struct {
	User        id.User                    `json:"user"`
	Created     time.Time                  `json:"created"`
	Simulated   bool                       `json:"simulated"`
	Minor       bool                       `json:"minor"`
	Consents    map[string]privacy.Consent `json:"consents"`
	MoodLevel   string                     `json:"moodLevel"`
	MoodSources map[string]privacy.Consent `json:"moodSources"` // by source, those that were ever moved
	Deployment  privacy.Deployment         `json:"-"`
	Preferences Preferences                `json:"preferences"`
	LastFix     *AccountFix                `json:"lastFix,omitempty"`
	Mood        *mood.Export               `json:"mood,omitempty"`
	MoodHeard   []MoodHeard                `json:"moodHeard"`
	Interests   []string                   `json:"interests"`  // declared
	Affinities  []offers.Affinity          `json:"affinities"` // learned
	Purchases   []Purchase                 `json:"purchases"`
	Shopping    []offers.Want              `json:"shopping,omitempty"` // the shopping list
	Redemptions []Redemption               `json:"redemptions"`
	Loyalty     []Loyalty                  `json:"loyalty"`
	Deliveries  []DeliveryRecord           `json:"deliveries"`
	Suppressed  []Suppressed               `json:"suppressed"`
	Reaches     []offers.ReachMemory       `json:"reaches"` // entered, left, dwelt in or crossed of late
	Trip        *Trip                      `json:"trip,omitempty"`
	Stays       []Stay                     `json:"stays"`  // where the person used to stay
	Chains      []Step                     `json:"chains"` // follow-ups that wait
	PushTokens  int                        `json:"pushTokens"`
	Visits      []Visit                    `json:"visits"`
	Learned     offers.Learned             `json:"learned"`
	Ratings     []Rating                   `json:"ratings"`
	Waiting     []offers.Kept              `json:"waiting"` // for the end of quiet hours, or for the digest
	Pushes      []time.Time                `json:"pushes"`  // when the person was interrupted, newest first
	Memory      jsontext.Value             `json:"memory"`  // what the matcher remembers, as it is stored
}

// AccountFix is the last known position in the person's own export.
type AccountFix struct {
	Lat float64   `json:"lat"`
	Lon float64   `json:"lon"`
	At  time.Time `json:"at"`
}
