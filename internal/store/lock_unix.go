//go:build unix

package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// lock takes the directory for this process until the returned file is closed or the process ends.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(f, 32))
		_ = f.Close()
		return nil, fault.New(fault.Conflict, fault.CodeConflict, "%s is already in use by process %s; stop it first",
			dir, strings.TrimSpace(string(owner))).Wrap(err)
	}
	_ = f.Truncate(0) // the number is for people: a failure here harms nothing
	_, _ = fmt.Fprintln(f, os.Getpid())
	return f, nil
}
