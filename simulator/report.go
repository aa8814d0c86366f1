package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// Report is what a run was like. People appear under aliases only.
type Report struct {
	Users          int            `json:"users"`
	Fixes          int            `json:"fixes"`
	Evaluations    uint64         `json:"evaluations"` // of the server meanwhile; 0 if it does not tell
	Deliveries     int            `json:"deliveries"`
	Suppressions   int            `json:"suppressions"`
	Pulls          int            `json:"pulls"`
	Redemptions    int            `json:"redemptions"`
	Erased         int            `json:"erased"`
	Moods          int            `json:"moods"`
	Purchases      int            `json:"purchases"`
	Reconnects     int            `json:"reconnects"`
	Lost           int            `json:"lost"`       // consents, acknowledged offers, redemptions, purchases that the server forgot
	Refused        map[string]int `json:"refused"`    // what the server refused, by code
	LatencyMS      Latency        `json:"latency_ms"` // from a position to its answer
	FixesPerSecond float64        `json:"fixes_per_second"`
	Seconds        float64        `json:"seconds"` // real time
	Seed           uint64         `json:"seed"`
	Digest         string         `json:"digest"` // of all people's digests: equal in runs that went the same way
	Offers         []Delivery     `json:"offers"`
	HeldBack       map[string]int `json:"held_back"`  // suppressions by code
	Suppressed     []Held         `json:"suppressed"` // the first 500 of each person
	People         []Player       `json:"people"`
	Wearers        []Timeline     `json:"wearers,omitempty"` // people with wristbands

	drawing drawing
}

// Latency is how long people waited, in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Delivery is an offer that came unasked.
type Delivery struct {
	User     string        `json:"user"`
	Offer    string        `json:"offer"` // its title
	Place    string        `json:"place"`
	Category string        `json:"category"`
	At       time.Time     `json:"at"` // the person's time
	Trigger  string        `json:"trigger"`
	Score    float64       `json:"score"`
	Distance float64       `json:"distance"` // metres
	Reasons  []wire.Reason `json:"reasons"`
	Outcome  Outcome       `json:"outcome"`
	Point    geo.Point     `json:"point"` // of the place
}

// Held is an offer that was held back, and why.
type Held struct {
	User  string    `json:"user"`
	Offer string    `json:"offer"` // its name if the run knows it, or its id
	Code  string    `json:"code"`
	At    time.Time `json:"at"`
}

// Player is one person's share of a run.
type Player struct {
	User         string `json:"user"`
	Fixes        int    `json:"fixes"`
	Deliveries   int    `json:"deliveries"`
	Suppressions int    `json:"suppressions"`
	Erased       bool   `json:"erased,omitzero"`
	Digest       string `json:"digest"`
}

// drawing is what only the page shows.
type drawing struct {
	tracks  []track
	places  []Place
	latency []Bar
}

type track struct {
	user   string
	points []geo.Point
}

func newReport(o *Options, tallies []tally, took time.Duration) Report {
	r := Report{
		Users: len(o.People), Seed: o.Seed, Refused: map[string]int{}, HeldBack: map[string]int{}, Offers: []Delivery{}, Suppressed: []Held{}, People: []Player{},
		Seconds: took.Seconds(), drawing: drawing{places: o.Places},
	}
	var latency histogram
	all := sha256.New()
	for i := range tallies {
		t := &tallies[i]
		r.add(t)
		latency.merge(&t.latency)
		p := Player{t.Alias, t.Fixes, len(t.deliveries), 0, t.Erased, t.digest()}
		for code, n := range t.codes {
			p.Suppressions += n
			r.HeldBack[code] += n
		}
		r.Suppressions += p.Suppressions
		_, _ = fmt.Fprintln(all, p.User, p.Digest)
		r.People = append(r.People, p)
		if t.timeline != nil {
			t.timeline.finish(t)
			r.Wearers = append(r.Wearers, *t.timeline)
		}
		if len(t.track) > 1 {
			r.drawing.tracks = append(r.drawing.tracks, track{t.Alias, t.track})
		}
	}
	r.Digest = hex.EncodeToString(all.Sum(nil)[:8])
	r.LatencyMS = Latency{latency.quantile(0.5), latency.quantile(0.99)}
	r.drawing.latency = latency.octaves()
	if took > 0 {
		r.FixesPerSecond = math.Round(float64(r.Fixes) / took.Seconds())
	}
	return r
}

func (r *Report) add(t *tally) {
	r.Fixes += t.Fixes
	r.Moods += t.Moods
	r.Purchases += t.Purchases
	r.Pulls += t.Pulls
	r.Redemptions += t.Redemptions
	r.Reconnects += t.Reconnects
	r.Lost += t.Lost
	r.Deliveries += len(t.deliveries)
	if t.Erased {
		r.Erased++
	}
	for code, n := range t.Refused {
		r.Refused[code] += n
	}
	r.Offers = append(r.Offers, t.deliveries...)
	r.Suppressed = append(r.Suppressed, t.held...)
}

// WriteText prints the report for people.
func (r *Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(label, format string, args ...any) {
		_, _ = fmt.Fprintf(t, "%s\t  %s\n", label, fmt.Sprintf(format, args...))
	}
	line("people", "%d (%d erased themselves)", r.Users, r.Erased)
	line("fixes", "%d, %.0f a second", r.Fixes, r.FixesPerSecond)
	line("answered in", "p50 %.2f ms, p99 %.2f ms", r.LatencyMS.P50, r.LatencyMS.P99)
	line("evaluations", "%d", r.Evaluations)
	line("offers sent", "%d%s", r.Deliveries, parens(outcomes(r.Offers)))
	line("held back", "%d%s", r.Suppressions, parens(bars(r.HeldBack)))
	line("asked", "%d times", r.Pulls)
	line("redeemed", "%d", r.Redemptions)
	line("moods told", "%d", r.Moods)
	if r.Reconnects > 0 {
		line("reconnects", "%d", r.Reconnects)
	}
	if r.Lost > 0 {
		line("lost", "%d things that the server had taken", r.Lost)
	}
	if len(r.Refused) > 0 {
		line("refused", "%s", list(bars(r.Refused)))
	}
	line("seed, digest", "%d, %s", r.Seed, r.Digest)
	return t.Flush()
}

func outcomes(all []Delivery) []Bar {
	n := map[string]int{}
	for i := range all {
		n[string(all[i].Outcome)]++
	}
	return bars(n)
}

// bars sorts counts, the largest first.
func bars(n map[string]int) []Bar {
	out := make([]Bar, 0, len(n))
	for label, count := range n {
		out = append(out, Bar{label, count})
	}
	slices.SortFunc(out, func(a, b Bar) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Label, b.Label)) })
	return out
}

func list(all []Bar) string {
	parts := make([]string, len(all))
	for i, b := range all {
		parts[i] = fmt.Sprintf("%d %s", b.Count, strings.ReplaceAll(b.Label, "_", " "))
	}
	return strings.Join(parts, ", ")
}

func parens(all []Bar) string {
	if len(all) == 0 {
		return ""
	}
	return ": " + list(all)
}
