package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// actor is one person at play: their phone, their socket.
type actor struct {
	*play
	name     string
	spec     *Person
	token    api.Secret
	socket   *client.Socket
	app, gps bool
	gone     bool
	device   string // that takes pushes; "": none
	seen     map[string]bool
	inside   map[string]bool // offers in whose reach they were at the last position
	looked   time.Time
	account  any // as it was known last
}

const lookEvery = 30 * time.Minute // the server keeps only the newest suppressions

// position sends where the person is, and takes what comes of it.
func (a *actor) position(ctx context.Context, fix wire.Fix) error {
	if a.gone || !a.gps {
		return nil
	}
	a.trace(geo.Point{Lat: fix.Lat, Lon: fix.Lon})
	var err error
	if a.app {
		err = a.exchange(ctx, &wire.Position{Fixes: []wire.Fix{fix}})
	} else {
		err = a.post(ctx, fix)
	}
	if err == nil && a.now.Sub(a.looked) >= lookEvery {
		err = a.look(ctx)
	}
	return err
}

// exchange sends a frame over the socket and waits for its answer; offers that come before are taken and acknowledged.
func (a *actor) exchange(ctx context.Context, f wire.Frame) error {
	if a.socket == nil {
		s, err := a.client.Dial(ctx, a.token, wire.SubprotocolBinary, true)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		a.socket = s
	}
	var came []wire.Offer
	_, err := a.socket.Do(f, func(f wire.Frame) {
		switch f := f.(type) {
		case *wire.Offer:
			o := *f
			o.Reasons, o.NotUsed = slices.Clone(o.Reasons), slices.Clone(o.NotUsed)
			came = append(came, o)
			for _, m := range f.More { // of a digest
				m.Reasons, m.NotUsed = slices.Clone(m.Reasons), slices.Clone(m.NotUsed)
				came = append(came, m)
			}
		case *wire.Withdrawn:
			w := withdrawal{a.now, a.name, a.names[f.Offer], f.Reason}
			a.withdrawn = append(a.withdrawn, w)
			a.tell(a.name, w.offer, "told that %s is withdrawn: %s", w.offer, w.reason)
		}
	})
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind != fault.Unavailable && refused.Kind != fault.Internal {
		a.tell(a.name, "", "%s refused: %s: %s", f.Kind(), refused.Code, refused.Detail)
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	for i := range came {
		if a.seen[came[i].Delivery] {
			continue
		}
		a.deliver("socket", a.now, came[i])
		if err := a.exchange(ctx, &wire.Delivered{Delivery: came[i].Delivery}); err != nil {
			return err
		}
	}
	return nil
}

// post sends a position without a socket; what comes of it comes by the push service, or not at all.
func (a *actor) post(ctx context.Context, fix wire.Fix) error {
	r, err := a.ask(ctx, http.MethodPost, "/v1/me/positions", api.Positions{Fixes: []wire.Fix{fix}})
	if err != nil {
		return err
	}
	if code := cmp.Or(r.get("refused.code"), r.get("code")); code != "" {
		a.tell(a.name, "", "position refused: %s", r.refusal())
		return nil
	}
	return a.look(ctx)
}

// ask makes a request as the person.
func (a *actor) ask(ctx context.Context, method, path string, body any) (reply, error) {
	return a.edge.call(ctx, string(a.token), method, path, body)
}

// look asks what is known about the person and takes note of what was held back, and of what was pushed.
func (a *actor) look(ctx context.Context) error {
	if a.gone {
		return nil
	}
	a.looked = a.now
	me, err := a.client.As(a.token).Me(ctx, a.now)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	a.account = plain(me)
	for _, s := range me.Suppressed {
		key := string(s.Offer) + s.Code + s.At.String()
		if a.seen[key] {
			continue
		}
		a.seen[key] = true
		offer := a.names[string(s.Offer)]
		a.held = append(a.held, suppression{s.At.In(a.zone), a.name, offer, s.Code})
		a.tellAt(s.At.In(a.zone), a.name, offer, "is not sent %s: %s: %s", offer, s.Code, s.Text)
	}
	for _, d := range me.Deliveries {
		if a.seen[string(d.ID)] || a.app && a.socket != nil {
			continue // those of the socket come by themselves
		}
		channel := "none"
		if a.device != "" && a.Pushed != nil && a.Pushed(ctx, a.device, string(d.ID)) {
			channel = "fcm"
		}
		a.deliver(channel, d.At.In(a.zone), d.Offer)
	}
	return nil
}

func (a *actor) deliver(channel string, at time.Time, o wire.Offer) {
	a.seen[o.Delivery] = true
	d := delivery{at: at, person: a.name, offer: a.names[o.ID], channel: channel, frame: o}
	a.deliveries = append(a.deliveries, d)
	var reasons []string
	for _, r := range o.Reasons {
		reasons = append(reasons, fmt.Sprintf("%s %.0f %%", r.Code, 100*r.Share))
	}
	a.tellAt(at, a.name, d.offer, "receives %s by %s, trigger %s, %.0f m away, because %s", d.offer, channel, o.Trigger, o.Distance, strings.Join(reasons, ", "))
}

func (a *actor) close() {
	if a.socket != nil {
		_ = a.socket.Close() // the server may be gone
		a.socket = nil
	}
}
