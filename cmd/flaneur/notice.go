package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func noticeCommand() *cli.Command {
	return &cli.Command{
		Name: "notice", Usage: "show what a person must have read before mood is taken from a source",
		Flags:  keyFlags("publishable", &cli.StringFlag{Name: "lang", Usage: "`LANGUAGE` of the texts: en or de", Value: "en"}),
		Action: notice,
	}
}

func notice(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.Notices(c.Context, c.String("lang"))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, out)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version %s\n\n", out.Version)
	for _, l := range out.Levels {
		fmt.Fprintf(&b, "%-6s %s\n", l.Level, l.Text)
	}
	for _, n := range out.Sources {
		fmt.Fprintf(&b, "\n%s (%s)\n", n.Title, n.Source)
		for _, text := range []string{n.Measured, n.Inferred, n.Used, n.Never, n.Stop, n.Offers} {
			fmt.Fprintf(&b, "    %s\n", text)
		}
	}
	return printText(c, b.String())
}
