package api

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/id"
)

// WebhookInput is what a caller may set of a webhook.
type WebhookInput struct {
	Merchant id.Merchant `json:"merchant,omitzero"` // whose events; required, unless the key is bound to a merchant
	URL      string      `json:"url"`               // https, port 443 or 8443
	Events   []string    `json:"events"`            // types, or "*" for all
	Enabled  *bool       `json:"enabled,omitempty"` // absent: true
	Name     string      `json:"name,omitzero"`     // for people
}

// Webhook is an endpoint to which events go. Secret is shown when it is made and when it is rotated, and never again.
type Webhook struct {
	ID string `json:"id"`
	WebhookInput
	Secret       Secret    `json:"secret,omitzero"`
	OldUntil     time.Time `json:"oldUntil,omitzero"`     // until then the secret before this one signs, too
	Note         string    `json:"note,omitzero"`         // why the server disabled it
	FailingSince time.Time `json:"failingSince,omitzero"` // no attempt has succeeded since
	Waiting      int       `json:"waiting"`               // messages to be sent, or sent again
	Dead         int       `json:"dead"`                  // messages given up
	Record
}

// WebhookAttempt is one attempt to deliver a message.
type WebhookAttempt struct {
	Event   string    `json:"event"` // id: what webhook-id says
	Type    string    `json:"type"`
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"`          // 1 is the first
	Status  int       `json:"status,omitzero"`  // HTTP status; absent: there was no answer
	Problem string    `json:"problem,omitzero"` // timeout, address_refused, connect_failed, tls_failed, redirect, status; absent: it went well
	Millis  int       `json:"millis"`           // how long it took
	Next    time.Time `json:"next,omitzero"`    // when it will be tried again
}

// DeadLetter is a message that was given up.
type DeadLetter struct {
	Event    string         `json:"event"`
	Type     string         `json:"type"`
	At       time.Time      `json:"at"`   // when it was to be told first
	Died     time.Time      `json:"died"` // when it was given up
	Attempts int            `json:"attempts"`
	Problem  string         `json:"problem"` // of the last attempt
	Payload  jsontext.Value `json:"payload"`
}

// WebhookReplay names the dead letters to send again: one, or all since a time.
type WebhookReplay struct {
	Event string    `json:"event,omitzero"`
	Since time.Time `json:"since,omitzero"` // by when they were to be told first
}

// WebhookReplayed tells how many go out again.
type WebhookReplayed struct {
	Replayed int `json:"replayed"`
}

// EventMessage is the body of a webhook.
type EventMessage struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      EventData `json:"data"`
}

// EventData is what a merchant is told about an event. User is a name for the person that this merchant alone sees.
type EventData struct {
	Mode       string      `json:"mode"`
	Merchant   id.Merchant `json:"merchant"`
	Offer      id.Offer    `json:"offer,omitzero"`
	Version    int         `json:"version,omitzero"`
	Place      id.Place    `json:"place,omitzero"`
	User       string      `json:"user,omitzero"`
	Delivery   string      `json:"delivery,omitzero"`
	Redemption string      `json:"redemption,omitzero"`
	Trigger    string      `json:"trigger,omitzero"`
	Channel    string      `json:"channel,omitzero"`
	Code       string      `json:"code,omitzero"` // of a refusal at a till
	Confidence int         `json:"confidence,omitzero"`
	Amount     float64     `json:"amount,omitzero"`
	Discount   float64     `json:"discount,omitzero"`
	Currency   string      `json:"currency,omitzero"`
}
