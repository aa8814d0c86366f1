package policy

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/offers/trial"
)

// Estimate is a mean reward with its 95 % interval: by formula, or by drawing whole groups if the log names them.
type Estimate struct {
	Value eval.Number `json:"value"`
	eval.Interval
}

// Policy is what the log says of one policy. DM and DR are NaN if the log has no expectations; IPS, SNIPS and DR if it speaks for too few.
type Policy struct {
	Name      string      `json:"name"`
	Enough    bool        `json:"enough"`    // does the log speak for enough of its decisions?
	Effective eval.Number `json:"effective"` // for how many, about
	IPS       Estimate    `json:"ips"`
	SNIPS     Estimate    `json:"snips"`
	DM        Estimate    `json:"dm"`
	DR        Estimate    `json:"dr"`
}

// Result is what Read found.
type Result struct {
	Version   int      `json:"version"`
	Decisions int      `json:"decisions"`
	Groups    int      `json:"groups"` // that decisions belong to; 0: the log names none
	Logged    Estimate `json:"logged"` // the mean reward of what was decided
	Policies  []Policy `json:"policies"`
}

// Column names: propensity and reward of each decision, one target per policy; expected, and one expected per policy, if a model said
// what to expect.
const (
	propensity = "propensity"
	reward     = "reward"
	target     = "target_"
	expected   = "expected"
	group      = "group"
)

// Evaluate reads a log: a CSV file with the columns propensity, reward, target_NAME for each policy and, where a model that did not learn
// from the decision says what to expect, expected and expected_NAME; and group, of whatever name, if decisions belong together.
func Evaluate(name string) (*Result, error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	r, err := read(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func read(in io.Reader) (*Result, error) {
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: must name the columns: %w", err)
	}
	head = slices.Clone(head)
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	var names []string
	for _, c := range head {
		if n, ok := strings.CutPrefix(c, target); ok {
			names = append(names, n)
		}
	}
	for _, c := range []string{propensity, reward} {
		if !slices.Contains(head, c) {
			return nil, fmt.Errorf("line 1: there must be a column %s", c)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("line 1: there must be a column %sNAME for each policy that is compared", target)
	}
	logs := make([][]trial.Decision, len(names))
	belongs, column := groups{number: make(map[string]int)}, slices.Index(head, group)
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, n := range names {
			d, err := decision(rows, head, row, n)
			if err != nil {
				return nil, err
			}
			logs[i] = append(logs[i], d)
		}
		if column >= 0 {
			if row[column] == "" {
				line, _ := rows.FieldPos(column)
				return nil, fmt.Errorf("line %d: %s must not be empty", line, group)
			}
			belongs.add(row[column])
		}
	}
	return judge(names, logs, &belongs, slices.Contains(head, expected))
}

func decision(rows *csv.Reader, head, row []string, policy string) (d trial.Decision, err error) {
	for _, f := range []struct {
		column string
		to     *float64
	}{{propensity, &d.Propensity}, {reward, &d.Reward}, {target + policy, &d.Target}, {expected, &d.Expected}, {expected + "_" + policy, &d.ExpectedTarget}} {
		i := slices.Index(head, f.column)
		if i < 0 {
			continue // only what may be missing is: the others were looked for
		}
		v, bad := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
		switch line, _ := rows.FieldPos(i); {
		case bad != nil || !(v >= 0 && v <= 1):
			return d, fmt.Errorf("line %d: %s must be a number from 0 to 1, not %q", line, f.column, row[i])
		case f.column == propensity && v == 0:
			return d, fmt.Errorf("line %d: %s must be above 0: what could not happen says nothing", line, f.column)
		}
		*f.to = v
	}
	return d, nil
}

func judge(names []string, logs [][]trial.Decision, belongs *groups, modelled bool) (*Result, error) {
	if len(logs[0]) == 0 {
		return nil, errors.New("there are no decisions")
	}
	r := &Result{Version: 1, Decisions: len(logs[0]), Groups: len(belongs.number)}
	if r.Groups == 1 {
		return nil, fmt.Errorf("%s must name more than one: nothing can be drawn from it", group)
	}
	for i, log := range logs {
		e, err := trial.Of(log, modelled)
		if err != nil && !errors.Is(err, trial.ErrTooFew) {
			return nil, err
		}
		r.Logged = shown(e.Logged)
		r.Policies = append(r.Policies, Policy{names[i], err == nil, eval.Number(e.Effective), shown(e.IPS), shown(e.SNIPS), shown(e.DM), shown(e.DR)})
		if r.Groups > 0 {
			belongs.draw(log, r, &r.Policies[i], modelled)
		}
		if err != nil { // an interval of next to nothing would look sure
			none := shown(trial.Estimate{Value: math.NaN(), Low: math.NaN(), High: math.NaN()})
			r.Policies[i].IPS, r.Policies[i].SNIPS, r.Policies[i].DR = none, none, none
		}
	}
	return r, nil
}

func shown(e trial.Estimate) Estimate {
	number := func(v float64) eval.Number {
		if math.IsInf(v, 0) {
			v = math.NaN()
		}
		return eval.Number(v)
	}
	return Estimate{number(e.Value), eval.Interval{Low: number(e.Low), High: number(e.High)}}
}
