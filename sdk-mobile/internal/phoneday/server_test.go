package phoneday_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app/apptest"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/phoneday"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
	"github.com/flaneur-io/flaneur/wire"
)

// both asks a server over its socket, and the reckoner, and answers as the server does.
type both struct {
	socket   *client.Socket
	reckoner *phoneday.Reckoner
	accepted int
	repeated int
	answers  int
	differ   []string // hints that are not the same
}

func (b *both) Position(now float64, fixes []wire.Fix) (phoneday.Answer, error) {
	reckoned, err := b.reckoner.Position(now, fixes)
	if err != nil {
		return reckoned, err
	}
	answer, err := b.socket.Do(&wire.Position{Fixes: fixes}, nil)
	var refused *fault.Error
	switch {
	case errors.As(err, &refused) && refused.Code == fault.CodeFixOrder: // the whole batch was there already
		b.repeated += len(fixes)
		return phoneday.Answer{}, nil
	case err != nil:
		return reckoned, err
	}
	ack, ok := answer.(*wire.Ack)
	if !ok || ack.Hint == nil {
		return reckoned, fmt.Errorf("the answer is %T without a hint", answer)
	}
	b.accepted += ack.Accepted
	b.repeated += len(fixes) - ack.Accepted
	b.answers++
	if math.Abs(ack.Hint.Metres-reckoned.Metres) > 5 || math.Abs(ack.Hint.Seconds-reckoned.Seconds) > 5 || ack.Accepted != reckoned.Accepted {
		b.differ = append(b.differ, fmt.Sprintf("%.0f s: server %d %.0f m %.0f s, reckoned %+v", now, ack.Accepted, ack.Hint.Metres, ack.Hint.Seconds, reckoned))
	}
	return phoneday.Answer{Accepted: ack.Accepted, Metres: ack.Hint.Metres, Seconds: ack.Hint.Seconds}, nil
}

// serve runs a server with reaches as offers, and returns a person's socket.
func serve(t *testing.T, reaches []phoneday.Reach, at time.Time) *client.Socket {
	t.Helper()
	s := apptest.Start(t, "", nil)
	m, err := s.Merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Chain"})
	must(t, err)
	for i, r := range reaches {
		p, err := s.Merchant.CreatePlace(t.Context(), api.PlaceInput{Merchant: m.ID, Name: fmt.Sprint("Shop ", i), Category: "restaurant.italian", Location: &r.Centre})
		must(t, err)
		circle, err := geo.NewCircle(r.Centre, r.Radius)
		must(t, err)
		_, err = s.Merchant.CreateOffer(t.Context(), api.OfferInput{
			Merchant: m.ID, Place: p.ID, Title: fmt.Sprint("Offer ", i), Category: "restaurant.italian", Reach: &circle,
			Triggers: []string{"enter"}, Reward: api.Reward{Kind: "percent", Value: 20},
		})
		must(t, err)
	}
	in, err := s.Phone.OptIn(t.Context(), api.OptIn{
		Consents:  map[string]api.Grant{"location": {Granted: true, Policy: "2026-06"}, "push": {Granted: true, Policy: "2026-06"}},
		Simulated: true, At: at,
	})
	must(t, err)
	socket, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, true)
	must(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	return socket
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The figures rest on the reckoner. A server answers the same, and it too takes every kept position once.
func TestServerAgrees(t *testing.T) {
	d := phoneday.MadeDay(300)
	reaches := d.City(500, 2)
	if len(reaches) > 400 {
		t.Fatalf("%d reaches", len(reaches))
	}
	socket := serve(t, reaches, d.Start)
	b := &both{socket: socket, reckoner: phoneday.NewReckoner(reaches)}
	dir := t.TempDir()
	r, err := phoneday.Live(phoneday.Setup{
		Day: d, Client: phoneday.Kit(plan.Responsive), Server: b, Reaches: reaches, Motion: true, Trouble: phoneday.Troubled(d, 4),
		Queue: func() (phoneday.Queue, error) { return buffer.Open(dir, [32]byte{1}, 5000) },
	})
	must(t, err)
	if b.accepted != r.Kept || b.repeated == 0 || r.Kept < 50 {
		t.Errorf("kept %d, the server took %d and refused %d as repeated", r.Kept, b.accepted, b.repeated)
	}
	if 20*len(b.differ) > b.answers {
		t.Errorf("%d of %d hints differ, the first: %s", len(b.differ), b.answers, b.differ[0])
	}
	if len(b.reckoner.Entries) == 0 {
		t.Error("nothing was entered")
	}
	t.Logf("%d positions, %d repeated, %d answers of which %d differ, %d entries, %d reaches", r.Kept, b.repeated, b.answers, len(b.differ), len(b.reckoner.Entries), len(reaches))
}
