package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
)

// lifeCommands take an offer through its life.
func lifeCommands() []*cli.Command {
	step := func(name, usage string, do func(*client.Client, context.Context, id.Offer) (api.Offer, error)) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, ArgsUsage: "ID", Flags: keyFlags("secret"), Action: func(c *cli.Context) error {
			return oneOffer(c, func(server *client.Client, which id.Offer) (api.Offer, error) { return do(server, c.Context, which) })
		}}
	}
	return []*cli.Command{
		step("publish", "make a draft public", (*client.Client).PublishOffer),
		step("pause", "take an offer out of sight until it is resumed", (*client.Client).PauseOffer),
		step("resume", "bring a paused offer back", (*client.Client).ResumeOffer),
		step("stop", "end an offer for good", (*client.Client).StopOffer),
		step("archive", "take an offer that was stopped, or never published, off the lists", (*client.Client).ArchiveOffer),
		{
			Name: "versions", Usage: "show what an offer said, newest first; or one version of it", ArgsUsage: "ID [N]",
			Flags: keyFlags("secret"), Action: offerVersions,
		},
	}
}

func offerVersions(c *cli.Context) error {
	if c.NArg() < 1 || c.NArg() > 2 {
		return usage(c, "versions needs the id of one offer, and may have the number of a version")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	which := id.Offer(c.Args().First())
	if c.NArg() == 2 {
		n, err := strconv.Atoi(c.Args().Get(1))
		if err != nil {
			return usage(c, "a version is a number from 1, not %q", c.Args().Get(1))
		}
		v, err := server.OfferVersion(c.Context, which, n)
		if err != nil {
			return err
		}
		return printFacts(c, v, append([]fact{{"version", fmt.Sprint(v.Version)}, {"since", moment(v.Since)}}, offerFacts(api.Offer{OfferInput: v.OfferInput})...))
	}
	list, err := server.OfferVersions(c.Context, which)
	if err != nil {
		return err
	}
	return printList(c, list, "VERSION SINCE TITLE REWARD", func(v api.OfferVersion) []string {
		return []string{fmt.Sprint(v.Version), moment(v.Since), v.Title, reward(v.Reward)}
	})
}
