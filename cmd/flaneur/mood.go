package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
)

func moodCommand() *cli.Command {
	return &cli.Command{
		Name: "mood", Usage: "say how the person feels, or show the words for it",
		Flags: tokenFlags(
			&cli.StringFlag{Name: "label", Usage: "`WORD` or emoji, as shown without any flag"},
			&cli.Float64Flag{Name: "valence", Usage: "`NUMBER` from -1 (unpleasant) to 1 (pleasant)"},
			&cli.Float64Flag{Name: "arousal", Usage: "`NUMBER` from -1 (drained) to 1 (activated)"},
			&cli.StringFlag{Name: "lang", Usage: "`LANGUAGE` of the words: en or de", Value: "en"},
		),
		Action: feel,
	}
}

func feel(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	point := c.IsSet("valence") || c.IsSet("arousal")
	switch {
	case c.IsSet("valence") != c.IsSet("arousal"):
		return usage(c, "--valence and --arousal go together")
	case point && c.IsSet("label"):
		return usage(c, "give --label, or --valence and --arousal")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	if !point && !c.IsSet("label") {
		page, err := server.Moods(c.Context, c.String("lang"))
		if err != nil {
			return err
		}
		rows := [][]string{{"LABEL", "", "WORD", "VALENCE", "AROUSAL"}}
		for _, l := range page.Labels {
			rows = append(rows, []string{l.ID, l.Emoji, l.Word, fmt.Sprintf("%+.2f", l.Valence), fmt.Sprintf("%+.2f", l.Arousal)})
		}
		return printRows(c, page, rows)
	}
	in := api.Mood{Label: c.String("label")}
	if point {
		in = api.Mood{Valence: c.Float64("valence"), Arousal: c.Float64("arousal"), Confidence: 1, Source: "self", At: time.Now().UnixMilli()}
	}
	if err := server.Mood(c.Context, in); err != nil {
		return err
	}
	a, err := server.Me(c.Context, time.Time{})
	if err != nil {
		return err
	}
	return printFacts(c, a.Mood, moodFacts(a))
}

// moodFacts are how the person seems to feel, and what that rests on.
func moodFacts(a api.Account) (facts []fact) {
	if m := a.Mood; m != nil {
		facts = append(facts, fact{"mood", fmt.Sprintf("%s (confidence %.2f, distress %.2f)", strings.ReplaceAll(m.State, "_", " "), m.Confidence, m.Distress)})
	}
	for _, h := range a.MoodHeard {
		facts = append(facts, fact{"heard from " + h.Source, moment(h.At)})
	}
	return facts
}
