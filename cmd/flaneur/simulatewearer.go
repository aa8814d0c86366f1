package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// mostWearers keeps a slip of the finger from filling the disk: a person takes a megabyte.
const mostWearers = 1000

func simulateWearerCommand() *cli.Command {
	return &cli.Command{
		Name:  "wearer",
		Usage: "write the signals of invented people with wristbands, for `flaneur eval mood`",
		Description: "Each goes through 75 minutes of rest, funny clips, a talk before a committee and meditation. Pulse, skin\n" +
			"conductance, skin temperature and acceleration follow from a hidden mood; nobody's data are in them. The same seed\n" +
			"gives the same files. Needs no server. What an estimator reaches on invented people says that it works, not how\n" +
			"well it would work on real ones.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`DIR` to write to; files that are there are replaced"},
			&cli.IntFlag{Name: "people", Usage: "`NUMBER` of people", Value: 5},
			&cli.Uint64Flag{Name: "seed", Usage: "`NUMBER` that everything random follows from", Value: 1},
		},
		Action: simulateWearer,
	}
}

func simulateWearer(c *cli.Context) error {
	study := wearer.Study{Seed: c.Uint64("seed"), People: c.Int("people")}
	switch {
	case c.Args().Present():
		return usage(c, "%q is too much", c.Args().First())
	case c.String("out") == "":
		return usage(c, "--out is missing: the directory to write to")
	case study.People < 1, study.People > mostWearers:
		return usage(c, "--people must be 1 to %d", mostWearers)
	}
	if err := study.WriteFiles(c.String("out")); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout(c), "people: %d, in %s; try: flaneur eval mood --data %s\n", study.People, c.String("out"), c.String("out"))
	return err
}
