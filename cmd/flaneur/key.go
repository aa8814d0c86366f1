package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

func keyCommand() *cli.Command {
	data := func() cli.Flag {
		return &cli.StringFlag{Name: "data", Usage: "`DIR` of the store; it need not exist yet", Value: "data"}
	}
	test := func() cli.Flag {
		return &cli.BoolFlag{Name: "test", Usage: "a key for test data, which never meets live data"}
	}
	return &cli.Command{
		Name:  "key",
		Usage: "make, list and revoke API keys; the server must not be running on the directory",
		Subcommands: []*cli.Command{
			{
				Name: "create", Usage: "make a key and print it; it is shown this once",
				Flags: []cli.Flag{
					data(), test(), jsonFlag(),
					&cli.StringFlag{Name: "kind", Usage: "`KIND`: secret (merchants, operators), publishable (apps) or till"},
					&cli.StringFlag{Name: "merchant", Usage: "`ID` of the one merchant that a secret key may act for, or whose till it is"},
					&cli.StringFlag{Name: "place", Usage: "`ID` of the place where a till stands"},
					&cli.StringFlag{Name: "name", Usage: "`TEXT` to know the key by"},
				},
				Action: createKey,
			},
			{Name: "list", Usage: "show the keys, without the keys themselves", Flags: []cli.Flag{data(), test(), jsonFlag()}, Action: listKeys},
			{
				Name: "rotate-signing", Usage: "make a new key that signs tokens for tills; the old ones still verify", Flags: []cli.Flag{data()},
				Action: func(c *cli.Context) error {
					return withStore(c, func(s *store.Store) error { return s.AddSecret(c.Context, app.SigningSecret) })
				},
			},
			vapidCommand(),
			{
				Name: "revoke", Usage: "end a key", ArgsUsage: "KEY-ID", Flags: []cli.Flag{data(), jsonFlag()},
				Action: revokeKey,
			},
		},
	}
}

func createKey(c *cli.Context) error {
	spec := catalogue.KeySpec{
		Mode: mode(c), Kind: catalogue.KeyKind(c.String("kind")), Merchant: id.Merchant(c.String("merchant")),
		Place: id.Place(c.String("place")), Name: c.String("name"),
	}
	if spec.Kind != catalogue.Secret && spec.Kind != catalogue.Publishable && spec.Kind != catalogue.Till {
		return usage(c, "--kind must be secret, publishable or till, not %q", spec.Kind)
	}
	return withStore(c, func(s *store.Store) error {
		key, err := catalogue.CreateKey(c.Context, s, spec, time.Now())
		if err != nil {
			return err
		}
		if c.Bool("json") {
			return printJSON(c, key)
		}
		return printText(c, string(key.Key)+"\n")
	})
}

func mode(c *cli.Context) offers.Mode {
	if c.Bool("test") {
		return offers.Test
	}
	return offers.Live
}

func listKeys(c *cli.Context) error {
	return withStore(c, func(s *store.Store) error {
		keys, err := catalogue.Keys(c.Context, s, mode(c))
		if err != nil {
			return err
		}
		if c.Bool("json") {
			return printJSON(c, struct {
				Keys []api.Key `json:"keys"`
			}{keys})
		}
		var rows [][]string
		for _, k := range keys {
			state := "active"
			if !k.Revoked.IsZero() {
				state = "revoked"
			}
			rows = append(rows, []string{k.ID, k.Kind, k.Created.Format(time.DateOnly), state, orDash(string(k.Merchant)), orDash(string(k.Place)), orDash(k.Name)})
		}
		return printTable(c, rows)
	})
}

func revokeKey(c *cli.Context) error {
	if c.NArg() != 1 {
		return usage(c, "revoke needs the id of one key; see: flaneur key list")
	}
	return withStore(c, func(s *store.Store) error {
		key, err := catalogue.RevokeKey(c.Context, s, c.Args().First(), time.Now())
		if err != nil {
			return err
		}
		if c.Bool("json") {
			return printJSON(c, key)
		}
		return printText(c, "revoked "+key.ID+"\n")
	})
}
