package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/config"
)

func configCommand() *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "check and show the server's settings",
		Subcommands: []*cli.Command{
			{
				Name: "check", Usage: "say whether the settings can be used", Flags: configFlags(),
				Action: func(c *cli.Context) error {
					if _, err := loadConfig(c); err != nil {
						return err
					}
					_, err := fmt.Fprintln(stdout(c), "ok")
					return err
				},
			},
			{
				Name: "print", Usage: "show the settings in force, as a file for --config", Flags: configFlags(),
				Action: func(c *cli.Context) error {
					cfg, err := loadConfig(c)
					if err != nil {
						return err
					}
					return cfg.Print(stdout(c))
				},
			},
			{
				Name: "reference", Usage: "explain every setting",
				Action: func(c *cli.Context) error { return config.Reference(stdout(c)) },
			},
		},
	}
}

// settings reads the flags that set a configuration key.
func settings(c *cli.Context) (map[string]string, error) {
	flags := make(map[string]string)
	for _, s := range c.StringSlice("set") {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usage(c, "--set needs KEY=VALUE, not %q", s)
		}
		flags[key] = value
	}
	for _, name := range []string{"data", "listen"} {
		if c.IsSet(name) {
			flags[name] = c.String(name)
		}
	}
	return flags, nil
}
