package store

import "path/filepath"

// Path returns where a file of the store lies.
func (s *Store) Path(name string) string { return filepath.Join(s.dir, name) }
