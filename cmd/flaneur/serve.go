package main

import (
	"os"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/obs"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the server",
		Description: "Prints one JSON line {\"addr\": …} on standard output when it is ready, and logs to standard error.\n" +
			"Settings: defaults < --config file < FLANEUR_… environment < flags; see: flaneur config print.",
		Flags: append(configFlags(),
			&cli.StringFlag{Name: "listen", Usage: "`HOST:PORT` of the API and the sockets; port 0 takes a free one"},
		),
		Action: serve,
	}
}

// configFlags are the flags of every command that reads the server's configuration.
func configFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "YAML `FILE` with settings", EnvVars: []string{"FLANEUR_CONFIG"}},
		&cli.StringFlag{Name: "data", Usage: "`DIR` of the store"},
		&cli.StringSliceFlag{Name: "set", Usage: "any setting as `KEY=VALUE`, such as limits.max_sessions=1000"},
	}
}

func serve(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "serve takes no arguments")
	}
	cfg, err := loadConfig(c)
	if err != nil {
		return err
	}
	log, err := obs.NewLogger(os.Stderr, cfg.Log.Format, cfg.Log.Level)
	if err != nil {
		return err
	}
	s, err := app.New(c.Context, app.Options{Config: cfg, Log: log})
	if err != nil {
		return err
	}
	line, err := json.Marshal(struct {
		Addr string `json:"addr"`
	}{s.Addr()})
	if err != nil {
		return err
	}
	if _, err := stdout(c).Write(append(line, '\n')); err != nil {
		return err
	}
	return s.Run(c.Context)
}

// loadConfig merges file, environment and flags.
func loadConfig(c *cli.Context) (config.Config, error) {
	flags, err := settings(c)
	if err != nil {
		return config.Config{}, err
	}
	return config.Load(c.String("config"), os.Environ(), flags)
}
