package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/eval/ranking"
)

func evalRankingCommand() *cli.Command {
	return &cli.Command{
		Name:  "ranking",
		Usage: "how well is it told where people go next, on recorded visits",
		Description: "Reads visits (event_id, user_id, place_id, utc_time or local_time; split), places (place_id; lat, lon, category) and\n" +
			"instances (event_id; context, published_top1, published_top10) as CSV, gzipped or not. Weights are fitted on the training part\n" +
			"alone, their settings chosen on the validation part alone. What the figures mean: docs/quality.md. Needs no server.\n" +
			"Exit code 0: done; 1: the data are broken; 2: called wrongly.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "visits", Usage: "`FILE` of visits"},
			&cli.StringFlag{Name: "places", Usage: "`FILE` of places"},
			&cli.StringFlag{Name: "instances", Usage: "`FILE` of what is asked"},
			&cli.StringFlag{Name: "mode", Value: "live", Usage: "`MODE`: live (all that was before is known) or frozen (the training part, and what an instance lists)"},
			&cli.StringFlag{Name: "time", Value: "known", Usage: "is the time of the visit `known` or unknown?"},
			jsonFlag(),
			&cli.StringFlag{Name: "report", Usage: "also write a page with charts to `FILE`"},
		},
		Action: evalRanking,
	}
}

func evalRanking(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "%q is too much", c.Args().First())
	}
	for _, f := range []string{"visits", "places", "instances"} {
		if c.String(f) == "" {
			return usage(c, "--%s is missing: a file", f)
		}
	}
	mode, known := c.String("mode"), c.String("time")
	if mode != "live" && mode != "frozen" {
		return usage(c, "--mode must be live or frozen, not %q", mode)
	}
	if known != "known" && known != "unknown" {
		return usage(c, "--time must be known or unknown, not %q", known)
	}
	data, err := ranking.Read(c.String("visits"), c.String("places"), c.String("instances"))
	if err != nil {
		return err
	}
	result, err := ranking.Evaluate(c.Context, data, ranking.Options{
		Frozen: mode == "frozen", Timed: known == "known",
		Log: func(line string) { _, _ = fmt.Fprintln(c.App.ErrWriter, line) },
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
	_, err = stdout(c).Write(rankingText(result))
	return err
}

// rankingText is the evaluation for people.
func rankingText(r *ranking.Result) []byte {
	var b bytes.Buffer
	t := &tables{w: tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	d := &r.Data
	t.line("%d visits of %d people (%d train, %d validation, %d test) to %d places, %d with a position, %d with a category",
		d.Visits, d.Users, d.Train, d.Valid, d.Test, d.Places, d.WithPosition, d.WithCategory)
	t.line("%s, time %s; known: %s", r.Protocol.Mode, r.Protocol.Time, r.Protocol.Known)
	for _, n := range d.Notices {
		t.line("note: %s", n)
	}
	t.title("Where next? %d instances of %d people; candidates: %s", d.Instances, d.InstanceUsers, r.Protocol.Candidates)
	t.row("", "instances", "Acc@1", "95 % interval", "Acc@5", "Acc@10", "95 % interval", "Acc@20", "MRR", "95 % interval", "NDCG@10")
	t.ranked("the model", &r.Model)
	for _, part := range [][]ranking.Named{r.Variants, r.Baselines} {
		for i := range part {
			t.ranked(part[i].Name, &part[i].Figures)
		}
	}
	t.title("Parts (the model)")
	t.ranked("returns", &r.Returns)
	t.ranked("new places", &r.New)
	t.ranked("consumer categories", &r.Consumer)
	for i := range r.Category {
		t.ranked("category "+r.Category[i].Name, &r.Category[i].Figures)
	}
	for i := range r.History {
		t.ranked("after "+r.History[i].Name+" visits", &r.History[i].Figures)
	}
	t.settings(r)
	c := &r.Cost
	t.title("Cost: %s µs per candidate in the linear stage, %s with the net; %s candidates, %s visits held", figure(c.LinearMicroseconds),
		figure(c.FullMicroseconds), figure(c.Candidates), figure(c.Visits))
	t.line("%.0f bytes per person in memory (%d at most), %.0f in a snapshot", c.BytesPerUser, c.MostBytesPerUser, c.SnapshotBytes)
	_ = t.w.Flush() // into memory
	return b.Bytes()
}

func (t *tables) ranked(name string, f *ranking.Figures) {
	t.row(name, fmt.Sprint(f.Instances), figure4(f.Acc1), interval(f.Intervals.Acc1), figure4(f.Acc5), figure4(f.Acc10), interval(f.Intervals.Acc10),
		figure4(f.Acc20), figure4(f.MRR), interval(f.Intervals.MRR), figure4(f.NDCG10))
}

func (t *tables) settings(r *ranking.Result) {
	if p := r.Published; p != nil {
		t.title("Against the published answers on the same instances")
		t.row("", "instances", "published", "the model", "difference, 95 % interval")
		t.row("Acc@1", fmt.Sprint(p.First.Instances), figure4(p.First.Theirs), figure4(p.First.Ours), interval(p.First.Difference))
		t.row("Acc@10", fmt.Sprint(p.Ten.Instances), figure4(p.Ten.Theirs), figure4(p.Ten.Ours), interval(p.Ten.Difference))
	}
	t.title("Published figures on check-ins of the same origin")
	t.row("source", "Acc@1", "Acc@10", "MRR", "not comparable")
	for _, a := range r.Anchors {
		t.row(a.Source, figure4(a.Acc1), figure4(a.Acc10), figure4(a.MRR), a.Note)
	}
	t.title("Settings, chosen on the validation part")
	t.row("setting", "visits", "Acc@1", "Acc@10", "MRR", "")
	for _, k := range r.Trials {
		chosen := ""
		if k.Chosen {
			chosen = "chosen"
		}
		t.row(k.Setting, fmt.Sprint(k.Instances), figure4(k.Acc1), figure4(k.Acc10), figure4(k.MRR), chosen)
	}
}
