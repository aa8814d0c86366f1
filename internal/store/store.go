package store

import (
	"context"
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
	Merchant Kind = "merchant"
	Place    Kind = "place"
	Offer    Kind = "offer"
	APIKey   Kind = "apikey"
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

// Put is one write of a batch: Item replaces the revision Prev (0: must not exist).
type Put struct {
	Item Item
	Prev Rev
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
type Options struct{}

// Store is the record on one machine. See the package comment for concurrency and errors.
type Store struct{}

var errTodo = fault.New(fault.Unavailable, fault.CodeUnavailable, "not implemented yet")

// Open opens or creates the store in dir (mode 0700), repairs what a crash left behind and finishes interrupted
// erases; OpenReport tells what it found. A directory in use by another process is a Conflict.
func Open(dir string, o Options) (*Store, error) { return nil, errTodo }

// OpenMemory returns an empty store without files.
func OpenMemory(o Options) (*Store, error) { return nil, errTodo }

// Close ends the store. Calls under way finish or answer Unavailable.
func (s *Store) Close() error { return errTodo }

// --- catalogue.go

// Put writes item if its revision is still prev (0: does not exist yet) and returns the new revision.
// Faults: conflict (another revision), already_exists (prev 0, or the external id is taken), invalid_field, too_large.
func (s *Store) Put(ctx context.Context, item Item, prev Rev) (Rev, error) { return 0, errTodo }

// PutBatch writes many items with one sync per 1000; each stands or fails alone and has its result at its index.
// The error is that of the batch as a whole (context, disk): results before it hold.
func (s *Store) PutBatch(ctx context.Context, puts []Put) ([]PutResult, error) { return nil, errTodo }

// Get returns an item, or a not_found fault. The caller owns the item.
func (s *Store) Get(ctx context.Context, partition string, kind Kind, id string) (Item, error) {
	return Item{}, errTodo
}

// GetExternal returns the item that carries an external id, or a not_found fault.
func (s *Store) GetExternal(ctx context.Context, partition string, kind Kind, scope, externalID string) (Item, error) {
	return Item{}, errTodo
}

// Delete removes an item if its revision is still prev. Deleting what does not exist is a not_found fault.
func (s *Store) Delete(ctx context.Context, partition string, kind Kind, id string, prev Rev) error {
	return errTodo
}

// List returns up to limit items (1 to 1000) of a kind in the order of their ids, after the cursor of the last page
// ("": from the start), and the next cursor ("": no more).
func (s *Store) List(ctx context.Context, partition string, kind Kind, cursor string, limit int) (items []Item, next string, err error) {
	return nil, "", errTodo
}

// Watch calls fn with every item of every partition, then with Ready, and returns; from then on every change is
// passed to fn in the order of commits, inside the call that made it, until ctx is done. Nothing is ever dropped.
// fn must be quick and must not call Put, PutBatch, Delete or Watch.
func (s *Store) Watch(ctx context.Context, fn func(Change)) error { return errTodo }

// --- spatial.go

// Nearest calls fn with up to limit places (1 to 1000), nearest first, with the distance in metres, until fn
// returns false.
func (s *Store) Nearest(ctx context.Context, partition string, p geo.Point, limit int, fn func(Item, float64) bool) error {
	return errTodo
}

// Within calls fn with up to limit places (1 to 10000) in the box between two corners, borders included, until fn
// returns false. A box whose west edge lies east of its east edge crosses the antimeridian.
func (s *Store) Within(ctx context.Context, partition string, southWest, northEast geo.Point, limit int, fn func(Item) bool) error {
	return errTodo
}

// InCell calls fn with the id of every item of a kind that stands under exactly this cell, until fn returns false.
func (s *Store) InCell(ctx context.Context, partition string, kind Kind, cell geo.Cell, fn func(id string) bool) error {
	return errTodo
}

// --- users.go

// CreateUser makes a user's data key and first records. A user who has records already is an already_exists fault,
// an erased one an erased fault.
func (s *Store) CreateUser(ctx context.Context, user id.User, records ...Record) error { return errTodo }

// ReadUser returns one record of a user, or a not_found or erased fault. The caller owns the value.
func (s *Store) ReadUser(ctx context.Context, user id.User, name string) ([]byte, Rev, error) {
	return nil, 0, errTodo
}

// WriteUser writes one record if its revision is still prev (0: does not exist yet). The record lives for the
// retention of its class from now on. Faults: conflict, not_found (no such user), erased, invalid_field, too_large.
func (s *Store) WriteUser(ctx context.Context, user id.User, name string, value []byte, prev Rev) (Rev, error) {
	return 0, errTodo
}

// DeleteRecord removes one record of a user if its revision is still prev. Its bytes leave the file at the next
// compaction.
func (s *Store) DeleteRecord(ctx context.Context, user id.User, name string, prev Rev) error { return errTodo }

// ListUser calls fn with a user's records whose names start with prefix, in the order of their names within each
// file (core before state), until fn returns false. The callee may keep the record.
func (s *Store) ListUser(ctx context.Context, user id.User, prefix string, fn func(Record) bool) error {
	return errTodo
}

// Users returns up to limit users (1 to 1000) after cursor, in the order of their ids, and the next cursor. For
// operators and jobs; nothing on the hot path asks across users.
func (s *Store) Users(ctx context.Context, cursor string, limit int) (users []id.User, next string, err error) {
	return nil, "", errTodo
}

// --- erase.go

// EraseUser destroys everything held about a user and keeps a tombstone, a salted hash of the id. From its first
// durable step on, every call for that user answers an erased fault; an erase that a crash interrupts is finished by
// Open. Repeating it returns the receipt again; an unknown user is a not_found fault.
func (s *Store) EraseUser(ctx context.Context, user id.User) (Receipt, error) { return Receipt{}, errTodo }

// Erased reports whether the user has been erased.
func (s *Store) Erased(ctx context.Context, user id.User) bool { return false }

// --- ledger.go

// Claim takes one unit of an offer for a user and returns its ticket, 1 and up, never given twice. Repeating it for
// the same user and redemption returns the same ticket. total and perUser bound the claims that stand (0: no bound).
// Faults: sold_out (Field "total" or "perUser"), conflict (that claim was released), not_found, erased.
func (s *Store) Claim(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption, total, perUser int) (ticket int, err error) {
	return 0, errTodo
}

// Release gives a claimed unit back. Repeating it changes nothing; a claim that never was is a not_found fault.
func (s *Store) Release(ctx context.Context, offer id.Offer, user id.User, redemption id.Redemption) error {
	return errTodo
}

// Claimed returns how many claims of an offer stand.
func (s *Store) Claimed(ctx context.Context, offer id.Offer) (int, error) { return 0, errTodo }

// --- once.go

// Once runs do at most once per Scope and Key within 24 hours and answers repeats with the stored result; calls at
// the same time wait for the first. Another Body under the same key is an idempotency_mismatch fault. If do fails,
// nothing is stored. If the result is about a person, do names the person as owner: the result is then sealed with
// that user's data key and goes with the user's erase. A crash between do and its record lets do run again.
func (s *Store) Once(ctx context.Context, r Request, do func(context.Context) (result []byte, owner id.User, err error)) (result []byte, replayed bool, err error) {
	return nil, false, errTodo
}

// --- admin.go

// OpenReport tells what Open found and repaired.
func (s *Store) OpenReport() OpenReport { return OpenReport{} }

// OpenReport is what Open found and repaired. It is clean if nothing is set.
type OpenReport struct {
	Torn           []Fault // a last command that a crash cut off, removed; never an acknowledged write
	Dropped        []Fault // broken records; the damaged file is kept beside as FILE.damaged-N
	ErasesFinished int     // erases that a crash had interrupted
}

// Clean reports whether there was nothing to repair but cut-off tails.
func (r OpenReport) Clean() bool { return len(r.Dropped) == 0 }

// Fault is one broken place in a file. Class is the class of the key ("" if unreadable); it never shows content.
type Fault struct {
	File   string
	Class  string
	Offset int64 // -1: in memory, not in the file
	Reason string
}

// Report is the outcome of Verify.
type Report struct {
	Records map[string]int // by class
	Broken  []Fault        // at most 1000
}

// Clean reports whether nothing is broken.
func (r Report) Clean() bool { return len(r.Broken) == 0 }

// Stats tells sizes and counts for metrics.
type Stats struct {
	Bytes      map[string]int64 // by file name
	Users      int
	Tombstones int
	Pending    int // erases whose ciphertext still waits for compaction
}

// Stats returns the current sizes; it is cheap.
func (s *Store) Stats() Stats { return Stats{} }

// Verify reads every file and every record: framing, CRC, seal, and whether all derived entries agree with the facts.
func (s *Store) Verify(ctx context.Context) (Report, error) { return Report{}, errTodo }

// Compact rewrites the files without what was deleted or replaced.
func (s *Store) Compact(ctx context.Context) error { return errTodo }

// Backup writes a copy of the store to dir, which must be empty or new: core.db and state.db into dir, keys.db into
// keysDir, so that the keys can be kept apart and briefly. The server goes on working.
func (s *Store) Backup(ctx context.Context, dir, keysDir string) error { return errTodo }

// Restore makes the new store directory to from a backup, and refuses a damaged backup or a directory that already
// holds a store.
func Restore(ctx context.Context, dir, keysDir, to string) error { return errTodo }
