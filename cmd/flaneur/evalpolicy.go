package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/eval/policy"
)

func evalPolicyCommand() *cli.Command {
	return &cli.Command{
		Name:  "policy",
		Usage: "what would other policies have brought, by a log of decisions",
		Description: "Reads a CSV file of decisions with the columns propensity (probability with which each was made), reward (0 to 1) and\n" +
			"target_NAME for each policy (probability with which it would have made the same); expected and expected_NAME if a model that did\n" +
			"not learn from the decision says what to expect; group, if decisions belong together, such as those about one person. What the\n" +
			"figures mean: docs/quality.md. Needs no server. Exit code 0: done; 1: the log is broken; 2: called wrongly.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "log", Usage: "`FILE` of decisions"},
			jsonFlag(),
			&cli.StringFlag{Name: "report", Usage: "also write a page with charts to `FILE`"},
		},
		Action: func(c *cli.Context) error {
			switch {
			case c.Args().Present():
				return usage(c, "%q is too much", c.Args().First())
			case c.String("log") == "":
				return usage(c, "--log is missing: a file")
			}
			r, err := policy.Evaluate(c.String("log"))
			if err != nil {
				return err
			}
			if name := c.String("report"); name != "" {
				var page bytes.Buffer
				if err := r.WritePage(&page); err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Clean(name), page.Bytes(), 0o644); err != nil {
					return fmt.Errorf("report: %w", err)
				}
			}
			if c.Bool("json") {
				return printJSON(c, r)
			}
			_, err = stdout(c).Write(policyText(r))
			return err
		},
	}
}

// policyText is the estimates for people.
func policyText(r *policy.Result) []byte {
	var b bytes.Buffer
	t := &tables{w: tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	t.line("%d decisions; what was decided brought %s (%s)", r.Decisions, figure(r.Logged.Value), interval(r.Logged.Interval))
	if r.Groups > 0 {
		t.line("intervals by drawing from %d whole groups", r.Groups)
	}
	t.title("What other policies would have brought")
	t.row("policy", "speaks for", "IPS", "95 % interval", "SNIPS", "95 % interval", "DM", "DR", "95 % interval", "")
	for i := range r.Policies {
		p := &r.Policies[i]
		note := ""
		if !p.Enough {
			note = "too few: nothing can be said"
		}
		t.row(p.Name, fmt.Sprintf("%.0f", p.Effective), figure(p.IPS.Value), interval(p.IPS.Interval), figure(p.SNIPS.Value), interval(p.SNIPS.Interval),
			figure(p.DM.Value), figure(p.DR.Value), interval(p.DR.Interval), note)
	}
	_ = t.w.Flush() // into memory
	return b.Bytes()
}
