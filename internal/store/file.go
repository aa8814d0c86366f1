package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// shrinkLimit is how long one compaction may take before the file is given up: buntdb's Shrink can lock itself up.
const shrinkLimit = 10 * time.Minute

// file is one buntdb file. Durable files are synced here and not by buntdb, which ignores the error of fsync and
// keeps all readers waiting meanwhile; so many writers share one fsync.
type file struct {
	name    string
	path    string // empty in memory
	durable bool
	db      *buntdb.DB
	syncs   gate
	shrinks gate
	compact atomic.Int64 // size after the last compaction
	shrunk  atomic.Int64 // Unix seconds of it
	broken  atomic.Pointer[fault.Error]
}

// gate lets callers share the runs of a costly step: each is content with a run that began after it asked.
type gate struct {
	asked atomic.Uint64
	mu    sync.Mutex
	done  uint64
}

func (g *gate) run(step func() error) error {
	want := g.asked.Add(1)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done >= want {
		return nil
	}
	upTo := g.asked.Load()
	if err := step(); err != nil {
		return err
	}
	g.done = upTo
	return nil
}

// openFile opens a file that repair has made sound; path "" is in memory.
func openFile(name, path string, durable bool) (*file, error) {
	f := &file{name: name, path: path, durable: durable}
	where := path
	if path == "" {
		where = ":memory:"
	}
	db, err := buntdb.Open(where)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	conf := buntdb.Config{SyncPolicy: buntdb.EverySecond, AutoShrinkDisabled: true}
	if durable {
		conf.SyncPolicy = buntdb.Never
	}
	if err := db.SetConfig(conf); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	f.db = db
	f.compact.Store(f.size())
	f.shrunk.Store(time.Now().Unix())
	return f, nil
}

func (f *file) view(ctx context.Context, fn func(*buntdb.Tx) error) error {
	return f.transact(ctx, f.db.View, fn)
}

// update runs fn in a transaction that is durable after the next flush.
func (f *file) update(ctx context.Context, fn func(*buntdb.Tx) error) error {
	return f.transact(ctx, f.db.Update, fn)
}

func (f *file) transact(ctx context.Context, run func(func(*buntdb.Tx) error) error, fn func(*buntdb.Tx) error) error {
	if err := alive(ctx); err != nil {
		return err
	}
	if e := f.broken.Load(); e != nil {
		return e
	}
	return asFault(run(fn))
}

// flush returns once everything written before is on disk, if the file is a durable one.
func (f *file) flush() error {
	if !f.durable || f.path == "" {
		return nil
	}
	if e := f.broken.Load(); e != nil {
		return e
	}
	return f.syncs.run(f.sync)
}

// sync opens the file by its name, since a compaction replaces it, and makes sure that it was not replaced
// meanwhile. After a failed fsync the kernel may have dropped what it could not write: no later sync proves
// anything, so the file takes no more writes.
func (f *file) sync() error {
	for {
		h, err := os.OpenFile(f.path, os.O_RDWR, 0)
		if err != nil {
			return f.fail("sync", err)
		}
		mine, err := h.Stat()
		err = errors.Join(err, h.Sync(), h.Close())
		if err != nil {
			return f.fail("sync", err)
		}
		now, err := os.Stat(f.path)
		if err != nil {
			return f.fail("sync", err)
		}
		if os.SameFile(mine, now) {
			return nil
		}
	}
}

// fail marks the file as unusable until the next Open.
func (f *file) fail(op string, err error) error {
	e := unavailable(fmt.Errorf("%s %s: %w", op, f.name, err))
	f.broken.CompareAndSwap(nil, e)
	return e
}

// shrink rewrites the file without what was deleted or replaced before the call, and syncs it.
func (f *file) shrink(ctx context.Context) error {
	if err := alive(ctx); err != nil {
		return err
	}
	if e := f.broken.Load(); e != nil {
		return e
	}
	if f.path == "" {
		return nil
	}
	return f.shrinks.run(func() error {
		done := make(chan error, 1)
		go func() {
			defer func() {
				if p := recover(); p != nil {
					done <- f.fail("compact", fmt.Errorf("%v", p))
				}
			}()
			done <- f.db.Shrink()
		}()
		watchdog := time.NewTimer(shrinkLimit)
		defer watchdog.Stop()
		select {
		case err := <-done:
			if err != nil {
				return asFault(err)
			}
		case <-watchdog.C:
			return f.fail("compact", errors.New("does not end"))
		}
		if err := f.syncs.run(f.sync); err != nil {
			return err
		}
		if err := syncDir(filepath.Dir(f.path)); err != nil {
			return f.fail("compact", err)
		}
		f.compact.Store(f.size())
		f.shrunk.Store(time.Now().Unix())
		return nil
	})
}

// due reports whether the file should be compacted: grown to twice its compact size, or a day old, since deleted
// records stay in the file until then.
func (f *file) due(now time.Time) bool {
	size, compact := f.size(), f.compact.Load()
	return size > 2*compact+1<<20 || size != compact && now.Unix()-f.shrunk.Load() > int64(day/time.Second)
}

func (f *file) size() int64 {
	if f.path == "" {
		return 0
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// close syncs once more through buntdb; every acknowledged write of a durable file is on disk already.
func (f *file) close() error { return asFault(f.db.Close()) }

// ascend calls fn with the keys that start with prefix, from pivot on, until fn returns false.
func ascend(tx *buntdb.Tx, prefix, pivot string, fn func(key, value string) bool) error {
	return tx.AscendGreaterOrEqual("", max(pivot, prefix), func(k, v string) bool {
		return strings.HasPrefix(k, prefix) && fn(k, v)
	})
}

// get returns the record under key; ok is false if there is none.
func get(tx *buntdb.Tx, key string) (env envelope, ok bool, err error) {
	value, err := tx.Get(key)
	if errors.Is(err, buntdb.ErrNotFound) {
		return envelope{}, false, nil
	}
	if err != nil {
		return envelope{}, false, err
	}
	env, err = decode(key, value)
	if err != nil {
		return envelope{}, false, fmt.Errorf("%s record: %w", classOf(key), err)
	}
	return env, true, nil
}

// set writes one record.
func set(tx *buntdb.Tx, key string, env envelope) error {
	var opts *buntdb.SetOptions
	if env.expires != 0 {
		opts = &buntdb.SetOptions{Expires: true, TTL: time.Until(time.Unix(env.expires, 0))}
	}
	_, _, err := tx.Set(key, env.encode(key), opts)
	return err
}

// remove deletes a key that may not exist.
func remove(tx *buntdb.Tx, key string) error {
	if _, err := tx.Delete(key); err != nil && !errors.Is(err, buntdb.ErrNotFound) {
		return err
	}
	return nil
}

// alive turns the end of a context into a fault.
func alive(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	return nil
}

func unavailable(cause error) *fault.Error {
	return fault.New(fault.Unavailable, fault.CodeUnavailable, "The store cannot answer now; ask again.").Wrap(cause)
}

// asFault passes faults through, makes errors of disk and closed files Unavailable, and keeps nil nil.
func asFault(err error) error {
	var e *fault.Error
	var path *os.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, buntdb.ErrDatabaseClosed), errors.As(err, &path):
		return unavailable(err)
	}
	return fault.From(fmt.Errorf("store: %w", err))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
