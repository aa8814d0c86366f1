package push

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Limits of a message.
const (
	MaxSize        = 4096 // bytes of what FCM counts: see [Message.Size]
	MaxTokens      = 8    // devices of one person that one message goes to
	MaxToken       = 1024 // bytes of one token
	MaxCollapseKey = 64   // bytes; Apple's limit
)

// DataDelivery is the key under which the channels put the delivery id into the data of a message.
const DataDelivery = "delivery"

// Message is one delivery on its way to one person. It is passed by value; nobody changes the maps and slices it
// refers to once it was given to a channel.
type Message struct {
	ID          id.Delivery // the same on every channel and every repeat: the device drops repeats by it
	User        id.User
	CollapseKey string // a later message with the same key replaces this one, in queues and on the screen
	Title, Body string // what a notification shows, in the person's language
	Data        map[string]string
	Expires     time.Time // worthless from then on
	Tokens      []string  // FCM registration tokens of the person's devices; empty: reachable by socket only

	// Frame is what goes over a socket. It is opaque here: who makes it and the [socket.Conn] that takes it agree
	// on its type, so that each connection encodes it for its own subprotocol.
	Frame any
}

// Channel takes messages. Send does not wait for the person: nil means that the channel has taken the message
// over; the errors are those of this package. Implementations are safe for concurrent use.
type Channel interface {
	Send(ctx context.Context, m Message) error
}

// Size returns the bytes that FCM counts against its limit of [MaxSize]: title, body, collapse key, and keys and
// values of the data, the delivery id among them.
func (m *Message) Size() int {
	n := len(m.Title) + len(m.Body) + len(m.CollapseKey) + len(DataDelivery) + len(m.ID)
	for k, v := range m.Data {
		n += len(k) + len(v)
	}
	return n
}

// Check returns a fault that names what is wrong with m, [ErrExpired] if it is too late for it at now, or
// [ErrTooLarge].
func (m *Message) Check(now time.Time) error {
	if err := id.Check("id", string(m.ID), id.PrefixDelivery); err != nil {
		return err
	}
	if err := id.Check("user", string(m.User), id.PrefixUser); err != nil {
		return err
	}
	if len(m.Tokens) > MaxTokens {
		return fault.Field("tokens", "must hold at most %d tokens", MaxTokens)
	}
	for i, t := range m.Tokens {
		if t == "" || len(t) > MaxToken {
			return fault.Field("tokens["+strconv.Itoa(i)+"]", "must have 1 to %d bytes", MaxToken)
		}
	}
	for k := range m.Data {
		if reserved(k) {
			return fault.Field("data."+k, "must have another name: this one is reserved")
		}
	}
	switch {
	case len(m.CollapseKey) > MaxCollapseKey:
		return fault.Field("collapse_key", "must have at most %d bytes", MaxCollapseKey)
	case m.Expires.IsZero():
		return fault.Field("expires", "must be set: a late message is worthless")
	case !now.Before(m.Expires):
		return ErrExpired
	case m.Size() > MaxSize:
		return ErrTooLarge
	}
	return nil
}

// reserved reports whether FCM keeps a name of the data for itself.
func reserved(key string) bool {
	switch key {
	case "", "from", "message_type", "collapse_key":
		return true
	}
	return strings.HasPrefix(key, "google.") || strings.HasPrefix(key, "gcm.")
}

// LogValue shows ids and sizes, never content, tokens or who it is for.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", string(m.ID)),
		slog.String("user", m.User.Digest()),
		slog.Int("bytes", m.Size()),
		slog.Int("tokens", len(m.Tokens)),
		slog.Time("expires", m.Expires),
	)
}
