package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/simulator"
)

const (
	demoPeople = 40
	demoSpeed  = 1800 // a day in half a minute, for people who watch
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "play a working day in a small city, on a server of its own",
		Description: "Starts a server that keeps everything in memory, fills it with the places and offers of a small city, and walks\n" +
			"Mara and some invented people through a day. Then it goes on serving until Ctrl-C.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "once", Usage: "end after the day"},
			jsonFlag(),
			&cli.Uint64Flag{Name: "seed", Usage: "another `NUMBER` makes other people", Value: 1},
			&cli.IntFlag{Name: "people", Usage: "`NUMBER` of invented people beside Mara", Value: demoPeople},
			reportFlag(),
			&cli.StringFlag{Name: "speed", Usage: "max, real or a `FACTOR` such as 600x (default: 1800x on a terminal, or else max)"},
		},
		Action: demo,
	}
}

func demo(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.Int("people") < 0 {
		return usage(c, "--people must not be negative")
	}
	speed, err := demoPace(c)
	if err != nil {
		return err
	}
	return withDemoServer(c.Context, func(ctx context.Context, s *demoServer) error {
		day := demoDay(time.Now())
		run, err := s.cast(ctx, c.Uint64("seed"), c.Int("people"), day)
		if err != nil {
			return err
		}
		run.Speed = speed
		show := newShow(c, simulator.Mara)
		show.begin(s.url, len(run.People))
		report, err := simulator.Run(ctx, run, show.sink())
		show.end()
		if err != nil {
			return err
		}
		if err := finish(c, &report); err != nil || c.Bool("once") {
			return err
		}
		fmt.Fprintf(os.Stderr, "\nThe server goes on at %s; Ctrl-C ends it.\n", s.url)
		<-ctx.Done()
		return nil
	})
}

func demoPace(c *cli.Context) (float64, error) {
	if !c.IsSet("speed") {
		if c.Bool("json") || !term.IsTerminal(int(os.Stdout.Fd())) {
			return 0, nil
		}
		return demoSpeed, nil
	}
	return parseSpeed(c, c.String("speed"))
}

// demoDay is the Tuesday before a time: shops are open, and nothing lies ahead of the server's clock.
func demoDay(now time.Time) time.Time {
	zone, err := time.LoadLocation(simulator.Zone)
	if err != nil {
		zone = time.UTC
	}
	day := now.In(zone).AddDate(0, 0, -1)
	for day.Weekday() != time.Tuesday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// demoServer is a server within this process.
type demoServer struct {
	url, secret, publishable string
}

// withDemoServer runs a server while fn runs, and ends it in good order.
func withDemoServer(ctx context.Context, fn func(context.Context, *demoServer) error) error {
	cfg := config.Default()
	cfg.Listen, cfg.Zone = "127.0.0.1:0", simulator.Zone
	cfg.Shutdown.Drain = time.Second
	s, err := app.New(ctx, app.Options{Config: cfg, Memory: true})
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.Run(serving) }()

	d := &demoServer{url: "http://" + s.Addr()}
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	err = d.keys(ctx, s)
	if err == nil {
		err = fn(working, d)
	}
	stop()
	return errors.Join(err, <-served)
}

func (d *demoServer) keys(ctx context.Context, s *app.Server) (err error) {
	if d.secret, err = s.CreateKey(ctx, catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Secret, Name: "demo"}); err != nil {
		return err
	}
	d.publishable, err = s.CreateKey(ctx, catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Publishable, Name: "demo"})
	return err
}

// cast publishes the city and makes its people, Mara first.
func (d *demoServer) cast(ctx context.Context, seed uint64, people int, day time.Time) (simulator.Options, error) {
	city, err := simulator.Freiburg()
	if err != nil {
		return simulator.Options{}, err
	}
	merchants, err := client.New(d.url, api.Secret(d.secret))
	if err != nil {
		return simulator.Options{}, err
	}
	defer merchants.Close()
	names, err := city.Publish(ctx, merchants, day)
	if err != nil {
		return simulator.Options{}, err
	}
	server, err := simulator.Connect(d.url, d.publishable)
	if err != nil {
		return simulator.Options{}, err
	}
	mara, err := city.Day(seed, day)
	if err != nil {
		return simulator.Options{}, err
	}
	invented := city.People(seed, people, day)
	simulator.WearWristbands(invented, seed, inventedWearers)
	return simulator.Options{
		Server: server, People: append([]*simulator.Person{mara}, invented...), Seed: seed,
		Names: names, Places: city.Places,
	}, nil
}
