package engine

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// messageLife is how long a pushed offer is worth sending: the person has moved on after that.
const messageLife = 30 * time.Minute

// newDelivery makes the record of a match that is about to be sent. The caller holds p.mu.
func (e *Engine) newDelivery(p *person, m *offers.Match, now time.Time) chosen {
	d := DeliveryRecord{
		ID: id.Delivery(id.New(id.PrefixDelivery)), At: now, Changed: now, Status: statusQueued, Offer: e.view(p, m, now),
	}
	d.Offer.Delivery, d.Sponsored = string(d.ID), m.Offer.Sponsored
	d.Offer.Controls = controls(m.Offer, p.profile.Preferences.Language)
	life := messageLife
	if ends := m.Offer.Ends; !ends.IsZero() {
		life = min(life, ends.Sub(now))
	}
	channel := "socket"
	if p.sessions == 0 {
		channel = push.ChannelFCM
		if t := p.profile.PushTokens; len(t) > 0 {
			channel = push.ChannelOf(t[len(t)-1]) // of the device that was registered last
		}
	}
	d.Channel = channel
	return chosen{
		delivery: d, expires: e.clock().Add(life), tokens: p.profile.PushTokens, lang: p.profile.Preferences.Language, channel: channel,
	}
}

// send makes each delivery and the person's limits durable, and only then hands it to the sender: without the
// record there is no push. No lock is held.
func (e *Engine) send(ctx context.Context, p *person, list []chosen) {
	for i := range list {
		c := &list[i]
		if err := e.deliver(ctx, p, c); err != nil && !errors.Is(err, errErased) {
			e.stats.undelivered.Add(1)
			level := slog.LevelWarn
			if errors.Is(err, push.ErrNoToken) { // a person without a device is nobody's failure
				level = slog.LevelDebug
			}
			e.log.Log(ctx, level, "offer not delivered", "user", p.id, "offer", c.delivery.Offer.ID, "err", err)
		}
	}
}

// deliver holds the person's writes: a consent that is withdrawn meanwhile, or an erase, comes before all of it or
// after.
func (e *Engine) deliver(ctx context.Context, p *person, c *chosen) error {
	p.write.Lock()
	defer p.write.Unlock()
	if !p.mayPush() {
		return nil
	}
	view, body := c.delivery.Offer, c.delivery.Offer.Reasons[0].Text
	for _, d := range append(c.more, c.delivery) { // the one that names the others last
		data, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if _, err := e.records.Write(ctx, p.id, recordsDelivery+string(d.ID), data, 0); err != nil {
			return err
		}
	}
	for i := range c.more {
		view.More = append(view.More, c.more[i].Offer)
	}
	if err := e.writeState(ctx, p); err != nil {
		return err
	}
	e.stats.deliveries.Add(uint64(1 + len(c.more))) //nolint:gosec // a length
	if len(c.more) > 0 {
		body = push.DigestText(len(c.more), c.lang)
	}
	err := e.sender.Send(ctx, push.Message{
		ID: c.delivery.ID, User: p.id, CollapseKey: view.ID, Title: view.Title, Body: body,
		Data: map[string]string{"delivery": view.Delivery, "offer": view.ID, "trigger": view.Trigger}, Expires: c.expires,
		Tokens: c.tokens, Frame: &view,
	})
	if err == nil {
		e.tellDelivered(p, c)
	}
	return err
}

// tellDelivered lets the listeners know of what was just sent.
func (e *Engine) tellDelivered(p *person, c *chosen) {
	for _, d := range append(c.more, c.delivery) {
		if o := e.catalogue.Offer(id.Offer(d.Offer.ID)); o != nil {
			trigger, _ := offers.ParseTriggers("trigger", []string{d.Offer.Trigger}) // as the view wrote it
			e.tell(p, event.Delivered, o, d.At, event.Event{
				Delivery: d.ID, Place: id.Place(d.Offer.Place.ID), Trigger: trigger, Channel: c.channel,
			})
		}
	}
}

func (p *person) mayPush() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.gone && p.profile.Consents.Allows(privacy.Location) && p.profile.Consents.Allows(privacy.Push)
}

// view is a match as the person sees it. The caller holds p.mu.
func (e *Engine) view(p *person, m *offers.Match, now time.Time) wire.Offer {
	o := m.Offer
	lang := p.profile.Preferences.Language
	words := o.Words(lang)
	v := wire.Offer{
		ID: string(o.ID), Version: o.Version, Title: words.Title, Text: words.Text, Terms: words.Terms, Image: o.Image, Label: o.Label(lang),
		Category: o.Category, Brand: o.Brand, Items: o.Items,
		Reward: wire.Reward{
			Kind: o.Reward.Kind.String(), Value: o.Reward.Value, Currency: o.Reward.Currency, Max: o.Reward.Max, Item: o.Reward.Item,
		},
		Trigger: m.Trigger.String(), Distance: m.Distance, Detour: math.Round(m.Detour*10) / 10, Score: m.Score, Starts: millis(o.Starts), Ends: millis(o.Ends),
	}
	if merchant := e.catalogue.Merchant(o.Merchant); merchant != nil {
		v.Merchant = merchant.Name
	}
	if c := o.Conditions; c.MinSpend > 0 {
		v.MinSpend = &wire.Money{Amount: c.MinSpend, Currency: c.Currency}
	}
	v.Place = placeSeen(m, now)
	for _, r := range m.Reasons(nil) {
		v.Reasons = append(v.Reasons, wire.Reason{Code: r.Code, Text: offers.ReasonText(r.Code, lang, r.Arg), Share: r.Share})
	}
	v.NotUsed = p.notUsed()
	v.Rating = e.ratings.shown(v.ID)
	v.Place.Rating = e.ratings.shown(v.Place.ID)
	return v
}

// placeSeen is where a match is redeemed, or the middle of its reach, and whether it is open.
func placeSeen(m *offers.Match, now time.Time) wire.Place {
	if m.Place == nil {
		centre := m.Offer.Reach.Centre()
		return wire.Place{Lat: centre.Lat, Lon: centre.Lon}
	}
	v := wire.Place{ID: string(m.Place.ID), Name: m.Place.Name, Lat: m.Place.Point.Lat, Lon: m.Place.Point.Lon}
	if open, changes, known := m.Opening(now); known {
		v.Open = &open
		if !open {
			v.Opens = millis(changes)
		}
	}
	return v
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
