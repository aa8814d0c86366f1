package buffer

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/wire"
)

const (
	perFile   = 256 // records
	syncEvery = 16  // records
	keepShare = 0.75
	minLimit  = 8
)

// Record is a position that waits, with its number; numbers rise for ever.
type Record struct {
	ID  uint64
	Fix wire.Fix
}

// Buffer is a folder of records. Use Open.
type Buffer struct {
	dir     string
	limit   int
	seal    cipher.AEAD
	records []Record // oldest first
	files   []part   // oldest first; the last one may be open
	open    *os.File // appended to; nil: the next record begins a file
	filled  int      // records in it
	dirty   int      // not flushed
	next    uint64
	dropped int64
	damaged int64
	scratch []byte
}

// part is a file and the last number in it.
type part struct {
	path string
	last uint64
}

// Open opens or makes the buffer in a folder that exists. limit is how many positions it keeps, at least 8. What can't be
// read, or was sealed with another key, is left out and counted by Damaged. The error is one of the file system.
func Open(dir string, key [32]byte, limit int) (*Buffer, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("buffer: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("buffer: %w", err)
	}
	b := &Buffer{dir: dir, limit: max(limit, minLimit), seal: aead, next: 1}
	if err := b.load(); err != nil {
		return nil, fmt.Errorf("buffer: open: %w", err)
	}
	return b, nil
}

// load reads all files, in the order of their names, which is that of their first numbers.
func (b *Buffer) load() error {
	names, err := b.sweep()
	if err != nil {
		return err
	}
	removed := uint64(0)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		last := uint64(0)
		b.damaged += b.scan(raw, func(e entry) {
			if e.removed {
				removed = max(removed, e.id)
				b.next = max(b.next, e.id+1)
				return
			}
			last = max(last, e.id)
			b.records = append(b.records, Record{ID: e.id, Fix: e.fix})
		})
		b.files = append(b.files, part{path: name, last: last})
		b.next = max(b.next, last+1, firstOf(name))
	}
	slices.SortStableFunc(b.records, func(x, y Record) int { return cmp.Compare(x.ID, y.ID) })
	b.records = slices.CompactFunc(b.records, func(x, y Record) bool { return x.ID == y.ID }) // a kill between thinning and tidying
	b.forget(removed)
	for len(b.records) > b.limit { // a smaller limit than before
		b.thin()
	}
	return nil
}

// sweep returns the files, sorted by name, and deletes what a kill left of one that was being written: it would outlive a
// withdrawal.
func (b *Buffer) sweep() (files []string, err error) {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(b.dir, e.Name())
		switch {
		case strings.HasSuffix(path, suffix):
			files = append(files, path)
		case strings.HasSuffix(path, suffix+unfinished):
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	}
	return files, nil
}

// Append keeps a position. A full buffer is thinned first. An error of the file system leaves the buffer as it was.
func (b *Buffer) Append(fix wire.Fix) error {
	if len(b.records) >= b.limit {
		b.thin()
		if err := b.rewrite(); err != nil {
			return fmt.Errorf("buffer: thin: %w", err)
		}
	}
	id := b.next
	raw, err := b.encode(b.scratch[:0], entry{id: id, fix: fix})
	if err != nil {
		return fmt.Errorf("buffer: append: %w", err)
	}
	b.scratch = raw
	if err := b.write(id, raw); err != nil {
		return fmt.Errorf("buffer: append: %w", err)
	}
	b.next++
	b.files[len(b.files)-1].last = id
	b.records = append(b.records, Record{ID: id, Fix: fix})
	return nil
}

