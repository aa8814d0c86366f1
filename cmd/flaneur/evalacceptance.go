package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/eval/acceptance"
)

func evalAcceptanceCommand() *cli.Command {
	return &cli.Command{
		Name:  "acceptance",
		Usage: "how well is it told whether people take offers, on recorded answers",
		Description: "Reads answers to coupons (--kind uci: coupon.csv) or received and completed offers (--kind starbucks: offer_log.csv, with\n" +
			"profile.json beside it), gzipped or not. People are tested by what others taught, with and without their own earlier answers;\n" +
			"settings are chosen inside the training part. What the figures mean: docs/quality.md. Needs no server. Exit code 0: done;\n" +
			"1: the data are broken, or something leaked; 2: called wrongly.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "`FILE` of answers, or the directory that it is in"},
			&cli.StringFlag{Name: "kind", Usage: "`KIND` of the file: uci or starbucks"},
			jsonFlag(),
			&cli.StringFlag{Name: "report", Usage: "also write a page with charts to `FILE`"},
		},
		Action: evalAcceptance,
	}
}

func evalAcceptance(c *cli.Context) error {
	path, kind := c.String("data"), c.String("kind")
	switch {
	case c.Args().Present():
		return usage(c, "%q is too much", c.Args().First())
	case path == "":
		return usage(c, "--data is missing: a file or directory")
	case kind != acceptance.UCI && kind != acceptance.Starbucks:
		return usage(c, "--kind must be uci or starbucks, not %q", kind)
	}
	data, err := acceptance.Read(kind, path)
	if err != nil {
		return err
	}
	bar := progress(1, "parts")
	result, err := acceptance.Evaluate(c.Context, data, acceptance.Options{
		Log: func(line string) {
			_ = bar.Clear()
			_, _ = fmt.Fprintln(c.App.ErrWriter, line)
		},
		Progress: func(done, of int) {
			bar.ChangeMax(of)
			_ = bar.Set(done)
		},
	})
	if err != nil {
		return err
	}
	if name := c.String("report"); name != "" {
		var page bytes.Buffer
		if err := result.WritePage(&page); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Clean(name), page.Bytes(), 0o644); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	if c.Bool("json") {
		return printJSON(c, result)
	}
	_, err = stdout(c).Write(acceptanceText(result))
	return err
}

// acceptanceText is the evaluation for people.
func acceptanceText(r *acceptance.Result) []byte {
	var b bytes.Buffer
	t := &tables{w: tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	d, p := &r.Data, &r.Protocol
	t.line("%s: %d cases of %d people, %s taken", d.File, d.Cases, d.People, share(d.Taken))
	t.line("split: %s", p.Split)
	t.line("known: %s", p.Known)
	t.line("settings: %s", p.Settings)
	t.line("model: %s", p.Model)
	t.line("fair: for %d cases, what was known stayed as it is whatever the person answered from then on", r.Fair)
	for _, n := range d.Notices {
		t.line("note: %s", n)
	}
	t.title("Is it taken? %d cases, the same for all", d.Cases)
	t.row("", "AUC", "95 % interval", "log loss", "95 % interval", "ECE", "accuracy", "95 % interval", "AUC below the first")
	for _, s := range r.Systems() {
		below := ""
		if s.Gain != nil {
			below = interval(*s.Gain)
		}
		t.row(s.Name, figure4(s.AUC), interval(s.Intervals.AUC), figure4(s.LogLoss), interval(s.Intervals.LogLoss), figure4(s.ECE), figure4(s.Accuracy), interval(s.Intervals.Accuracy), below)
	}
	t.title("By how many answers of the person were known")
	t.row("answers", "cases", "AUC", "without", "log loss", "without", "accuracy", "without")
	for _, e := range r.Earlier {
		t.row(e.Answers, fmt.Sprint(e.Online.Cases), figure4(e.Online.AUC), figure4(e.Without.AUC), figure4(e.Online.LogLoss), figure4(e.Without.LogLoss),
			figure4(e.Online.Accuracy), figure4(e.Without.Accuracy))
	}
	t.title("Calibration, with own answers")
	t.row("probability", "taken", "cases")
	for _, b := range r.Calibration {
		t.row(figure(b.Probability), figure(b.Taken), fmt.Sprint(b.Cases))
	}
	t.title("Published figures")
	t.row("source", "AUC", "accuracy", "not comparable")
	for _, a := range r.Anchors {
		t.row(a.Source, figure(a.AUC), figure(a.Accuracy), a.Note)
	}
	if f := r.Random; f != nil {
		t.row("this model without own answers, on a random split", figure(f.AUC), figure(f.Accuracy), "in this run, for comparison only: answers of the same person stand on both sides")
	}
	t.title("Settings, chosen inside the training part")
	t.row("stage", "learning rate", "passes", "mean log loss", "chosen in parts")
	for _, s := range r.Settings {
		t.row(s.Stage, figure(s.Alpha), fmt.Sprint(s.Passes), figure4(s.LogLoss), fmt.Sprint(s.Chosen))
	}
	c := &r.Cost
	t.title("Cost: %s µs per offer with the past as features (%.0f features), %s µs to score them; %.0f bytes per person, %d at most", figure(c.Microseconds),
		c.Features, figure(c.ScoreMicroseconds), c.BytesPerPerson, c.MostBytes)
	_ = t.w.Flush() // into memory
	return b.Bytes()
}
