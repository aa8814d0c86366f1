package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

func tripCommand() *cli.Command {
	return &cli.Command{
		Name: "trip", Usage: "say where a person is going, so that offers on the way can be found",
		Subcommands: []*cli.Command{
			{
				Name: "start", Usage: "a person sets out; it ends on arrival, or after six hours", Action: startTrip,
				Flags: tokenFlags(
					&cli.StringFlag{Name: "lat", Usage: "latitude of the destination in `DEGREES`"},
					&cli.StringFlag{Name: "lon", Usage: "longitude of the destination in `DEGREES`"},
					&cli.StringFlag{Name: "place", Usage: "`ID` of the place that is the destination, instead of both"},
					&cli.StringFlag{Name: "mode", Usage: "`MODE`: walk, bike, car or transit; told by the speed without it"},
				),
			},
			{Name: "stop", Usage: "the person goes there no longer", Flags: tokenFlags(), Action: stopTrip},
			{Name: "show", Usage: "show where the person said they go", Flags: tokenFlags(), Action: showTrip},
		},
	}
}

func startTrip(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	in := api.Trip{Place: id.Place(c.String("place")), Mode: c.String("mode")}
	if c.IsSet("lat") || c.IsSet("lon") {
		at, err := pointOf(row{}, c.String)
		if err != nil {
			return usage(c, "%s", explain(err))
		}
		in.Lat, in.Lon = &at.Lat, &at.Lon
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	t, err := server.StartTrip(c.Context, in)
	if err != nil {
		return err
	}
	return printTrip(c, t)
}

func showTrip(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	t, err := server.Trip(c.Context, time.Time{})
	if err != nil {
		return err
	}
	return printTrip(c, t)
}

func printTrip(c *cli.Context, t api.Trip) error { return printFacts(c, t, tripFacts(&t)) }

func tripFacts(t *api.Trip) []fact {
	if t == nil || t.Lat == nil || t.Lon == nil {
		return nil
	}
	return []fact{
		{"on the way to", fmt.Sprintf("%.5f, %.5f", *t.Lat, *t.Lon)}, {"place", string(t.Place)}, {"by", t.Mode}, {"set out", moment(t.At)},
	}
}

func stopTrip(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return server.EndTrip(c.Context)
}

func chainsCommand() *cli.Command {
	return &cli.Command{
		Name: "chains", Usage: "show the offers that wait for a person because they used others", Action: chains,
		Flags: tokenFlags(&cli.StringFlag{Name: "leave", Usage: "forget the chain that began with this `OFFER`"}),
	}
}

func chains(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	if root := c.String("leave"); root != "" {
		return server.LeaveChain(c.Context, id.Offer(root))
	}
	out, err := server.Chains(c.Context, time.Time{})
	if err != nil {
		return err
	}
	return printList(c, out.Items, "OFFER TITLE DUE UNTIL BEGAN-WITH", func(s api.Step) []string {
		return []string{string(s.Offer), orDash(s.Title), moment(s.Due), moment(s.Until), string(s.Root)}
	})
}

// wayFacts are where a person goes, where they used to stay, and what waits for them.
func wayFacts(a api.Account) []fact {
	facts := tripFacts(a.Trip)
	for _, s := range a.Stays {
		facts = append(facts, fact{"stayed", fmt.Sprintf("%d times around %.3f, %.3f, last %s", s.Times, s.Lat, s.Lon, moment(s.Last))})
	}
	for _, s := range a.Chains {
		facts = append(facts, fact{"waits", fmt.Sprintf("offer %s %s, from %s to %s", s.Offer, s.Title, moment(s.Due), moment(s.Until))})
	}
	return facts
}
