package insight

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// Grid answers which cell a point lies in.
type Grid interface {
	At(p geo.Point, res int) (geo.Cell, error)
}

// FootfallConfig is what a Footfall needs.
type FootfallConfig struct {
	Notes  Notes
	Grid   Grid
	Clock  func() time.Time
	Zone   *time.Location // of days
	Cohort int
	Log    *slog.Logger
}

const (
	roomFootfall = "footfall"
	weeks        = 28 * 24 * time.Hour // what an estimate looks at
	keepFootfall = 35 * 24 * time.Hour
	writeEvery   = time.Minute
	maxLiveDays  = 4       // of one mode: simulated people live on days of their own
	maxLiveCells = 100_000 // of one day
	maxDays      = 64      // of one mode in the history
	cellSketch   = 128     // so fine is the count of one cell
	coarsest     = 5       // resolutions that are counted: coarsest to offers.Finest
	chunks       = 16      // notes of one day
)

// Constant table: mean areas of H3's cells in square metres, from the coarsest resolution that is counted on.
var cellAreas = [...]float64{252_903_858, 36_129_062, 5_161_293, 737_328, 105_333}

// Footfall counts how many different people pass through each cell on each day: for estimates, and for nothing else. Who
// was where is known as hashes only, in memory, under a key that dies with the day; what is stored is a count of at
// least a cohort, or nothing. Use OpenFootfall; Run keeps it going.
type Footfall struct {
	FootfallConfig

	estimating sync.Mutex // taken before mu

	mu      sync.Mutex
	seed    maphash.Seed
	seedDay int64
	live    map[dayOf]map[geo.Cell]*sketch
	history map[dayOf]map[geo.Cell]int // what is stored; at least a cohort each
	changed map[dayOf]bool
	dropped uint64
}

// dayOf is a day, in days since 1970 in the zone, among test or live data.
type dayOf struct {
	mode offers.Mode
	day  int64
}

// OpenFootfall returns the footfall of what is stored.
func OpenFootfall(ctx context.Context, cfg FootfallConfig) (*Footfall, error) {
	f := &Footfall{
		FootfallConfig: cfg, seed: maphash.MakeSeed(), live: make(map[dayOf]map[geo.Cell]*sketch),
		history: make(map[dayOf]map[geo.Cell]int), changed: make(map[dayOf]bool),
	}
	f.seedDay = f.day(cfg.Clock())
	var broken error
	err := cfg.Notes.Notes(ctx, roomFootfall, "", func(n store.Note) bool {
		broken = f.take(n)
		return broken == nil
	})
	if err == nil {
		err = broken
	}
	return f, err
}

func (f *Footfall) day(t time.Time) int64 {
	_, offset := t.In(f.Zone).Zone()
	return (t.Unix() + int64(offset)) / (24 * 60 * 60)
}

// Passed counts somebody who allows their location, in a cell at the finest resolution and in those around it. It
// neither waits nor, once a cell is known and its sketch full, allocates.
func (f *Footfall) Passed(user id.User, mode offers.Mode, cell geo.Cell, at time.Time) {
	d := dayOf{mode, f.day(at)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if today := f.day(f.Clock()); today != f.seedDay {
		f.keep()
		clear(f.live)
		f.seed, f.seedDay = maphash.MakeSeed(), today
	}
	cells := f.live[d]
	if cells == nil {
		if days := f.liveDays(mode); len(days) >= maxLiveDays { // test data never costs live data a day
			gone := dayOf{mode, slices.Min(days)}
			f.keepDay(gone)
			delete(f.live, gone)
		}
		cells = make(map[geo.Cell]*sketch)
		f.live[d] = cells
	}
	h := maphash.String(f.seed, string(user))
	for res := coarsest; res <= offers.Finest; res++ {
		c := cell.Parent(res)
		s := cells[c]
		if s == nil {
			if len(cells) >= maxLiveCells {
				f.dropped++
				continue
			}
			s = new(sketch)
			cells[c] = s
		}
		s.add(h, cellSketch)
	}
	f.changed[d] = true
}

// liveDays returns the days of a mode that are counted now. The caller holds f.mu.
func (f *Footfall) liveDays(mode offers.Mode) (days []int64) {
	for d := range f.live {
		if d.mode == mode {
			days = append(days, d.day)
		}
	}
	return days
}

// keep takes over into the history what is about a cohort. The caller holds f.mu.
func (f *Footfall) keep() {
	for d := range f.live {
		f.keepDay(d)
	}
}

func (f *Footfall) keepDay(d dayOf) {
	for c, s := range f.live[d] {
		if n := s.count(cellSketch); n >= f.Cohort && n > f.history[d][c] {
			if f.history[d] == nil {
				f.history[d] = make(map[geo.Cell]int)
			}
			f.history[d][c] = n
		}
	}
}

// Name is how the footfall is called on the erase list.
func (*Footfall) Name() string { return "footfall" }

// Erase forgets where a person was today.
func (f *Footfall) Erase(_ context.Context, user id.User) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := maphash.String(f.seed, string(user))
	for _, cells := range f.live {
		for _, s := range cells {
			s.remove(h)
		}
	}
	return nil
}

