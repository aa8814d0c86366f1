package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// The rule of what is shown, in three steps:
//
//  1. A cell of a day is shown if it is about at least a cohort of different people. Ranges of days are sums of shown cells,
//     so two overlapping ranges differ by shown cells only.
//  2. Of the parts of a whole (the hours, stores, channels or codes of one count) the smallest shown one is hidden, too, if
//     the hidden ones have anything and are perhaps about fewer than a cohort: subtracting the parts from the whole leaves
//     nothing smaller. The whole of a merchant's offers is shown on the same condition.
//  3. Days are shown when they are over, and move afterwards by whole cohorts only (sheet.settle).

// MaxDays bounds the range of one question; DefaultDays is what it is without one.
const (
	MaxDays     = 366
	DefaultDays = 28
)

// Question asks for numbers of an offer, or of all offers of a merchant.
type Question struct {
	Merchant id.Merchant
	Offer    id.Offer // "": all of the merchant's
	From, To string   // days as 2026-05-01, both included; "": the last DefaultDays
	By       string   // "", day, hour, store
}

// days returns the days of the question, oldest first.
func (b *Book) days(q *Question) ([]string, error) {
	if q.By != "" && q.By != "day" && q.By != "hour" && q.By != "store" {
		return nil, fault.Field("by", "must be day, hour or store")
	}
	if q.To == "" {
		q.To = b.day(b.Clock())
	}
	to, err := time.Parse(dayForm, q.To)
	if err != nil {
		return nil, fault.Field("to", "must be a day such as 2026-05-01")
	}
	if q.From == "" {
		q.From = to.AddDate(0, 0, 1-DefaultDays).Format(dayForm)
	}
	from, err := time.Parse(dayForm, q.From)
	switch {
	case err != nil:
		return nil, fault.Field("from", "must be a day such as 2026-05-01")
	case from.After(to):
		return nil, fault.Field("from", "must not lie after to")
	case to.Sub(from) >= MaxDays*24*time.Hour:
		return nil, fault.Field("from", "must be at most %d days before to", MaxDays)
	}
	var out []string
	for at := from; !at.After(to); at = at.AddDate(0, 0, 1) {
		out = append(out, at.Format(dayForm))
	}
	return out, nil
}

// Numbers answers a question. The caller has seen to it that the asker may know.
func (b *Book) Numbers(ctx context.Context, q Question) (api.Numbers, error) {
	days, err := b.days(&q)
	if err != nil {
		return api.Numbers{}, err
	}
	b.flush(ctx)
	out := api.Numbers{Merchant: q.Merchant, Offer: q.Offer, From: q.From, To: q.To, Cohort: b.Cohort, By: q.By}
	var total summary
	parts := make(map[string]*summary)
	var uplift contrasts
	for _, day := range days {
		sheets, err := b.read(ctx, q, day)
		if err != nil {
			return out, err
		}
		var seen view
		if q.Offer != "" {
			if sh := sheets[string(q.Offer)]; sh != nil {
				seen = b.look(sh)
				uplift.add(sh)
			}
		} else {
			seen = b.lookAtAll(sheets)
		}
		total.add(seen)
		if q.By == "day" && len(seen.cells)+boolInt(seen.left) > 0 {
			one := new(summary)
			one.add(seen)
			parts[day] = one
		}
	}
	out.Total = total.figures(false)
	if q.By == "hour" || q.By == "store" {
		parts = total.split(q.By)
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		out.Buckets = append(out.Buckets, api.NumbersBucket{Bucket: name, Figures: parts[name].figures(q.By == "day")})
	}
	if o := b.Offer(q.Offer); q.Offer != "" && o != nil && o.Holdout > 0 || uplift.days > 0 {
		out.Uplift = uplift.view()
	}
	return out, nil
}

func boolInt(v bool) int {
	if v {
		return 1
	}
	return 0
}

// read returns the sheets of one day that a question needs, by offer.
func (b *Book) read(ctx context.Context, q Question, day string) (map[string]*sheet, error) {
	out := make(map[string]*sheet)
	var broken error
	prefix := sheetName(q.Merchant, day, string(q.Offer))
	err := b.Notes.Notes(ctx, room, prefix, func(n store.Note) bool {
		if q.Offer != "" && n.Name != prefix {
			return false
		}
		var sh *sheet
		if sh, broken = parse(n); broken != nil {
			return false
		}
		out[n.Name[strings.LastIndexByte(n.Name, '/')+1:]] = sh
		return true
	})
	if err == nil {
		err = broken
	}
	return out, err
}

// view is what may be seen of one day.
type view struct {
	cells map[string]tally
	left  bool // something was left out
}

// look returns what may be seen of one sheet.
func (b *Book) look(sh *sheet) view {
	v := view{cells: make(map[string]tally)}
	families := make(map[string][]string) // parts of a whole, by "measure|family"
	for key, c := range sh.Cells {
		if strings.HasPrefix(key, upliftPrefix) {
			continue
		}
		if c.Shown.P < b.Cohort {
			v.left = v.left || c.N > 0
			continue
		}
		v.cells[key] = c.Shown
		if measure, part, isPart := strings.Cut(key, "|"); isPart {
			family, _, _ := strings.Cut(part, ":")
			families[measure+"|"+family] = append(families[measure+"|"+family], key)
		}
	}
	for family, keys := range families {
		measure, _, _ := strings.Cut(family, "|")
		whole, shown := v.cells[measure]
		if !shown {
			whole = tally{}
		}
		v.left = b.hide(v.cells, whole, keys) || v.left
	}
	return v
}

// hide takes away the smallest part, unless what is hidden already has nothing of the whole, or is about a cohort; the one
// that is taken is. It reports whether it took one. Parts of what is not shown itself all go.
func (b *Book) hide(cells map[string]tally, whole tally, keys []string) (took bool) {
	var sum tally
	for _, key := range keys {
		sum = sum.plus(cells[key])
	}
	switch {
	case whole.N == 0:
		for _, key := range keys {
			delete(cells, key)
		}
		return true
	case b.hides(whole, sum):
		return false
	}
	delete(cells, slices.MinFunc(keys, func(x, y string) int {
		return cmp.Or(cells[x].P-cells[y].P, strings.Compare(x, y))
	}))
	return true
}

// hides reports whether whole minus sum says nothing about fewer people than a cohort: at least whole.P - sum.P people
// are behind it.
func (b *Book) hides(whole, sum tally) bool {
	if whole.N == sum.N && whole.S == sum.S {
		return true
	}
	return whole.N > sum.N && whole.P-sum.P >= b.Cohort+slack(whole.P, b.size)
}

// lookAtAll returns what may be seen of all offers of a merchant: the whole where it hides what each offer hides, and
// otherwise no more than the sum of what the offers show.
func (b *Book) lookAtAll(sheets map[string]*sheet) view {
	sums := make(map[string]tally)
	out := view{cells: make(map[string]tally)}
	for name, sh := range sheets {
		if name == all {
			continue
		}
		v := b.look(sh)
		out.left = out.left || v.left
		for key, c := range v.cells {
			sums[key] = sums[key].plus(c)
		}
	}
	if whole := sheets[all]; whole != nil {
		v := b.look(whole)
		out.left = out.left || v.left
		for key, c := range v.cells {
			if b.hides(c, sums[key]) {
				sums[key] = c
			}
		}
	}
	out.cells = sums
	return out
}
