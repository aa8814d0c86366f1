package api

import (
	"log/slog"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/wire"
)

// Account is everything held about a person: the answer to "what do you know about me?".
type Account struct {
	User        id.User            `json:"user"`
	Created     time.Time          `json:"created"`
	Simulated   bool               `json:"simulated"`
	Minor       bool               `json:"minor"`
	Consents    map[string]Consent `json:"consents"`
	MoodLevel   string             `json:"moodLevel"`
	MoodSources map[string]Consent `json:"moodSources"` // by source; they count while mood is granted
	Deployment  string             `json:"deployment"`  // whom the server serves: public, work, school
	Preferences Preferences        `json:"preferences"`
	LastFix     *LastFix           `json:"lastFix,omitempty"`
	Mood        *MoodNow           `json:"mood,omitempty"`
	MoodHeard   []MoodHeard        `json:"moodHeard"`  // what the estimate rests on: the newest of each source
	Interests   []string           `json:"interests"`  // categories that the person named
	Affinities  []Affinity         `json:"affinities"` // what was learned
	Purchases   []Purchase         `json:"purchases"`
	Shopping    []Want             `json:"shopping,omitempty"` // the shopping list
	Redemptions []Redemption       `json:"redemptions"`
	Loyalty     []LoyaltyAt        `json:"loyalty"` // points, by merchant
	Deliveries  []Delivery         `json:"deliveries"`
	Suppressed  []Suppressed       `json:"suppressed"`
	Visits      []Visit            `json:"visits"`
	Learned     Learned            `json:"learned"`
	Ratings     []Rating           `json:"ratings"`
	Waiting     []Waiting          `json:"waiting"` // for the end of the quiet hours, or for the digest
	Reaches     []ReachMemory      `json:"reaches"` // of offers, that the person is in or was in of late
	Trip        *Trip              `json:"trip,omitempty"`
	Stays       []Stay             `json:"stays"`  // where the person used to stay
	Chains      []Step             `json:"chains"` // offers that wait because others were used
	PushTokens  int                `json:"pushTokens"`
	Pushes      []time.Time        `json:"pushes"` // newest first
	Memory      jsontext.Value     `json:"memory"` // what the matcher remembers, as it is stored
}

// Learned is what the learned part of the matcher keeps of a person.
type Learned struct {
	Been    []Been      `json:"been"`    // oldest first, 256 at most: what tells where they may go next
	Answers []Answered  `json:"answers"` // to offers, by what they have in common
	Moods   []MoodTaste `json:"moods"`   // answers by mood, of those who let it help; gone with that
	Waiting int         `json:"waiting"` // deliveries that wait for an answer to learn from
}

// Been is a visit to a place, to the minute.
type Been struct {
	Place id.Place  `json:"place,omitzero"` // absent if the place is gone
	At    time.Time `json:"at"`
}

// Answered is how often offers of a kind were shown and taken; what is long ago counts less.
type Answered struct {
	To    string  `json:"to"`             // all, category, merchant, reward, or gone: no offer is of that kind any more
	Name  string  `json:"name,omitempty"` // of the category or the reward, or the merchant's id
	Shown float64 `json:"shown"`
	Taken float64 `json:"taken"`
}

// MoodTaste is how often offers of a group of categories were answered, and taken, in a mood.
type MoodTaste struct {
	State string  `json:"state"`
	Group string  `json:"group"`
	Shown float64 `json:"shown"`
	Taken float64 `json:"taken"`
}

// LogValue hides what somebody takes in a mood.
func (MoodTaste) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// ReachMemory is what is remembered of the person and an offer's reach, as long as they are in it or a cool-down lasts.
type ReachMemory struct {
	Offer   id.Offer  `json:"offer"`
	Place   id.Place  `json:"place,omitzero"`
	Since   time.Time `json:"since,omitzero"`   // in it since then
	Entered time.Time `json:"entered,omitzero"` // told last
	Exited  time.Time `json:"exited,omitzero"`
	Dwelled time.Time `json:"dwelled,omitzero"`
	Crossed time.Time `json:"crossed,omitzero"`
}

