package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Backup writes a copy of the store: core.db and state.db into dir, keys.db into keysDir, so that the keys can be
// kept apart and briefly; neither may hold a store yet. The server goes on working. Each file is one moment's
// state, keys.db the last: every record in the copy whose user was not erased meanwhile has its key.
func (s *Store) Backup(ctx context.Context, dir, keysDir string) error {
	for _, part := range []struct {
		f  *file
		to string
	}{{s.state, dir}, {s.core, dir}, {s.keys, keysDir}} {
		if err := alive(ctx); err != nil {
			return err
		}
		if e := part.f.broken.Load(); e != nil {
			return e
		}
		if err := writeNew(filepath.Join(part.to, part.f.name), part.f.db.Save); err != nil {
			return asFault(err)
		}
	}
	return nil
}

// Restore makes the new store directory to from a backup. It refuses a damaged backup, and a directory that already
// holds a store. People erased after the backup come back with it if keysDir is as old: erase them again.
func Restore(ctx context.Context, dir, keysDir, to string) error {
	parts := [][2]string{{dir, stateFile}, {dir, coreFile}, {keysDir, keysFile}}
	for _, p := range parts {
		if err := checkBackup(ctx, p[0], p[1]); err != nil {
			return asFault(err)
		}
	}
	for _, p := range parts {
		err := alive(ctx)
		if err != nil {
			return err
		}
		err = writeNew(filepath.Join(to, p[1]), func(w io.Writer) error {
			in, err := os.Open(filepath.Join(p[0], p[1]))
			if err != nil {
				return err
			}
			_, err = io.Copy(w, in)
			return errors.Join(err, in.Close())
		})
		if err != nil {
			return asFault(err)
		}
	}
	return nil
}

func checkBackup(ctx context.Context, dir, name string) error {
	if err := alive(ctx); err != nil {
		return err
	}
	h, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return notFound("backup of " + name)
	}
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	info, err := h.Stat()
	if err != nil {
		return err
	}
	res, err := scan(name, h, info.Size(), func(command, envelope) {})
	if err != nil {
		return err
	}
	if bad := slices.Concat(res.cut, res.broken); len(bad) > 0 {
		return fault.New(fault.Conflict, fault.CodeMalformed, "The backup's %s is damaged at byte %d: %s.", name, bad[0].Offset, bad[0].Reason)
	}
	return nil
}

// writeNew makes a file appear whole or not at all, and never replaces one.
func writeNew(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fault.New(fault.Conflict, fault.CodeExists, "%s exists already.", path)
	}
	tmp := path + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), errors.Join(err, os.Remove(tmp)))
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
