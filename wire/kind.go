package wire

import (
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// kinds is the one list of frames.
var kinds = [...]row{
	{KindHello, "hello", Device, func() Frame { return new(Hello) }, strictJSON[Hello]},
	{KindPosition, "position", Device, func() Frame { return new(Position) }, strictJSON[Position]},
	{KindMood, "mood", Device, func() Frame { return new(Mood) }, strictJSON[Mood]},
	{KindPull, "pull", Device, func() Frame { return new(Pull) }, strictJSON[Pull]},
	{KindDelivered, "delivered", Device, func() Frame { return new(Delivered) }, strictJSON[Delivered]},
	{KindFeedback, "feedback", Device, func() Frame { return new(Feedback) }, strictJSON[Feedback]},
	{KindConsent, "consent", Device, func() Frame { return new(Consent) }, strictJSON[Consent]},
	{KindErase, "erase", Device, func() Frame { return new(Erase) }, strictJSON[Erase]},
	{KindWelcome, "welcome", Server, func() Frame { return new(Welcome) }, strictJSON[Welcome]},
	{KindOffer, "offer", Server, func() Frame { return new(Offer) }, strictJSON[Offer]},
	{KindOffers, "offers", Server, func() Frame { return new(Offers) }, strictJSON[Offers]},
	{KindWithdrawn, "withdrawn", Server, func() Frame { return new(Withdrawn) }, strictJSON[Withdrawn]},
	{KindHint, "hint", Server, func() Frame { return new(Hint) }, strictJSON[Hint]},
	{KindAck, "ack", Server, func() Frame { return new(Ack) }, strictJSON[Ack]},
	{KindError, "error", Server, func() Frame { return new(Error) }, strictJSON[Error]},
	{KindGoodbye, "goodbye", Server, func() Frame { return new(Goodbye) }, strictJSON[Goodbye]},
}

type row struct {
	kind Kind
	name string
	from Side
	make func() Frame
	json func(data []byte) (Frame, error)
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
