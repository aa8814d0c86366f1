package store

import (
	"context"
	"errors"
	"maps"
	"os"
	"strings"

	"github.com/tidwall/buntdb"
	"golang.org/x/sync/errgroup"
)

// OpenReport is what Open found and repaired.
type OpenReport struct {
	Torn           []Fault // an incomplete last command, removed: what a crash cut off was not acknowledged
	Dropped        []Fault // broken records; the damaged file is kept beside as FILE.damaged-N
	ErasesFinished int     // erases that a crash had interrupted
}

// Clean reports whether nothing was lost.
func (r OpenReport) Clean() bool { return len(r.Dropped) == 0 }

// Fault is one broken place. Class is the class of the key (item, user, claim, once, code, tombstone, meta, key), "" if
// unreadable; a Fault never shows content.
type Fault struct {
	File   string
	Class  string
	Offset int64 // in the file; -1: of a record in memory
	Reason string
}

const maxFaults = 1000

// Report is the outcome of Verify.
type Report struct {
	Records map[string]int // by class of key, all files together
	Broken  []Fault        // at most 1000
}

// Clean reports whether nothing is broken.
func (r Report) Clean() bool { return len(r.Broken) == 0 }

func (r *Report) broken(f Fault) {
	if len(r.Broken) < maxFaults {
		r.Broken = append(r.Broken, f)
	}
}

// Verify reads every file from disk and every record in memory: framing, CRC, seal, the user's key, and whether
// all derived entries and tallies agree with the facts. The catalogue takes no writes meanwhile.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	report := Report{Records: map[string]int{}}
	for _, f := range []*file{s.core, s.keys, s.state} {
		if err := f.verify(ctx, &report); err != nil {
			return report, err
		}
		if err := s.verifyRecords(ctx, f, &report); err != nil {
			return report, err
		}
	}
	if err := s.verifyLedger(ctx, &report); err != nil {
		return report, err
	}
	return report, s.verifyIndex(ctx, &report)
}

// verify reads the file as far as it was written when it began.
func (f *file) verify(ctx context.Context, report *Report) error {
	if f.path == "" {
		return nil
	}
	var h *os.File
	var size int64
	err := f.view(ctx, func(*buntdb.Tx) (err error) { // no writer is within a command now
		if h, err = os.Open(f.path); err != nil {
			return err
		}
		size = f.size()
		return nil
	})
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	res, err := scan(f.name, h, size, func(command, envelope) {})
	for _, broken := range append(res.cut, res.broken...) {
		report.broken(broken)
	}
	return asFault(err)
}

