package api

import (
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
	Preferences Preferences        `json:"preferences"`
	LastFix     *LastFix           `json:"lastFix,omitempty"`
	Mood        *MoodNow           `json:"mood,omitempty"`
	Interests   []string           `json:"interests"`  // categories that the person named
	Affinities  []Affinity         `json:"affinities"` // what was learned
	Purchases   []Purchase         `json:"purchases"`
	Redemptions []Redemption       `json:"redemptions"`
	Deliveries  []Delivery         `json:"deliveries"`
	Suppressed  []Suppressed       `json:"suppressed"`
	PushTokens  int                `json:"pushTokens"`
	Pushes      []time.Time        `json:"pushes"` // newest first
	Memory      jsontext.Value     `json:"memory"` // what the matcher remembers, as it is stored
}

// LastFix is the last known position.
type LastFix struct {
	Lat float64   `json:"lat"`
	Lon float64   `json:"lon"`
	At  time.Time `json:"at"`
}

// MoodNow is the present estimate of the person's mood.
type MoodNow struct {
	Valence    float64 `json:"valence"`
	Arousal    float64 `json:"arousal"`
	Confidence float64 `json:"confidence"`
	State      string  `json:"state"`
}

// Delivery is an offer that was sent and what became of it.
type Delivery struct {
	ID      id.Delivery `json:"id"`
	At      time.Time   `json:"at"`
	Status  string      `json:"status"` // queued, delivered, opened, dismissed, liked, not_interested
	Offer   wire.Offer  `json:"offer"`
	Changed time.Time   `json:"changed"`
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
