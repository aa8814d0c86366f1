package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/simulator/scenario"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "check what people receive, and why, against scenario files",
		Description: "A scenario file says who walks where, which offers there are, and who must receive what (docs/scenarios.md). Each\n" +
			"file is played on a server of its own, in memory, on the clock of its people. FILE may be a file, a folder (its *.yaml),\n" +
			"a pattern, or - for standard input. Exit code 0: all as expected; 1: not; 2: a file can't be read.",
		ArgsUsage: "FILE…",
		Flags: []cli.Flag{
			jsonFlag(),
			&cli.BoolFlag{Name: "trace", Usage: "print all that happened, also of files that pass"},
			&cli.IntFlag{Name: "jobs", Usage: "`NUMBER` of files at a time (default: as many as processors)"},
			&cli.BoolFlag{Name: "schema", Usage: "print the JSON Schema of scenario files and end"},
		},
		Action: check,
	}
}

// checked is what became of one file.
type checked struct {
	File     string            `json:"file"`
	Passed   bool              `json:"passed"`
	Mistakes scenario.Mistakes `json:"mistakes,omitempty"` // it can't be played
	Error    string            `json:"error,omitzero"`
	scenario.Result
	Trace []scenario.Event `json:"trace,omitempty"`
	took  time.Duration
	err   error
}

// errScenarios says that not all was as expected; errUnreadable that a file can't be read. What, was printed.
var (
	errScenarios  = errors.New("not all scenarios hold")
	errUnreadable = errors.New("some scenarios can't be read")
)

func check(c *cli.Context) error {
	if c.Bool("schema") {
		_, err := stdout(c).Write(scenario.Schema())
		return err
	}
	files, err := scenarioFiles(c)
	if err != nil {
		return err
	}
	began := time.Now()
	var outcome error
	held, failed := 0, 0
	err = checkAll(c.Context, files, c.Int("jobs"), func(r *checked) error {
		switch {
		case r.Passed:
			held++
		case len(r.Mistakes) > 0:
			outcome = errUnreadable
			failed++
		default:
			outcome = cmp.Or(outcome, errScenarios)
			failed++
		}
		return printChecked(c, r)
	})
	if err != nil {
		return err
	}
	if !c.Bool("json") {
		fmt.Fprintf(os.Stderr, "%d of %d hold, in %.1f s\n", held, held+failed, time.Since(began).Seconds())
	}
	return outcome
}

// scenarioFiles finds the files that the arguments stand for.
func scenarioFiles(c *cli.Context) (files []string, err error) {
	if !c.Args().Present() {
		return nil, usage(c, "FILE is missing")
	}
	for _, arg := range c.Args().Slice() {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			arg = filepath.Join(arg, "*.y*ml")
		} else if err == nil || arg == "-" {
			files = append(files, arg)
			continue
		}
		found, err := filepath.Glob(arg)
		if err != nil || len(found) == 0 {
			return nil, usage(c, "no file matches %q", arg)
		}
		files = append(files, found...)
	}
	return files, nil
}

// checkAll checks files, several at a time, and hands on what became of them in their order.
func checkAll(ctx context.Context, files []string, jobs int, done func(*checked) error) error {
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]chan *checked, len(files))
	slots := make(chan struct{}, jobs)
	var working sync.WaitGroup
	defer working.Wait()
	for i := range files {
		results[i] = make(chan *checked, 1)
	}
	working.Go(func() {
		for i, file := range files {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				results[i] <- &checked{File: file, err: context.Cause(ctx)}
				continue
			}
			working.Go(func() {
				defer func() { <-slots }()
				results[i] <- checkFile(ctx, file)
			})
		}
	})
	var failed error
	for i := range files {
		r := <-results[i]
		if err := ctx.Err(); err != nil && failed == nil {
			failed = err
		}
		if failed == nil {
			if failed = done(r); failed != nil {
				cancel()
			}
		}
	}
	return failed
}

func checkFile(ctx context.Context, file string) *checked {
	began := time.Now()
	r := &checked{File: file}
	r.Result, r.err = playFile(ctx, file)
	r.took, r.Passed = time.Since(began), r.err == nil && r.Result.Passed
	if r.err != nil && !errors.As(r.err, &r.Mistakes) {
		r.Error = explain(r.err)
	}
	return r
}

func playFile(ctx context.Context, file string) (scenario.Result, error) {
	f, err := readScenario(file)
	if err != nil {
		return scenario.Result{}, err
	}
	var result scenario.Result
	err = withCheckServer(ctx, f, func(ctx context.Context, w scenario.World) error {
		w.Open = func(name string) (io.ReadCloser, error) {
			if !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(file), name)
			}
			return os.Open(name)
		}
		var err error
		result, err = scenario.Run(ctx, f, w)
		return err
	})
	return result, err
}

func readScenario(file string) (*scenario.File, error) {
	if file == "-" {
		return scenario.Read(os.Stdin)
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	return scenario.Read(in)
}

func printChecked(c *cli.Context, r *checked) error {
	if c.Bool("json") {
		if c.Bool("trace") {
			r.Trace = r.Events
		}
		lines := json.NewEncoder(stdout(c)) // one write a line
		lines.SetEscapeHTML(false)
		return lines.Encode(r)
	}
	w := stdout(c)
	switch {
	case len(r.Mistakes) > 0:
		text := "BAD  " + r.File + "\n"
		for _, m := range r.Mistakes {
			text += "  " + r.File + ":" + m.Error() + "\n"
		}
		_, err := io.WriteString(w, text)
		return err
	case r.err != nil:
		_, err := fmt.Fprintf(w, "FAIL %s\n  %s\n", r.File, r.Error)
		return err
	}
	return r.WriteText(w, r.File, c.Bool("trace"))
}
