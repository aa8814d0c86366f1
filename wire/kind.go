package wire

import (
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// kinds is the one list of frames.
var kinds = [...]row{
	{KindHello, "hello", Device, func() Frame { return new(Hello) }, readJSON[Hello]},
	{KindPosition, "position", Device, func() Frame { return new(Position) }, readJSON[Position]},
	{KindMood, "mood", Device, func() Frame { return new(Mood) }, readJSON[Mood]},
	{KindPull, "pull", Device, func() Frame { return new(Pull) }, readJSON[Pull]},
	{KindDelivered, "delivered", Device, func() Frame { return new(Delivered) }, readJSON[Delivered]},
	{KindFeedback, "feedback", Device, func() Frame { return new(Feedback) }, readJSON[Feedback]},
	{KindConsent, "consent", Device, func() Frame { return new(Consent) }, readJSON[Consent]},
	{KindErase, "erase", Device, func() Frame { return new(Erase) }, readJSON[Erase]},
	{KindTrip, "trip", Device, func() Frame { return new(Trip) }, readJSON[Trip]},
	{KindWelcome, "welcome", Server, func() Frame { return new(Welcome) }, readJSON[Welcome]},
	{KindOffer, "offer", Server, func() Frame { return new(Offer) }, readJSON[Offer]},
	{KindOffers, "offers", Server, func() Frame { return new(Offers) }, readJSON[Offers]},
	{KindWithdrawn, "withdrawn", Server, func() Frame { return new(Withdrawn) }, readJSON[Withdrawn]},
	{KindHint, "hint", Server, func() Frame { return new(Hint) }, readJSON[Hint]},
	{KindAck, "ack", Server, func() Frame { return new(Ack) }, readJSON[Ack]},
	{KindError, "error", Server, func() Frame { return new(Error) }, readJSON[Error]},
	{KindGoodbye, "goodbye", Server, func() Frame { return new(Goodbye) }, readJSON[Goodbye]},
}

type row struct {
	kind Kind
	name string
	from Side
	make func() Frame
	json func(data []byte, strict bool) (Frame, error)
}

func kindRow(k Kind) *row {
	for i := range kinds {
		if kinds[i].kind == k {
			return &kinds[i]
		}
	}
	return nil
}

// String returns the text form, or "unknown".
func (k Kind) String() string {
	if r := kindRow(k); r != nil {
		return r.name
	}
	return "unknown"
}

// From returns the side that sends frames of this kind; 0 for an unknown kind.
func (k Kind) From() Side {
	if r := kindRow(k); r != nil {
		return r.from
	}
	return 0
}

// ParseKind reads the text form.
func ParseKind(s string) (Kind, error) {
	for i := range kinds {
		if kinds[i].name == s {
			return kinds[i].kind, nil
		}
	}
	return 0, fault.Field("t", "must be the name of a frame")
}

// markMissing fills what the zero value can't tell from "not there" with NaN, which no Check lets pass.
func markMissing(f Frame) Frame {
	if m, ok := f.(*Mood); ok {
		m.Valence, m.Arousal, m.Confidence = math.NaN(), math.NaN(), math.NaN()
	}
	return f
}

func list(names []string) string { return strings.Join(names, ", ") }
