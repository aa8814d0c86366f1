package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Rev is the revision of one record: opaque, positive, never reused, comparable only for equality.
// As the expected revision of a write, 0 means "must not exist yet".
type Rev uint64

// Kind says what a catalogue item is.
type Kind string

// The kinds of catalogue items.
const (
	Merchant     Kind = "merchant"
	Place        Kind = "place"
	Offer        Kind = "offer"
	OfferVersion Kind = "offerversion" // what an offer said before
	APIKey       Kind = "apikey"
	Webhook      Kind = "webhook"
	Stock        Kind = "stock" // of a place: its id begins with the place's
)

// Item is one fact of the catalogue. Partition keeps data apart that must never meet ("live", "test"): it is part
// of the key, and no call crosses it. ExternalID, if set, is unique within (Partition, Kind, Scope); Scope is the
// merchant for offers and empty where ids are unique within the partition. Value is opaque (at most 1 MiB).
type Item struct {
	Kind       Kind
	Partition  string // 1 to 16 of a-z 0-9
	ID         string // 1 to 128 of A-Z a-z 0-9 _ - . :
	Scope      string
	ExternalID string
	Point      *geo.Point // makes a place findable by Nearest and Within
	Cells      []geo.Cell // makes an offer findable by InCell
	Value      []byte
	Rev        Rev // set by the store
}

// Put is one write of a batch: Item replaces the revision Prev (0: must not exist), or goes with it.
type Put struct {
	Item   Item
	Prev   Rev
	Delete bool // Item says which: its kind, partition and id
}

// PutResult is the outcome of one write of a batch: Rev, or Err (a *fault.Error).
type PutResult struct {
	Rev Rev
	Err error
}

// Change is one step of the catalogue as Watch tells it. Ready marks the end of the snapshot and carries no item;
// Deleted carries only Kind, Partition and ID.
type Change struct {
	Item    Item
	Deleted bool
	Ready   bool
}

// Record is one of a user's records. Its name is "class" or "class/id", where class is one of Classes.
type Record struct {
	Name  string
	Value []byte
	Rev   Rev // set by the store
}

// Receipt tells what an erase did. Compacted says whether the bytes have left the files too: the data key always
// has when EraseUser returns, the ciphertext of a very large store follows within the hour.
type Receipt struct {
	Erased    time.Time
	Records   int
	Compacted bool
}

// Request names a call that must happen once: Key is the caller's idempotency key within Scope, Body a hash of what
// was asked.
type Request struct {
	Scope, Key string
	Body       [32]byte
}

// Options of a store; the zero value is right.
type Options struct {
	// Keep shortens how long records of a class are kept after their last write; it can't lengthen what Classes
	// promises.
	Keep map[string]time.Duration
}

func (o Options) check() error {
	for name, keep := range o.Keep {
		class, err := classOfRecord(name)
		if err != nil || class.Keep == 0 || keep < time.Second || keep > class.Keep {
			return fault.Field("keep."+name, "must be a class of records with a retention, and from a second to that")
		}
	}
	return nil
}

// Store is the record on one machine. See the package comment for concurrency and errors.
type Store struct {
	dir               string // empty in memory
	lock              *os.File
	keep              map[string]time.Duration // read only
	core, keys, state *file
	index             *file // derived: external ids, places, cells, owners of results
	report            OpenReport

	last atomic.Uint64 // highest revision given
	salt [saltSize]byte
	// codeSecret keys the hashes of codes; read only after open.
	codeSecret []byte
	users      [id.UserShards]sync.RWMutex // held for writing only where a user appears or goes
	graves     graves
	ledger     ledger
	calls      calls

	catalogue sync.Mutex // orders commits of the catalogue and what watchers see
	watchers  map[*watcher]struct{}

	stop context.CancelFunc
	idle sync.WaitGroup
}

