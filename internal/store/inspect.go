package store

import (
	"context"
	"os"
	"path/filepath"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Inspect reads the files in dir, which a server may be working on, and reports what is broken: framing, CRC and
// classes. It changes nothing and takes no lock; what is cut off at the end of a file is being written right now, and no
// break. Seals and derived entries are left to Verify, which needs the store for itself.
func Inspect(ctx context.Context, dir string) (Report, error) {
	report := Report{Records: map[string]int{}}
	for _, name := range []string{coreFile, keysFile, stateFile} {
		if err := ctx.Err(); err != nil {
			return report, asFault(err)
		}
		if err := report.inspect(filepath.Join(dir, name), name); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (r *Report) inspect(path, name string) error {
	h, err := os.Open(path)
	if err != nil {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no store in %s.", filepath.Dir(path)).Wrap(err)
	}
	defer func() { _ = h.Close() }()
	info, err := h.Stat()
	if err != nil {
		return asFault(err)
	}
	live := map[string]string{} // key to class
	res, err := scan(name, h, info.Size(), func(c command, _ envelope) {
		if c.set {
			live[c.key] = classOf(c.key)
		} else {
			delete(live, c.key)
		}
	})
	for _, class := range live {
		r.Records[class]++
	}
	for _, broken := range res.broken {
		r.broken(broken)
	}
	return asFault(err)
}
