package offerkit

import (
	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// reaches are the circles of offers around, as the server told them last.
type reaches struct {
	list  *ReachList
	in    map[string]bool // by offer
	stale bool            // worth asking again
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
		if k.around.in == nil {
			k.around.in = map[string]bool{}
		}
		k.around.in[r.OfferID] = !in
		offer := r.OfferID
		k.events.say(func(l Listener) { l.OnReach(offer, event) })
	}
}
