package insight

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// tally is a count, how many different people it is about, and a sum of money.
type tally struct {
	N int     `json:"n"`
	P int     `json:"p"`
	S float64 `json:"s,omitzero"`
}

func (t tally) plus(o tally) tally { return tally{t.N + o.N, t.P + o.P, t.S + o.S} }

// cell is one number of a sheet. Its key is a measure, and perhaps one dimension: "delivered", "delivered|hour:13".
type cell struct {
	tally
	Shown  tally `json:"shown,omitzero"` // what may be seen of it
	before int   // people counted before the sketch was begun
	seen   sketch
}

func (c *cell) add(h uint64, n int, money float64, size int) {
	c.N += n
	c.S += money
	c.seen.add(h, size)
	c.P = max(c.before, c.seen.count(size)) // never more than there were
}

// sheet is one day of one offer, or of all offers of a merchant.
type sheet struct {
	Mode    offers.Mode      `json:"mode"`
	Settled bool             `json:"settled,omitzero"`
	Cells   map[string]*cell `json:"cells"`

	name    string
	day     string
	changed time.Time
	dirty   bool
	arms    *arms
}

// all is the sheet of all offers of a merchant.
const all = "all"

func sheetName(merchant id.Merchant, day, offer string) string {
	return string(merchant) + "/" + day + "/" + offer
}

const maxCells = 2000 // of a sheet: stores and hours beyond it count in the whole only

func (sh *sheet) count(key string, h uint64, n int, money float64, size int) {
	c := sh.Cells[key]
	if c == nil {
		if len(sh.Cells) >= maxCells {
			return
		}
		c = new(cell)
		sh.Cells[key] = c
	}
	c.add(h, n, money, size)
}

// Constant table: what the types of events are counted as.
var measures = map[event.Type]string{
	event.Delivered: "delivered", event.Opened: "opened", event.Dismissed: "dismissed", event.Liked: "liked",
	event.NotInterested: "not_interested", event.Reserved: "reserved", event.Redeemed: "redeemed", event.RolledBack: "rolled_back",
	event.Expired: "expired", event.Refused: "refused", event.Suppressed: "held_back",
}

// record counts an event of a person on the sheet.
func (sh *sheet) record(e *event.Event, measure string, h uint64, hour string, size int) {
	count := func(key string, n int, money float64) { sh.count(key, h, n, money, size) }
	part := func(family, value string) {
		if value != "" {
			count(measure+"|"+family+":"+value, 1, 0)
		}
	}
	count(measure, 1, 0)
	part("hour", hour)
	part("store", string(e.Place))
	switch e.Type {
	case event.Delivered, event.Opened:
		part("channel", e.Channel)
		if e.Type == event.Delivered {
			part("trigger", e.Trigger.String())
		}
	case event.Suppressed:
		part("code", foldedCode(e.Code))
	case event.Redeemed:
		for _, m := range []struct {
			name   string
			amount float64
		}{{"revenue", e.Amount}, {"discount", e.Discount}} {
			if m.amount != 0 && e.Currency != "" {
				count(m.name+":"+e.Currency, 1, m.amount)
				if e.Place != "" {
					count(m.name+":"+e.Currency+"|store:"+string(e.Place), 1, m.amount)
				}
			}
		}
	}
}

// foldedCode hides which guard rail held an offer back: some of them tell an age, a place of worship.
func foldedCode(code string) string {
	if strings.HasPrefix(code, "guard_") {
		return "other"
	}
	return code
}

// settle lets the counts be seen, as far as they may. Afterwards they only move by at least step further people: who
// asks twice and subtracts learns nothing about fewer.
func (sh *sheet) settle(cohort, step int) {
	for key, c := range sh.Cells {
		if !strings.HasPrefix(key, upliftPrefix) && c.P >= cohort && c.P-c.Shown.P >= step && c.tally != c.Shown {
			c.Shown, sh.dirty = c.tally, true
		}
	}
	sh.settleUplift(cohort, step)
	if !sh.Settled {
		sh.Settled, sh.dirty = true, true
	}
}

// forget ends the sketches: their key has died.
func (sh *sheet) forget() {
	for _, c := range sh.Cells {
		c.before, c.seen = c.P, sketch{}
	}
	sh.arms = nil
}

// read returns the sheet of that name as it is stored, nil if there is none.
func read(ctx context.Context, notes Notes, name string) (*sheet, error) {
	var sh *sheet
	var broken error
	err := notes.Notes(ctx, room, name, func(n store.Note) bool {
		if n.Name == name {
			sh, broken = parse(n)
		}
		return false
	})
	return sh, errors.Join(err, broken)
}

func parse(n store.Note) (*sheet, error) {
	sh := &sheet{name: n.Name}
	if err := json.Unmarshal(n.Value, sh); err != nil {
		return nil, fault.New(fault.Internal, fault.CodeInternal, "A sheet of numbers can't be read.").Wrap(err)
	}
	if sh.Cells == nil {
		sh.Cells = make(map[string]*cell)
	}
	for _, c := range sh.Cells {
		c.before = c.P
	}
	if words := strings.Split(n.Name, "/"); len(words) == 3 {
		sh.day = words[1]
	}
	return sh, nil
}
