package simulator

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/wire"
)

// Act is something that a person does with the phone or in a shop: one of the types below.
type Act interface {
	do(ctx context.Context, s *session) error
}

// Tell taps how the person feels; -1 to 1 both. It is left out without the consent mood.
type Tell struct{ Valence, Arousal float64 }

// Buy tells of a purchase. It is left out without the consent purchases.
type Buy struct {
	Category, Brand string
	Amount          float64       // euros
	Ago             time.Duration // how long ago it was
}

// Ask looks what is near, and perhaps takes the best of it.
type Ask struct {
	Radius     float64 // metres; 0: the server's choice
	Categories []string
}

// Choose says what helps in a mood.
type Choose struct {
	State      string
	Categories []string
}

// Look opens "what do you know about me?".
type Look struct{}

// Block keeps a merchant, a brand or a category away.
type Block struct{ Kind, Value string }

// Leave erases the person. Nothing comes after it.
type Leave struct{}

// redeem uses an offer that the person went to.
type redeem struct {
	offer wire.Offer
	index int // of the delivery in the person's tally; -1: it was found by a pull
}

// selfReport is how sure a tap is.
const selfReport = 0.9

// report taps how the person feels at that moment.
type report struct{}

func (report) do(ctx context.Context, s *session) error {
	return s.person.feel.tell(s.now).do(ctx, s)
}

func (a Tell) do(ctx context.Context, s *session) error {
	if !s.person.allows("mood") {
		return nil
	}
	frame := &wire.Mood{Valence: a.Valence, Arousal: a.Arousal, Confidence: selfReport, Source: "self", At: s.now.UnixMilli()}
	if _, err := s.exchange(ctx, frame); err != nil {
		return err
	}
	if b := s.person.band; b != nil {
		b.tap(mood.Affect{Valence: a.Valence, Arousal: a.Arousal, Confidence: selfReport, Source: mood.SelfReport, At: s.now})
	}
	s.tally.Moods++
	s.tell(MoodTold{s.who(), a.Valence, a.Arousal})
	return nil
}

func (a Buy) do(ctx context.Context, s *session) error {
	if !s.person.allows("purchases") {
		return nil
	}
	in := api.Purchase{Category: a.Category, Brand: a.Brand, Amount: a.Amount, At: s.now.Add(-a.Ago).UTC()}
	if a.Amount > 0 {
		in.Currency = "EUR"
	}
	if err := s.persist(ctx, func() error { _, err := s.phone.Purchase(ctx, in); return err }); err != nil {
		return err
	}
	s.tally.Purchases++
	return nil
}

func (a Ask) do(ctx context.Context, s *session) error {
	answer, err := s.exchange(ctx, &wire.Pull{Radius: a.Radius, Categories: a.Categories, At: s.now.UnixMilli()})
	if err != nil {
		return err
	}
	page, ok := answer.(*wire.Offers)
	if !ok {
		return unexpected(answer)
	}
	s.tally.Pulls++
	s.tell(Pulled{s.who(), len(page.Offers)})
	s.tally.pulled(page.Offers, s.now)
	if len(page.Offers) == 0 {
		return nil
	}
	best := keep(&page.Offers[0])
	if s.person.take(&best, s.now) != Accepted {
		return nil
	}
	if err := s.feedback(ctx, &wire.Feedback{Offer: best.ID, Action: "opened"}); err != nil {
		return err
	}
	return s.goFor(ctx, best, -1)
}

func (a Choose) do(ctx context.Context, s *session) error {
	return s.prefer(ctx, func(p *api.Preferences) {
		p.Mood = append(p.Mood, api.MoodChoice{State: a.State, Categories: a.Categories})
		s.tell(Chosen{s.who(), a.State, a.Categories})
	})
}

func (a Block) do(ctx context.Context, s *session) error {
	return s.prefer(ctx, func(p *api.Preferences) {
		p.Blocked = append(p.Blocked, api.Block{Kind: a.Kind, Value: a.Value})
		s.tell(Blocked{s.who(), a.Kind, a.Value})
	})
}

func (Look) do(ctx context.Context, s *session) error {
	me, err := s.me(ctx)
	if err != nil {
		return err
	}
	s.tell(Looked{s.who(), me})
	return nil
}

func (Leave) do(ctx context.Context, s *session) error {
	if _, err := s.me(ctx); err != nil { // the last chance to see what was held back
		return err
	}
	var receipt api.Receipt
	err := s.persist(ctx, func() (err error) { receipt, err = s.phone.Erase(ctx); return err })
	if err != nil {
		return err
	}
	s.tally.Erased = true
	s.tell(Erased{s.who(), receipt.Holders})
	return nil
}

func (a redeem) do(ctx context.Context, s *session) error {
	in := api.Redeem{At: s.now.UTC(), Redeem: true} // its merchants have no tills
	setID(&in.Offer, a.offer.ID)
	err := s.persist(ctx, func() error { _, err := s.phone.Redeem(ctx, in); return err })
	if refused(err) { // sold out, stopped, used before: the person pays the full price or leaves
		s.tally.outcome(a.index, Missed)
		return nil
	}
	if err != nil {
		return err
	}
	s.tally.Redemptions++
	s.tally.outcome(a.index, Redeemed)
	s.tell(Used{s.who(), a.offer})
	return Buy{Category: a.offer.Category, Brand: a.offer.Brand}.do(ctx, s)
}

// setID writes an id of another room into a field of a request.
func setID[T ~string](field *T, id string) { *field = T(id) }