// LastFix is the last known position.
type LastFix struct {
	Lat float64   `json:"lat"`
	Lon float64   `json:"lon"`
	At  time.Time `json:"at"`
}

// MoodNow is the present estimate of the person's mood; unknown if nothing told it of late.
type MoodNow struct {
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
	Distress   float64 `json:"distress"` // probability of feeling markedly bad or stressed; only guard rails use it
	State      string  `json:"state"`
}

// LogValue hides how the person feels.
func (MoodNow) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// MoodHeard is the time of a source's newest observation.
type MoodHeard struct {
	Source string    `json:"source"` // self, wearable, face, voice, typing
	At     time.Time `json:"at"`
}

// Delivery is an offer that was sent and what became of it.
type Delivery struct {
	ID      id.Delivery `json:"id"`
	At      time.Time   `json:"at"`
	Status  string      `json:"status"` // queued, sent (the push service has it), delivered, or the last feedback
	Offer   wire.Offer  `json:"offer"`
	Changed time.Time   `json:"changed"`

	Channel    string        `json:"channel,omitzero"`    // the first one that it was given to: socket, fcm, webpush
	Sponsored  string        `json:"sponsored,omitzero"`  // who paid for it to be shown
	Confidence int           `json:"confidence,omitzero"` // in what the trigger saw: 1 (low) to 3 (high)
	Propensity float64       `json:"propensity,omitzero"` // probability with which it was chosen; below 1 where chance had a part
	More       []id.Delivery `json:"more,omitempty"`      // that came with it in one digest
}

// Why is the whole answer to "why do I see this?".
type Why struct {
	Delivery   id.Delivery    `json:"delivery"`
	Offer      id.Offer       `json:"offer"`
	Title      string         `json:"title"`
	Merchant   string         `json:"merchant"` // name
	At         time.Time      `json:"at"`
	Status     string         `json:"status"`
	Trigger    string         `json:"trigger"`              // what brought it up
	Confidence int            `json:"confidence,omitzero"`  // in what the trigger saw: 1 (low) to 3 (high)
	Sponsored  string         `json:"sponsored,omitzero"`   // who paid for it to be shown
	Reasons    []wire.Reason  `json:"reasons"`              // strongest first; the shares sum to 1
	NotUsed    []Told         `json:"notUsed,omitempty"`    // what could have played a part, but the person does not allow it
	NeverAsked []Told         `json:"neverAsked,omitempty"` // what nobody was ever asked for
	Controls   []wire.Control `json:"controls,omitempty"`   // what one tap can change
}

// Told is a fact with its sentence in the person's language.
type Told struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// WhyNot is an offer that was held back, why, and what the person can do about it.
type WhyNot struct {
	Offer    id.Offer  `json:"offer"`
	Title    string    `json:"title,omitzero"`    // absent: the offer is gone
	Merchant string    `json:"merchant,omitzero"` // name
	Code     string    `json:"code"`
	Text     string    `json:"text"` // in the person's language
	At       time.Time `json:"at"`
	Change   *Told     `json:"change,omitempty"` // the preference or consent that would change it
}

// Visit is a stop at a place, long enough to count.
type Visit struct {
	Place id.Place `json:"place"`
	Name  string   `json:"name"`
	Day   string   `json:"day"` // 2006-01-02
}

// Waiting is an offer that came up while nothing could be sent.
type Waiting struct {
	Offer   id.Offer  `json:"offer"`
	Trigger string    `json:"trigger"`
	At      time.Time `json:"at"`
}

// Suppressed is an offer that was not sent, and why.
type Suppressed struct {
	Offer id.Offer  `json:"offer"`
	Code  string    `json:"code"`
	Text  string    `json:"text,omitzero"` // in the person's language
	At    time.Time `json:"at"`
}

// Affinity is what was learned about one kind of thing.
type Affinity struct {
	Kind   string  `json:"kind"` // merchant, brand, category
	Name   string  `json:"name"`
	Weight float64 `json:"weight"` // -1 to 1
}
