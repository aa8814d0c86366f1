package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/store"
)

func dbCommand() *cli.Command {
	dir := func() cli.Flag {
		return &cli.StringFlag{Name: "data", Usage: "`DIR` of the store", Value: "data"}
	}
	return &cli.Command{
		Name:  "db",
		Usage: "look after the store's files; but for verify, the server must not be running on them",
		Subcommands: []*cli.Command{
			{
				Name: "verify", Usage: "read every record and say what is broken", Flags: []cli.Flag{dir(), jsonFlag()},
				Action: dbVerify,
			},
			{
				Name: "backup", Usage: "copy the store",
				Description: "The keys go to a directory of their own: whoever has both can read the people's records, and an\n" +
					"erased person is safe in old copies only once the copies of the keys are gone. Keep those briefly.",
				Flags: []cli.Flag{
					dir(),
					&cli.StringFlag{Name: "to", Usage: "new `DIR` for the records"},
					&cli.StringFlag{Name: "keys-to", Usage: "new `DIR` for the keys"},
				},
				Action: func(c *cli.Context) error {
					if err := need(c, "to", "keys-to"); err != nil {
						return err
					}
					return withExisting(c, func(s *store.Store) error {
						return s.Backup(c.Context, c.String("to"), c.String("keys-to"))
					})
				},
			},
			{
				Name: "restore", Usage: "make a new store from a backup",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "data", Usage: "new `DIR` for the store"},
					&cli.StringFlag{Name: "from", Usage: "`DIR` of the records"},
					&cli.StringFlag{Name: "keys-from", Usage: "`DIR` of the keys"},
				},
				Action: func(c *cli.Context) error {
					if err := need(c, "data", "from", "keys-from"); err != nil {
						return err
					}
					return store.Restore(c.Context, c.String("from"), c.String("keys-from"), c.String("data"))
				},
			},
			{
				Name: "compact", Usage: "rewrite the files without what was deleted", Flags: []cli.Flag{dir()},
				Action: func(c *cli.Context) error {
					return withExisting(c, func(s *store.Store) error { return s.Compact(c.Context) })
				},
			},
		},
	}
}

// withStore opens the store of --data, runs fn, and closes it again.
func withStore(c *cli.Context, fn func(*store.Store) error) error {
	s, err := store.Open(c.String("data"), store.Options{})
	if err != nil {
		return err
	}
	err = fn(s)
	if closed := s.Close(); err == nil {
		err = closed
	}
	return err
}

// withExisting is withStore for a store that must be there already: a mistyped directory is not a clean one.
func withExisting(c *cli.Context, fn func(*store.Store) error) error {
	if _, err := os.Stat(filepath.Join(c.String("data"), "core.db")); err != nil {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no store in %s.", c.String("data")).Wrap(err)
	}
	return withStore(c, fn)
}

var errBroken = fault.New(fault.Internal, fault.CodeInternal,
	"The store has broken records. Restore a backup, or start the server: it keeps the damaged file and goes on with what is whole.")

// dbVerify looks at the files first, without changing anything; then, unless a server works on them, at every seal and
// derived entry.
func dbVerify(c *cli.Context) error {
	r, err := store.Inspect(c.Context, c.String("data"))
	if err != nil {
		return err
	}
	note := ""
	if r.Clean() {
		err = withStore(c, func(s *store.Store) (err error) {
			r, err = s.Verify(c.Context)
			return err
		})
		if fault.From(err) != nil && fault.From(err).Kind == fault.Conflict {
			note, err = "in use by a server: seals and derived entries were not looked at", nil
		}
	}
	if err != nil {
		return err
	}
	if err := printVerify(c, r, note); err != nil {
		return err
	}
	if !r.Clean() {
		return errBroken
	}
	return nil
}

func printVerify(c *cli.Context, r store.Report, note string) error {
	if c.Bool("json") {
		return printJSON(c, struct {
			Clean   bool           `json:"clean"`
			Records map[string]int `json:"records"`
			Broken  []store.Fault  `json:"broken"`
			Note    string         `json:"note,omitzero"`
		}{r.Clean(), r.Records, r.Broken, note})
	}
	var b strings.Builder
	for _, class := range slices.Sorted(maps.Keys(r.Records)) {
		fmt.Fprintf(&b, "%8d  %s\n", r.Records[class], class)
	}
	for _, f := range r.Broken {
		fmt.Fprintf(&b, "broken: %s %s at %d: %s\n", f.File, f.Class, f.Offset, f.Reason)
	}
	if note != "" {
		b.WriteString(note + "\n")
	}
	if r.Clean() {
		b.WriteString("clean\n")
	}
	return printText(c, b.String())
}
