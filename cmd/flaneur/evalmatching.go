package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/eval"
	"github.com/flaneur-io/flaneur/internal/eval/matching"
)

func evalMatchingCommand() *cli.Command {
	return &cli.Command{
		Name:  "matching",
		Usage: "what do people get out of the learned matcher, among invented people with hidden preferences",
		Description: "Lets people with hidden preferences live in invented cities, with the first scorer, the learned matcher, and random offers\n" +
			"in the same worlds, and then changes their tastes. What the figures mean: docs/quality.md. Needs no server and no data.\n" +
			"Exit code 0: done; 2: called wrongly.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "seeds", Value: 12, Usage: "so many cities, 2 to 1000"},
			&cli.IntFlag{Name: "people", Value: 120, Usage: "in each, 3 to 10000"},
			&cli.IntFlag{Name: "days", Value: 84, Usage: "that they live, 4 to 1000"},
			jsonFlag(),
			&cli.StringFlag{Name: "report", Usage: "also write a page with charts to `FILE`"},
		},
		Action: evalMatching,
	}
}

func evalMatching(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "%q is too much", c.Args().First())
	}
	for _, f := range []struct {
		name      string
		low, high int
	}{{"seeds", 2, 1000}, {"people", 3, 10_000}, {"days", 4, 1000}} {
		if v := c.Int(f.name); v < f.low || v > f.high {
			return usage(c, "--%s must be from %d to %d, not %d", f.name, f.low, f.high, v)
		}
	}
	bar := progress(1, "runs")
	result, err := matching.Evaluate(c.Context, matching.Options{
		Grid: hex.Grid{}, Seeds: c.Int("seeds"), People: c.Int("people"), Days: c.Int("days"),
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
	_, err = stdout(c).Write(matchingText(result))
	return err
}

// matchingText is the evaluation for people.
func matchingText(r *matching.Result) []byte {
	var b bytes.Buffer
	t := &tables{w: tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	t.line("%d invented people in each of %d invented cities, %d days; 95 %% intervals over the cities", r.People, r.Seeds, r.Days)
	for _, k := range []struct {
		title string
		*matching.Compared
	}{{"Strong tastes", &r.Strong}, {"Weak tastes", &r.Weak}} {
		t.title("%s: of what was sent unasked; asked: how likely the first answer is accepted if somebody asks", k.title)
		t.lived(k.Arms)
		t.gains(k.Gains)
		t.title("%s: accepted per delivered, by week", k.title)
		for _, w := range k.Weeks {
			row := []string{w.Name}
			for _, v := range w.Share {
				row = append(row, strings.TrimPrefix(figure(v), "0"))
			}
			t.row(row...)
		}
	}
	t.title("A change of taste: deliveries until four fifths, or nine tenths, of the share that was accepted before")
	t.row("", "accepted before", "four fifths", "95 % interval", "nine tenths", "95 % interval", "of it in the first 10", "up to 30", "60", "100", "150")
	for _, k := range r.Changes {
		t.row(k.Name, figure(k.Former), rounded(k.Fifths.Deliveries), rounded(k.Fifths.Low)+"-"+rounded(k.Fifths.High),
			rounded(k.Tenths.Deliveries), rounded(k.Tenths.Low)+"-"+rounded(k.Tenths.High),
			figure(k.Share[0]), figure(k.Share[2]), figure(k.Share[5]), figure(k.Share[9]), figure(k.Share[14]))
	}
	t.title("The share given to discoveries (learned, strong tastes), and people with a taste that they don't know of")
	t.lived(r.Discovery)
	_ = t.w.Flush()
	t.row("", "found it", "95 % interval", "after days", "accepted of it per week", "95 % interval", "accepted per delivered")
	for i := range r.Discovery {
		h := &r.Discovery[i].Hidden
		t.row(r.Discovery[i].Name, figure(h.Found.Value), interval(h.Found.Interval), fmt.Sprintf("%.1f", h.Days.Value), figure(h.PerWeek.Value),
			interval(h.PerWeek.Interval), figure(h.Accepted.Value))
	}
	t.gains(r.Gained)
	t.row("differences, of these people", "found it", "accepted of it per week", "accepted per delivered")
	for i := range r.Gained {
		g := &r.Gained[i]
		t.row(g.Of+" - "+g.Over, apart(g.Hidden.Found), apart(g.Hidden.PerWeek), apart(g.Hidden.Accepted))
	}
	_ = t.w.Flush() // into memory
	return b.Bytes()
}

func (t *tables) lived(list []matching.Figures) {
	t.row("", "delivered a week", "accepted per delivered", "95 % interval", "accepted a week", "dismissed", "never again", "regret", "asked", "the best",
		"distance", "categories", "merchants", "discoveries", "new categories")
	for i := range list {
		f := &list[i]
		t.row(f.Name, fmt.Sprintf("%.1f", f.Delivered.Value), figure(f.Accepted.Value), interval(f.Accepted.Interval), figure(f.PerWeek.Value),
			figure(f.Dismissed.Value), figure(f.Never.Value), figure(f.Regret.Value), figure(f.Asked.Value), figure(f.AskedBest.Value), figure(f.Apart.Value),
			fmt.Sprintf("%.1f", f.Categories.Value), fmt.Sprintf("%.1f", f.Merchants.Value), figure(f.Discovered.Value), fmt.Sprintf("%.2f", f.Fresh.Value))
	}
}

func (t *tables) gains(list []matching.Gain) {
	_ = t.w.Flush()
	t.row("differences", "accepted per delivered", "accepted a week", "dismissed", "never again", "regret", "asked", "distance")
	for i := range list {
		g := &list[i]
		t.row(g.Of+" - "+g.Over, apart(g.Accepted), apart(g.PerWeek), apart(g.Dismissed), apart(g.Never), apart(g.Regret), apart(g.Asked), apart(g.Apart))
	}
	_ = t.w.Flush()
}

// apart is a difference with its interval.
func apart(m matching.Mean) string {
	return fmt.Sprintf("%+.3f (%+.3f, %+.3f)", m.Value, m.Low, m.High)
}

func rounded(n eval.Number) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf("%.0f", n)
}
