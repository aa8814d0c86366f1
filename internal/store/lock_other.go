//go:build !unix

package store

import (
	"os"
	"path/filepath"
)

// lock does not keep a second process out on systems without flock.
func lock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
}
