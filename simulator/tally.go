package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// tally is what happened to one person.
type tally struct {
	Alias                                                   string
	Fixes, Moods, Purchases, Pulls, Redemptions, Reconnects int
	Lost                                                    int // of what the server took
	Erased                                                  bool
	Refused                                                 map[string]int // by code

	deliveries []Delivery
	acked      []string       // ids of deliveries whose acknowledgement the server took
	held       []Held         // the first of them
	codes      map[string]int // of all that was held back
	heldLast   []Held         // what the server told last
	latency    histogram
	decisions  hash.Hash // over pulls and what was held back
	at         geo.Point // last fix

	timeline *Timeline // nil: without a wristband

	drawn  bool // on the map
	track  []geo.Point
	stride int
	skip   int
}

const (
	drawnPeople = 60  // tracks on the map of a report
	trackPoints = 400 // of one track; a longer one is thinned
	listedHeld  = 500 // suppressions of one person; the digest and the counts go over all
)

func newTally(alias string, drawn bool) tally {
	return tally{Alias: alias, drawn: drawn, codes: map[string]int{}, Refused: map[string]int{}, decisions: sha256.New()}
}

// fix notes a position that is about to be sent.
func (t *tally) fix(f wire.Fix) {
	t.Fixes++
	t.at = geo.Point{Lat: f.Lat, Lon: f.Lon}
	if !t.drawn {
		return
	}
	if t.skip > 0 {
		t.skip--
		return
	}
	if len(t.track) == trackPoints {
		for i := range trackPoints / 2 {
			t.track[i] = t.track[2*i]
		}
		t.track = t.track[:trackPoints/2]
		t.stride = 2*t.stride + 1
	}
	t.track = append(t.track, t.at)
	t.skip = t.stride
}

// deliver notes a delivery and returns its index.
func (t *tally) deliver(o *wire.Offer, at time.Time) int {
	t.deliveries = append(t.deliveries, Delivery{
		User: t.Alias, Offer: o.Title, Place: o.Place.Name, Category: o.Category, At: at, Trigger: o.Trigger, Score: o.Score,
		Distance: o.Distance, Reasons: o.Reasons, Point: pointOf(o.Place),
	})
	return len(t.deliveries) - 1
}

func (t *tally) outcome(index int, outcome Outcome) {
	if index >= 0 {
		t.deliveries[index].Outcome = outcome
	}
}

// pulled notes the answer to a pull for the digest.
func (t *tally) pulled(list []wire.Offer, at time.Time) {
	for i := range list {
		o := &list[i]
		_, _ = fmt.Fprintln(t.decisions, at.UnixMilli(), o.Title, o.Place.Name, round(o.Score), round(o.Distance), reasons(o.Reasons))
	}
}

// hold notes what the server held back since it was asked last, and returns it in an order that does not depend on ids.
func (t *tally) hold(list []api.Suppressed, names map[string]string) []Held {
	all := make([]Held, len(list))
	for i, s := range list {
		name, known := names[string(s.Offer)]
		if !known {
			name = string(s.Offer)
		}
		all[i] = Held{User: t.Alias, Offer: name, Code: s.Code, At: s.At}
	}
	slices.SortFunc(all, func(a, b Held) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Offer, b.Offer), strings.Compare(a.Code, b.Code))
	})
	var fresh []Held
	for _, h := range all {
		if slices.Contains(t.heldLast, h) {
			continue
		}
		fresh = append(fresh, h)
		t.codes[h.Code]++
		_, _ = fmt.Fprintln(t.decisions, h.At.UnixMilli(), h.Offer, h.Code)
	}
	t.held = append(t.held, fresh[:min(len(fresh), listedHeld-len(t.held))]...)
	t.heldLast = all
	return fresh
}

// compare counts what the server took and does not know any more: consents, acknowledged deliveries, redemptions,
// purchases. It may know more than that: an answer may have been lost.
func (t *tally) compare(consents []string, me *api.Account) {
	known := make(map[string]bool, len(me.Deliveries))
	for i := range me.Deliveries {
		known[string(me.Deliveries[i].ID)] = true
	}
	for _, id := range t.acked {
		if !known[id] {
			t.Lost++
		}
	}
	for _, purpose := range consents {
		if !me.Consents[purpose].Granted {
			t.Lost++
		}
	}
	t.Lost += max(0, t.Redemptions-len(me.Redemptions)) + max(0, t.Purchases-len(me.Purchases))
}

func (t *tally) refuse(err error) {
	var f *fault.Error
	if errors.As(err, &f) {
		t.Refused[f.Code]++
	}
}

// digest is a short hash of what the server decided for the person and what they did about it, in order. Nothing in it
// differs between two runs with the same seed: no ids of people or deliveries, no real time.
func (t *tally) digest() string {
	h := sha256.New()
	for i := range t.deliveries {
		d := &t.deliveries[i]
		_, _ = fmt.Fprintln(h, d.At.UnixMilli(), d.Offer, d.Place, d.Trigger, round(d.Score), round(d.Distance), reasons(d.Reasons), d.Outcome)
	}
	h.Write(t.decisions.Sum(nil))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func reasons(list []wire.Reason) string {
	var b strings.Builder
	for _, r := range list {
		_, _ = fmt.Fprint(&b, r.Code, "=", round(r.Share), " ")
	}
	return b.String()
}

func round(v float64) string { return fmt.Sprintf("%.6f", v) }

func pointOf(p wire.Place) geo.Point { return geo.Point{Lat: p.Lat, Lon: p.Lon} }
