package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func learningCommand() *cli.Command {
	flags := func(more ...cli.Flag) []cli.Flag {
		return append([]cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "`DIR` of the store", Value: "data"},
			&cli.BoolFlag{Name: "test", Usage: "what test people taught, which live people never see"},
		}, more...)
	}
	return &cli.Command{
		Name:  "learning",
		Usage: "look at what everybody taught the matcher, and go back; the server must not be running on the store",
		Description: "A running server tells how it learns by its metrics (flaneur_learned_…). Whether it learns at all is for\n" +
			"the configuration: learning: on, frozen or off.",
		Subcommands: []*cli.Command{
			{
				Name: "show", Usage: "how much is kept, and which versions there are", Flags: flags(jsonFlag()),
				Action: func(c *cli.Context) error {
					return withExisting(c, func(s *store.Store) error { return showLearned(c, s) })
				},
			},
			{
				Name: "rollback", Usage: "make the weights those of a version, such as before something went wrong", ArgsUsage: "VERSION",
				Flags: flags(),
				Action: func(c *cli.Context) error {
					if c.NArg() != 1 {
						return usage(c, "give the version, as flaneur learning show lists it")
					}
					began, err := time.Parse(time.RFC3339, c.Args().First())
					if err != nil {
						return usage(c, "a version is a time such as 2026-05-04T12:00:00Z, not %q", c.Args().First())
					}
					return withExisting(c, func(s *store.Store) error { return app.RollBack(c.Context, s, learnedMode(c), began) })
				},
			},
		},
	}
}

func learnedMode(c *cli.Context) string {
	if c.Bool("test") {
		return offers.Test.String()
	}
	return offers.Live.String()
}

func showLearned(c *cli.Context, s *store.Store) error {
	l, err := app.LearnedIn(c.Context, s, learnedMode(c))
	if err != nil {
		return fault.From(err)
	}
	if c.Bool("json") {
		return printJSON(c, l)
	}
	rows := [][]string{{"mode", l.Mode}, {"kept", fmt.Sprintf("%d parts, %d bytes", l.Parts, l.Bytes)}}
	for _, v := range l.Versions {
		rows = append(rows, []string{"version", v.UTC().Format(time.RFC3339)})
	}
	return printTable(c, rows)
}