// Open opens or creates the store in dir (mode 0700), repairs what a crash left behind and finishes interrupted
// erases; OpenReport tells what it found. A directory in use by another process, or in which
// core.db or keys.db is missing beside the others, is a Conflict.
func Open(dir string, o Options) (*Store, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := private(dir); err != nil {
		return nil, asFault(err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, asFault(err)
	}
	if err := whole(dir); err != nil {
		return nil, errors.Join(asFault(err), held.Close())
	}
	s := &Store{dir: dir, lock: held, keep: o.Keep}
	return s.open()
}

// whole refuses a directory in which a file is missing that the others can't do without: made anew and empty, it would cost what
// the others hold, even if the file is found again. A first start that was cut off leaves only empty files.
func whole(dir string) error {
	var missing string
	var bytes int64
	for _, name := range []string{coreFile, keysFile, stateFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case err == nil:
			bytes += info.Size()
		case !errors.Is(err, os.ErrNotExist):
			return err
		case name != stateFile:
			missing = name
		}
	}
	if missing == "" || bytes == 0 {
		return nil
	}
	return fault.New(fault.Conflict, fault.CodeConflict, "%s is missing in %s beside the other files; restore it from a backup", missing, dir)
}

// private makes the directory if need be, for the owner's eyes only: buntdb makes its files readable to all.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() == 0o700 {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// OpenMemory returns an empty store without files.
func OpenMemory(o Options) (*Store, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Store{keep: o.Keep}
	return s.open()
}

func (s *Store) open() (*Store, error) {
	s.watchers = map[*watcher]struct{}{}
	for _, step := range []func() error{s.openFiles, s.loadGraves, s.loadCodeSecret, s.loadLedger, s.buildIndex, s.finishErases} {
		if err := step(); err != nil {
			return nil, asFault(errors.Join(err, s.closeFiles()))
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.idle.Go(func() { s.tend(ctx) })
	return s, nil
}

func (s *Store) openFiles() error {
	for _, f := range []struct {
		file    **file
		name    string
		durable bool
		derived bool
	}{
		{&s.core, coreFile, true, false},
		{&s.keys, keysFile, true, false},
		{&s.state, stateFile, false, false},
		{&s.index, "index", false, true},
	} {
		path := ""
		if s.dir != "" && !f.derived {
			path = filepath.Join(s.dir, f.name)
			last, err := repair(path, &s.report)
			if err != nil {
				return err
			}
			s.last.Store(max(s.last.Load(), uint64(last)))
		}
		opened, err := openFile(f.name, path, f.durable)
		if err != nil {
			return err
		}
		*f.file = opened
	}
	if s.dir == "" {
		return nil
	}
	return syncDir(s.dir)
}

// Close ends the store. Calls under way finish or answer Unavailable. buntdb's goroutines notice within a
// second: a test that counts goroutines, or runs in a synctest bubble, lets that second pass.
func (s *Store) Close() error {
	s.stop()
	s.idle.Wait()
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var err error
	for _, f := range []*file{s.core, s.keys, s.state, s.index} {
		if f != nil {
			err = errors.Join(err, f.close())
		}
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return asFault(err)
}

// OpenReport tells what Open found and repaired.
func (s *Store) OpenReport() OpenReport { return s.report }

// nextRev returns a fresh revision: the time in microseconds, or one more than the last. So a revision is not given
// again even if the record that had the highest one is gone from the files.
func (s *Store) nextRev() Rev {
	for {
		last := s.last.Load()
		next := max(last+1, uint64(time.Now().UnixMicro()))
		if s.last.CompareAndSwap(last, next) {
			return Rev(next)
		}
	}
}

// tend compacts files that need it, until the store closes.
func (s *Store) tend(ctx context.Context) {
	const every = time.Minute
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.tidy(ctx, now)
		}
	}
}

// tidy does what is due. Its errors leave the work due for the next time; a broken file shows in every call.
func (s *Store) tidy(ctx context.Context, now time.Time) {
	if _, open := s.graves.counts(); open > 0 {
		_ = s.bury(ctx)
	}
	for _, f := range []*file{s.core, s.keys, s.state} {
		if f.due(now) {
			_ = f.shrink(ctx)
		}
	}
}
