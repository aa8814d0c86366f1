package offerkit

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/wire"
)

const (
	reachSlack = 0.8              // share of the answer's radius that may be gone before the next question
	reachPause = 10 * time.Minute // after a refusal
	reachApart = time.Minute      // the least between questions
)

// reaches are the circles of offers around, as the server told them last.
type reaches struct {
	list   *ReachList
	in     map[string]bool // by offer
	at     geo.Point       // where they were asked for
	radius float64         // metres around it up to which they are complete
	until  time.Time       // when it is worth asking again
	next   time.Time       // when one may ask again
}

// reachesDue tells whether it is worth asking what is around: while the radio is awake anyhow.
func (k *Kit) reachesDue() (api.ReachQuery, bool) {
	r := &k.around
	if k.last == nil || k.cfg.MaxReaches == 0 || !k.mem.granted(PurposeLocation) || !k.mem.granted(PurposePush) {
		return api.ReachQuery{}, false
	}
	here := geo.Point{Lat: k.last.Lat, Lon: k.last.Lon}
	now := k.now()
	gone := r.list != nil && geo.Distance(here, r.at) > reachSlack*r.radius
	if now.Before(r.next) || now.Before(r.until) && !gone {
		return api.ReachQuery{}, false
	}
	return api.ReachQuery{Lat: &here.Lat, Lon: &here.Lon, Limit: int(k.cfg.MaxReaches), At: k.simulated()}, true
}

// ask makes the next message ask anew what is around: what the person wants has changed.
func (k *Kit) ask() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.around.until = time.Time{}
}

// askReaches asks if it is due. That it fails is no reason to end a session: it is asked again later.
func (k *Kit) askReaches(ctx context.Context) {
	k.mu.Lock()
	q, due := k.reachesDue()
	var me *client.Client
	if due {
		me = k.app.As(k.mem.Token)
	}
	k.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, k.pause.patience)
	defer cancel()
	out, err := me.Reaches(ctx, q)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil || !k.mem.granted(PurposeLocation) || !k.mem.granted(PurposePush) {
		k.around.until = k.now().Add(reachPause)
		k.around.next = k.around.until
		return
	}
	list, in := &ReachList{}, map[string]bool{}
	for _, r := range out.Reaches {
		list.items = append(list.items, &Reach{OfferID: string(r.Offer), Lat: r.Lat, Lon: r.Lon, RadiusM: r.Radius})
		in[string(r.Offer)] = k.around.in[string(r.Offer)]
	}
	k.around = reaches{
		list: list, in: in, at: geo.Point{Lat: *q.Lat, Lon: *q.Lon}, radius: out.Radius,
		until: k.now().Add(time.Duration(max(out.Seconds, 60)) * time.Second), next: k.now().Add(reachApart),
	}
	if k.last != nil {
		k.reckon(wire.Fix{Lat: k.last.Lat, Lon: k.last.Lon, Accuracy: k.last.AccuracyM})
	}
	k.replan()
}

// reckon tells the listener which reaches the device came into or left. Who is at the border by less than the accuracy
// stays where they were.
func (k *Kit) reckon(f wire.Fix) {
	if k.around.list == nil {
		return
	}
	at := geo.Point{Lat: f.Lat, Lon: f.Lon}
	for _, r := range k.around.list.items {
		d, in := geo.Distance(at, geo.Point{Lat: r.Lat, Lon: r.Lon}), k.around.in[r.OfferID]
		event := ""
		switch {
		case !in && d <= r.RadiusM:
			event = "enter"
		case in && d > r.RadiusM+min(max(f.Accuracy, 20), 200):
			event = "exit"
		default:
			continue
		}
		k.around.in[r.OfferID] = !in
		k.around.until = time.Time{} // what can come next is another question
		offer := r.OfferID
		k.events.say(func(l Listener) { l.OnReach(offer, event) })
	}
}
