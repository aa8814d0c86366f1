package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/simulator"
)

const (
	inventedUsers   = 50
	inventedWearers = 2
)

func simulateCommand() *cli.Command {
	return &cli.Command{
		Name:  "simulate",
		Usage: "walk people through a running server",
		Description: "Invented people live a day in the demo's city. With --visits and --places, real people go between their\n" +
			"check-ins; with --tracks, recorded tracks (CSV, GPX, GeoJSON) are replayed as recorded, one person per file or per\n" +
			"user in it. The same seed gives the same deliveries, reasons and suppressions.",
		ArgsUsage:   "[TRACK…]",
		Subcommands: []*cli.Command{simulateWearerCommand()},
		Flags: keyFlags("publishable",
			&cli.IntFlag{Name: "users", Usage: "`NUMBER` of people (default: 50 invented ones, or all of the files)"},
			&cli.IntFlag{Name: "wearers", Usage: "`NUMBER` of the invented people who wear a wristband and come under stress", Value: inventedWearers},
			&cli.Uint64Flag{Name: "seed", Usage: "`NUMBER` that everything random follows from", Value: 1},
			&cli.StringFlag{Name: "speed", Usage: "max, real or a `FACTOR` such as 60x", Value: "max"},
			&cli.IntFlag{Name: "connections", Usage: "`NUMBER` of people at the same time, at speed max (default: at most 64)"},
			&cli.StringFlag{Name: "visits", Usage: "CSV `FILE` of check-ins"},
			&cli.StringFlag{Name: "places", Usage: "CSV `FILE` of the places of --visits"},
			&cli.StringSliceFlag{Name: "tracks", Usage: "`FILE` or pattern of recorded tracks; may be repeated"},
			&cli.StringFlag{Name: "zone", Usage: "IANA `ZONE` of the people of files (default: as the files suggest)"},
			reportFlag(),
		),
		Action: simulate,
	}
}

func reportFlag() cli.Flag {
	return &cli.StringFlag{Name: "report", Usage: "write a page with map and charts to `FILE`"}
}

func simulate(c *cli.Context) error {
	if c.String("key") == "" {
		return usage(c, "--key is missing; FLANEUR_KEY in the environment will do too")
	}
	speed, err := parseSpeed(c, c.String("speed"))
	if err != nil {
		return err
	}
	run := simulator.Options{Seed: c.Uint64("seed"), Connections: c.Int("connections"), Speed: speed}
	if run.People, err = cast(c, &run); err != nil {
		return err
	}
	server, err := simulator.Connect(c.String("server"), c.String("key"))
	if err != nil {
		return err
	}
	defer server.Close()
	run.Server = server
	show := newShow(c, "")
	show.begin(c.String("server"), len(run.People))
	report, err := simulator.Run(c.Context, run, show.sink())
	show.end()
	if err != nil && report.Fixes == 0 {
		return err
	}
	if printed := finish(c, &report); err == nil { // what happened before an error is worth reading too
		err = printed
	}
	return err
}

// cast makes the people of a simulation.
func cast(c *cli.Context, run *simulator.Options) ([]*simulator.Person, error) {
	tracks := append(c.StringSlice("tracks"), c.Args().Slice()...)
	switch users := c.Int("users"); {
	case users < 0, c.Int("connections") < 0, c.Int("wearers") < 0:
		return nil, usage(c, "--users, --connections and --wearers must not be negative")
	case (c.String("visits") == "") != (c.String("places") == ""):
		return nil, usage(c, "--visits and --places belong together")
	case c.String("visits") != "" && len(tracks) > 0:
		return nil, usage(c, "--visits and --tracks exclude each other")
	case c.String("visits") != "":
		return visitors(c, users)
	case len(tracks) > 0:
		return recorded(c, tracks, users)
	default:
		city, err := simulator.Freiburg()
		if err != nil {
			return nil, err
		}
		run.Places = city.Places
		if users == 0 {
			users = inventedUsers
		}
		people := city.People(run.Seed, users, demoDay(time.Now()))
		simulator.WearWristbands(people, run.Seed, c.Int("wearers"))
		return people, nil
	}
}

func visitors(c *cli.Context, users int) ([]*simulator.Person, error) {
	visits, err := os.Open(c.String("visits"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = visits.Close() }()
	places, err := os.Open(c.String("places"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = places.Close() }()
	return simulator.ReadVisits(visits, places, c.Uint64("seed"), users, c.String("zone"))
}

// recorded reads the tracks of all files that the patterns match.
func recorded(c *cli.Context, patterns []string, users int) ([]*simulator.Person, error) {
	var people []*simulator.Person
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return nil, usage(c, "%q is no pattern of files", pattern)
		}
		if len(files) == 0 {
			return nil, usage(c, "no file matches %q", pattern)
		}
		for _, file := range files {
			left := 0
			if users > 0 {
				if left = users - len(people); left == 0 {
					return people, nil
				}
			}
			more, err := recordedIn(c, file, len(people), left)
			if err != nil {
				return nil, err
			}
			people = append(people, more...)
		}
	}
	return people, nil
}

func recordedIn(c *cli.Context, file string, first, limit int) ([]*simulator.Person, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	people, passed, err := simulator.ReadTracks(f, c.Uint64("seed"), first, limit, c.String("zone"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(passed.Ignored) > 0 {
		fmt.Fprintf(os.Stderr, "%s: ignored columns: %s\n", file, strings.Join(passed.Ignored, ", "))
	}
	for _, p := range passed.Problems {
		fmt.Fprintf(os.Stderr, "%s:%d: skipped: %s\n", file, p.Line, p.Detail)
	}
	if more := passed.Skipped - len(passed.Problems); more > 0 {
		fmt.Fprintf(os.Stderr, "%s: skipped %d more\n", file, more)
	}
	return people, nil
}

// parseSpeed reads max (0), real (1) or a factor such as 60x.
func parseSpeed(c *cli.Context, s string) (float64, error) {
	switch s {
	case "max":
		return 0, nil
	case "real":
		return 1, nil
	}
	v, err := strconv.ParseFloat(strings.TrimRight(s, "x× "), 64)
	if err != nil || !(v > 0) || math.IsInf(v, 0) {
		return 0, usage(c, "--speed must be max, real or a factor such as 60x, not %q", s)
	}
	return v, nil
}

// finish prints a report, and writes its page if that is wanted.
func finish(c *cli.Context, report *simulator.Report) error {
	if file := c.String("report"); file != "" {
		if err := writeFile(file, report.WriteHTML); err != nil {
			return err
		}
	}
	if c.Bool("json") {
		return printJSON(c, report)
	}
	return report.WriteText(stdout(c))
}

func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	return write(f)
}
