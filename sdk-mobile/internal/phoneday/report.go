package phoneday

import (
	"fmt"
	"math"
	"slices"
)

// Outcome is what came of the days of one client.
type Outcome struct {
	Name string
	Days int
	Cost Cost
	// Of the visits that began at walking pace, and the others (on wheels, or lingering at the border): how many the server told, how many it did not,
	// and how many seconds later than with the naive client it told of those that both told.
	Walked, Other Delays
}

// Delays are about entries.
type Delays struct {
	Told, Missed int
	Extra        []float64 // seconds, may be negative
}

// Share is the share of entries that are told at most so many seconds later than with the naive client; those that are
// not told at all count against it.
func (d *Delays) Share(seconds float64) float64 {
	n := 0
	for _, e := range d.Extra {
		if e <= seconds {
			n++
		}
	}
	return float64(n) / max(float64(len(d.Extra)+d.Missed), 1)
}

// Quantile is that of the extra delays, in seconds.
func (d *Delays) Quantile(q float64) float64 {
	if len(d.Extra) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(d.Extra))
	return s[min(int(q*float64(len(s))), len(s)-1)]
}

// Matched finds the entries that tell of the visits: from a minute before the border was crossed to five minutes after the
// person left. It returns the delay of each in seconds, NaN if nobody told of it.
func Matched(visits []Visit, told []Entry) []float64 {
	out := make([]float64, len(visits))
	for i, v := range visits {
		out[i] = math.NaN()
		for _, e := range told {
			if e.Reach == v.Reach && e.At >= v.In-60 && e.At <= v.Out+300 {
				out[i] = e.At - v.In
				break
			}
		}
	}
	return out
}

// Add takes a day: what it cost, and the delays of its visits beside the naive client's.
func (o *Outcome) Add(c Cost, visits []Visit, delays, naive []float64) {
	o.Days++
	o.Cost.add(c)
	for i, v := range visits {
		if math.IsNaN(naive[i]) {
			continue
		}
		d := &o.Other
		if v.Walked {
			d = &o.Walked
		}
		if math.IsNaN(delays[i]) {
			d.Missed++
			continue
		}
		d.Told++
		d.Extra = append(d.Extra, delays[i]-naive[i])
	}
}

// Head is the head of the table of rows.
const Head = "| client | GPS s | scans | positions | sent | radio wake-ups | kB | battery % | entries walked | not told | ≤ 30 s later | median | 90 % | 95 % | others | not told | median |\n" +
	"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"

// Row is the outcome as a row of a table: costs by day, delays in seconds.
func (o *Outcome) Row() string {
	n, c := float64(max(o.Days, 1)), o.Cost
	return fmt.Sprintf("| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f | %d | %d | %.1f %% | %.0f s | %.0f s | %.0f s | %d | %d | %.0f s |",
		o.Name, c.GPS/n, float64(c.Scans)/n, float64(c.Fixes)/n, float64(c.Sent)/n, float64(c.Wakeups)/n, float64(c.Bytes)/n/1000, c.Battery()/n,
		o.Walked.Told, o.Walked.Missed, 100*o.Walked.Share(30), o.Walked.Quantile(0.5), o.Walked.Quantile(0.9), o.Walked.Quantile(0.95),
		o.Other.Told, o.Other.Missed, o.Other.Quantile(0.5))
}
