package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// maxProblems is how many problems are shown; the rest is counted.
const maxProblems = 20

// intake is an import under way, and then its summary.
type intake struct {
	Created  int       `json:"created"`
	Replaced int       `json:"replaced"`
	Skipped  int       `json:"skipped"` // rows that could not be read
	Failed   int       `json:"failed"`  // rows that the server refused
	Seconds  float64   `json:"seconds"`
	Speed    float64   `json:"rows_per_second"`
	Ignored  []string  `json:"ignored_columns"`
	Problems []problem `json:"problems"` // the first ones

	started time.Time
}

// problem says where something is wrong, and what.
type problem struct {
	At      string `json:"at"`
	Problem string `json:"problem"`
}

func newIntake() *intake {
	return &intake{Ignored: []string{}, Problems: []problem{}, started: time.Now()}
}

// ignore gives notice of columns that mean nothing to us.
func (n *intake) ignore(file string, columns []string) {
	if len(columns) == 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "flaneur: %s: ignored columns: %s\n", filepath.Base(file), strings.Join(columns, ", "))
	for _, name := range columns {
		if !slices.Contains(n.Ignored, name) {
			n.Ignored = append(n.Ignored, name)
		}
	}
}

func (n *intake) problem(at string, err error) {
	text := strings.TrimSuffix(explain(err), ".")
	if len(n.Problems) < maxProblems {
		n.Problems = append(n.Problems, problem{at, text})
		fmt.Fprintf(os.Stderr, "flaneur: %s: %s\n", at, text)
	}
}

// skip counts a row that can't be read.
func (n *intake) skip(at string, err error) {
	n.Skipped++
	n.problem(at, err)
}

// more tells of problems that were not shown.
func (n *intake) more() {
	if hidden := n.Skipped + n.Failed - len(n.Problems); hidden > 0 {
		fmt.Fprintf(os.Stderr, "flaneur: and %d more rows\n", hidden)
	}
}

// refuse is the answer to broken rows under --strict.
func (n *intake) refuse() error {
	n.more()
	return fault.New(fault.Invalid, fault.CodeMalformed, "Nothing was imported, because of the broken rows: %d.", n.Skipped)
}

// print shows the summary. Rows that the server refused make the command fail.
func (n *intake) print(c *cli.Context) error {
	n.more()
	n.Seconds = time.Since(n.started).Seconds()
	n.Speed = float64(n.Created+n.Replaced) / n.Seconds
	var err error
	if c.Bool("json") {
		err = printJSON(c, n)
	} else {
		err = printText(c, fmt.Sprintf("created %d, replaced %d, skipped %d, failed %d in %.1f s (%.0f rows/s)\n",
			n.Created, n.Replaced, n.Skipped, n.Failed, n.Seconds, n.Speed))
	}
	if err == nil && n.Failed > 0 {
		err = fault.New(fault.Invalid, fault.CodeInvalidField, "The server refused %d rows.", n.Failed)
	}
	return err
}

// parcel is an item on its way, and the row it came from.
type parcel[T any] struct {
	at string
	in T
}

// batcher makes many items at once; each stands or fails alone.
type batcher[T any] func(context.Context, []T) (api.BatchResult, error)

// send makes items, batch by batch, and returns their ids in order; "" for those that the server refused. Others are
// made nevertheless.
func send[T any](ctx context.Context, n *intake, what string, items []parcel[T], create batcher[T]) ([]string, error) {
	bar := progress(len(items), what)
	defer func() { _ = bar.Finish() }()
	ids := make([]string, 0, len(items))
	for batch := range slices.Chunk(items, catalogue.MaxBatch) {
		in := make([]T, len(batch))
		for i := range batch {
			in[i] = batch[i].in
		}
		out, err := create(ctx, in)
		if err != nil {
			return ids, fmt.Errorf("after %d of %d %s: %w", len(ids), len(items), what, err)
		}
		if len(out.Results) != len(batch) {
			return ids, fault.New(fault.Internal, fault.CodeMalformed, "The server answered %d of %d items.", len(out.Results), len(batch))
		}
		for i, r := range out.Results {
			ids = append(ids, r.ID)
			if r.Problem != nil {
				n.Failed++
				n.problem(batch[i].at, fault.New(fault.Invalid, r.Problem.Code, "%s", r.Problem.Detail).WithField(r.Problem.Field))
			}
		}
		n.Created += out.Created
		n.Replaced += out.Replaced
		_ = bar.Add(len(batch))
	}
	return ids, nil
}

// progress returns a bar on standard error, a silent one unless that is a terminal.
func progress(total int, what string) *progressbar.ProgressBar {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return progressbar.DefaultSilent(int64(total))
	}
	return progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}
