package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// repair makes the file at path sound before buntdb reads it, and returns the highest revision in it. A cut-off tail
// is truncated. A damaged file is kept beside as FILE.damaged-N, and a new one is made of all good records; a broken
// record's older version, if the log still has it, is then current again.
func repair(path string, report *OpenReport) (Rev, error) {
	name := filepath.Base(path)
	if err := os.RemoveAll(path + ".tmp"); err != nil { // an unfinished compaction or repair
		return 0, err
	}
	h, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = h.Close() }()
	info, err := h.Stat()
	if err != nil {
		return 0, err
	}
	var last Rev
	res, err := scan(name, h, info.Size(), func(_ command, env envelope) { last = max(last, env.rev) })
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	report.Torn = append(report.Torn, res.cut...)
	report.Dropped = append(report.Dropped, res.broken...)
	switch {
	case len(res.broken) > 0:
		return last, salvage(h, path, res.good)
	case len(res.cut) > 0:
		return last, errors.Join(h.Truncate(res.cut[0].Offset), h.Sync())
	}
	return last, nil
}

// salvage replaces the file by one of its good sections and keeps the damaged one. A crash on the way repeats it.
func salvage(damaged *os.File, path string, good []section) error {
	tmp := path + ".tmp"
	out, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, s := range good {
		if _, err := io.Copy(out, io.NewSectionReader(damaged, s.start, s.end-s.start)); err != nil {
			_ = out.Close()
			return err
		}
	}
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		return err
	}
	for n := 1; ; n++ {
		err := os.Link(path, path+damagedSuffix+strconv.Itoa(n))
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

const damagedSuffix = ".damaged-"

// removeDamaged deletes the damaged files that repairs kept: an erase outranks them, and what could be read of them
// is in the store.
func removeDamaged(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.Contains(e.Name(), damagedSuffix) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncDir(dir)
}