// Run writes the counts every minute until ctx is done, and once more.
func (f *Footfall) Run(ctx context.Context) {
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f.write(ctx)
		case <-ctx.Done():
			f.write(context.WithoutCancel(ctx))
			return
		}
	}
}

// FootfallStats is what a footfall lost.
type FootfallStats struct {
	Dropped uint64 // times that somebody was not counted: too many cells
}

// Stats returns the counter.
func (f *Footfall) Stats() FootfallStats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return FootfallStats{f.dropped}
}

func (f *Footfall) write(ctx context.Context) {
	f.mu.Lock()
	f.keep()
	var notes []store.Note
	for d := range f.changed {
		notes = append(notes, notesOf(d, f.history[d])...)
	}
	clear(f.changed)
	f.prune()
	f.mu.Unlock()
	if len(notes) == 0 {
		return
	}
	if err := f.Notes.PutNotes(ctx, roomFootfall, notes...); err != nil {
		f.Log.WarnContext(ctx, "footfall not written", "err", err)
	}
}

// prune forgets the oldest days of each mode. The caller holds f.mu.
func (f *Footfall) prune() {
	for _, mode := range []offers.Mode{offers.Live, offers.Test} {
		var days []int64
		for d := range f.history {
			if d.mode == mode {
				days = append(days, d.day)
			}
		}
		slices.Sort(days)
		for _, day := range days[:max(0, len(days)-maxDays)] {
			delete(f.history, dayOf{mode, day})
		}
	}
}

// notesOf spreads a day over several notes: cell 8 bytes, count.
func notesOf(d dayOf, counts map[geo.Cell]int) []store.Note {
	var values [chunks][]byte
	for c, n := range counts {
		i := uint64(c) * 0x9e3779b97f4a7c15 >> 60 // of chunks
		values[i] = binary.AppendUvarint(binary.BigEndian.AppendUint64(values[i], uint64(c)), uint64(n))
	}
	var out []store.Note
	for i, v := range values {
		if len(v) > 0 {
			name := d.mode.String() + "/" + strconv.FormatInt(d.day, 10) + "/" + strconv.Itoa(i)
			out = append(out, store.Note{Name: name, Value: v, Keep: keepFootfall})
		}
	}
	return out
}

func (f *Footfall) take(n store.Note) error {
	broken := fault.New(fault.Internal, fault.CodeInternal, "A record of the footfall can't be read.")
	words := strings.Split(n.Name, "/")
	if len(words) != 3 {
		return broken
	}
	var d dayOf
	if err := d.mode.UnmarshalText([]byte(words[0])); err != nil {
		return broken.Wrap(err)
	}
	var err error
	if d.day, err = strconv.ParseInt(words[1], 10, 64); err != nil {
		return broken.Wrap(err)
	}
	if f.history[d] == nil {
		f.history[d] = make(map[geo.Cell]int)
	}
	for v := n.Value; len(v) > 0; {
		if len(v) < 9 {
			return broken
		}
		count, size := binary.Uvarint(v[8:])
		if size <= 0 {
			return broken
		}
		f.history[d][geo.Cell(binary.BigEndian.Uint64(v))] = int(min(count, 1<<31)) //nolint:gosec // bounded
		v = v[8+size:]
	}
	return nil
}