// verifyRecords checks what is in memory: every record decodes, and every seal opens. It goes page by page, so that
// writers get their turn; what it finds broken must still be there when it looks again.
func (s *Store) verifyRecords(ctx context.Context, f *file, report *Report) error {
	for pivot, more := "", true; more; {
		var page []command
		err := f.view(ctx, func(tx *buntdb.Tx) error {
			more = false
			return tx.AscendGreaterOrEqual("", pivot, func(key, value string) bool {
				if more = len(page) == maxPage; more {
					pivot = key
					return false
				}
				page = append(page, command{key: key, value: value})
				return true
			})
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			report.Records[classOf(c.key)]++
			if reason := s.verifyRecord(ctx, f, c.key, c.value); reason != nil && f.has(ctx, c) {
				report.broken(Fault{File: f.name, Class: classOf(c.key), Offset: -1, Reason: reason.Error()})
			}
		}
	}
	return nil
}

func (f *file) has(ctx context.Context, c command) (same bool) {
	_ = f.view(ctx, func(tx *buntdb.Tx) error {
		value, err := tx.Get(c.key)
		same = err == nil && value == c.value
		return nil
	})
	return same
}

var errOrphan = errors.New("the user has no data key")

func (s *Store) verifyRecord(ctx context.Context, f *file, key, value string) error {
	env, err := decode(key, value)
	if err != nil {
		return err
	}
	switch classOf(key) {
	case "item":
		_, err = decodeItem(key, env)
	case "claim":
		_, _, err = readClaim(key, value)
	case "tombstone":
		_, _, _, err = readTombstone(env)
	case "key":
		if len(env.payload) != dataKeySize {
			err = errPayload
		}
	case "user":
		var k dataKey
		switch k, err = s.dataKeyOf(ctx, userOf(key)); {
		case err == nil:
			_, err = k.open(key, env)
		case !errors.Is(err, errErased):
			err = errOrphan
		case s.graves.stageOf(s.graveOf(userOf(key))) != closed: // its erase is under way
			err = nil
		}
	case "note":
		if owner := noteOwner(env); owner != "" {
			if x := s.graveOf(owner); s.graves.has(x) && s.graves.stageOf(x) == closed {
				err = errErased
			}
		}
	case "code":
		var c code
		if c, err = decodeCode(env); err != nil {
			break
		}
		if x := s.graveOf(c.owner); s.graves.has(x) && s.graves.stageOf(x) == closed {
			err = errErased
		}
	case "once":
		if x := s.graveOf(ownerOf(env)); s.graves.has(x) && s.graves.stageOf(x) == closed {
			err = errErased
		}
	}
	if !belongs(f.name, key) {
		err = errForeign
	}
	return err
}

// verifyLedger counts the claims again while no claim is made.
func (s *Store) verifyLedger(ctx context.Context, report *Report) error {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	var fresh ledger
	err := s.core.view(ctx, func(tx *buntdb.Tx) error {
		return ascend(tx, claimPrefix, "", func(key, value string) bool {
			if offer, c, err := readClaim(key, value); err == nil {
				fresh.enter(offer, &c)
			}
			return true
		})
	})
	if !maps.Equal(fresh.tallies, s.ledger.tallies) || !maps.Equal(fresh.tickets, s.ledger.tickets) {
		report.broken(Fault{File: coreFile, Class: "claim", Offset: -1, Reason: "a tally differs from the claims"})
	}
	return err
}

// verifyIndex derives all entries again and compares, both ways.
func (s *Store) verifyIndex(ctx context.Context, report *Report) error {
	s.catalogue.Lock()
	defer s.catalogue.Unlock()
	wrong := func(reason string) {
		report.broken(Fault{File: s.index.name, Class: "derived", Offset: -1, Reason: reason})
	}
	expected := 0
	for cursor, more := itemPrefix, true; more; {
		items, next, err := s.items(ctx, itemPrefix, cursor, maxPage)
		if err != nil {
			return err
		}
		err = s.index.view(ctx, func(itx *buntdb.Tx) error {
			for _, it := range items {
				_ = derived(it, func(key, value string) error {
					expected++
					if have, err := itx.Get(key); err != nil || have != value {
						wrong("an entry is missing or differs from its fact")
					}
					return nil
				})
			}
			return nil
		})
		if err != nil {
			return err
		}
		cursor, more = next, next != ""
	}
	return s.index.view(ctx, func(itx *buntdb.Tx) error {
		have := 0
		err := itx.Ascend("", func(key, _ string) bool {
			if !strings.ContainsAny(key[:1], "wde") { // of results and codes: they run out
				have++
			}
			return true
		})
		if have != expected {
			wrong("there are entries without a fact")
		}
		return err
	})
}

// Stats tells sizes and counts for metrics.
type Stats struct {
	Bytes      map[string]int64 // by file name; empty in memory
	Users      int
	Tombstones int
	Pending    int // erases whose ciphertext still waits for compaction
}

// Stats returns the current sizes; it is cheap.
func (s *Store) Stats() Stats {
	st := Stats{Bytes: map[string]int64{}}
	for _, f := range []*file{s.core, s.keys, s.state} {
		if f.path != "" {
			st.Bytes[f.name] = f.size()
		}
	}
	_ = s.keys.view(context.Background(), func(tx *buntdb.Tx) (err error) { st.Users, err = tx.Len(); return err })
	st.Tombstones, st.Pending = s.graves.counts()
	return st
}

// Compact rewrites the files without what was deleted or replaced. It takes at least a quarter of a second.
func (s *Store) Compact(ctx context.Context) error {
	var all errgroup.Group
	for _, f := range []*file{s.core, s.keys, s.state} {
		all.Go(func() error { return f.shrink(ctx) })
	}
	return all.Wait()
}