// write appends to the open file, or begins one that is named by a number.
func (b *Buffer) write(id uint64, raw []byte) error {
	if b.open != nil && b.filled >= perFile {
		if err := b.closeFile(); err != nil {
			return err
		}
	}
	if b.open == nil {
		path := filepath.Join(b.dir, nameOf(id))
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // in the app's own folder
		if err != nil {
			return err
		}
		b.open, b.filled = f, 0
		if n := len(b.files); n == 0 || b.files[n-1].path != path {
			b.files = append(b.files, part{path: path})
		}
	}
	if _, err := b.open.Write(raw); err != nil {
		_ = b.closeFile() // the rest of a record that was cut off is passed over; the next goes to another file
		return err
	}
	b.filled++
	if b.dirty++; b.dirty >= syncEvery {
		b.dirty = 0
		return b.open.Sync()
	}
	return nil
}

func (b *Buffer) closeFile() error {
	if b.open == nil {
		return nil
	}
	err := errors.Join(b.open.Sync(), b.open.Close())
	b.open, b.dirty = nil, 0
	return err
}

// Peek appends the oldest n records, or fewer, to dst and returns it.
func (b *Buffer) Peek(dst []Record, n int) []Record {
	return append(dst, b.records[:min(n, len(b.records))]...)
}

// Remove forgets all records up to a number, which the server has answered.
func (b *Buffer) Remove(upTo uint64) error {
	if len(b.records) == 0 || b.records[0].ID > upTo {
		return nil
	}
	b.forget(upTo)
	if len(b.records) == 0 {
		return b.Empty()
	}
	kept := b.files[:0]
	for i, f := range b.files {
		if f.last > upTo || i == len(b.files)-1 {
			kept = append(kept, f)
			continue
		}
		if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("buffer: remove: %w", err)
		}
	}
	b.files = kept
	raw, err := b.encode(b.scratch[:0], entry{id: upTo, removed: true})
	if err != nil {
		return fmt.Errorf("buffer: remove: %w", err)
	}
	b.scratch = raw
	if err := b.write(b.next, raw); err != nil {
		return fmt.Errorf("buffer: remove: %w", err)
	}
	return nil
}

func (b *Buffer) forget(upTo uint64) {
	n, _ := slices.BinarySearchFunc(b.records, upTo+1, func(r Record, id uint64) int { return cmp.Compare(r.ID, id) })
	b.records = slices.Delete(b.records, 0, n)
}

// Empty deletes everything, from the disk too, before it returns. Numbers go on.
func (b *Buffer) Empty() error {
	b.records = nil
	errs := []error{b.closeFile()}
	left := b.files[:0]
	for _, f := range b.files {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs, left = append(errs, err), append(left, f) // to be tried again
		}
	}
	b.files = left
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("buffer: empty: %w", err)
	}
	return nil
}

// Close flushes. The buffer must not be used afterwards.
func (b *Buffer) Close() error {
	if err := b.closeFile(); err != nil {
		return fmt.Errorf("buffer: close: %w", err)
	}
	return nil
}

// Len is how many positions wait.
func (b *Buffer) Len() int { return len(b.records) }

// Dropped is how many were left out of a full buffer since Open.
func (b *Buffer) Dropped() int64 { return b.dropped }

// Damaged is how many stretches of the files could not be read at Open.
func (b *Buffer) Damaged() int64 { return b.damaged }

// rewrite writes what is left into a file of its own, in place of all others. Its name sorts before theirs, and it is
// complete before one of them goes: a kill in between leaves records twice, which load takes once.
func (b *Buffer) rewrite() error {
	if err := b.closeFile(); err != nil {
		return err
	}
	var raw []byte
	var err error
	for _, r := range b.records {
		if raw, err = b.encode(raw, entry{id: r.ID, fix: r.Fix}); err != nil {
			return err
		}
	}
	last := b.records[len(b.records)-1].ID
	path := filepath.Join(b.dir, thinnedName(b.next))
	if err := writeWhole(path, raw); err != nil {
		return err
	}
	for _, f := range b.files {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	b.files = []part{{path: path, last: last}}
	return nil
}

func writeWhole(path string, raw []byte) error {
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // in the app's own folder
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+unfinished, path)
	}
	if err != nil {
		_ = os.Remove(path + unfinished) // it would outlive a withdrawal
	}
	return err
}
