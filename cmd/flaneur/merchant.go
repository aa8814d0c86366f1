package main

import (
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

func merchantCommand() *cli.Command {
	return &cli.Command{
		Name:  "merchant",
		Usage: "register those who make offers",
		Subcommands: []*cli.Command{
			{
				Name: "create", Usage: "make a merchant, or replace the one with the same external id",
				Flags: keyFlags("secret", append([]cli.Flag{
					&cli.StringFlag{Name: "name", Usage: "`NAME` that people see"},
					&cli.StringFlag{Name: "external-id", Usage: "your own `ID` for it"},
				}, programFlags()...)...),
				Action: createMerchant,
			},
			{Name: "list", Usage: "show the merchants", Flags: keyFlags("secret", limitFlag()), Action: listMerchants},
			{Name: "show", Usage: "show one merchant", ArgsUsage: "ID", Flags: keyFlags("secret"), Action: showMerchant},
			{
				Name: "change", Usage: "change what is named of a merchant", ArgsUsage: "ID [PATCH.json]",
				Flags: keyFlags("secret", setFlag("program.pointsPerUnit=2")), Action: changeMerchant,
			},
			merchantNumbersCommand(),
		},
	}
}

func createMerchant(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if err := need(c, "name"); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	in := api.MerchantInput{Name: c.String("name"), ExternalID: c.String("external-id")}
	if err := readProgram(&in, c); err != nil {
		return usage(c, "%s", explain(err))
	}
	m, err := server.CreateMerchant(c.Context, in)
	if err != nil {
		return err
	}
	return printMerchant(c, m)
}

func listMerchants(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return printPaged(c, server.Merchants, "ID NAME EXTERNAL-ID", func(m api.Merchant) []string {
		return []string{string(m.ID), m.Name, orDash(m.ExternalID)}
	})
}

func showMerchant(c *cli.Context) error {
	which, err := onlyID(c, "merchant")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	m, err := server.Merchant(c.Context, id.Merchant(which))
	if err != nil {
		return err
	}
	return printMerchant(c, m)
}

func printMerchant(c *cli.Context, m api.Merchant) error {
	facts := append([]fact{{"id", string(m.ID)}, {"name", m.Name}, {"external id", m.ExternalID}}, programFacts(m)...)
	return printFacts(c, m, append(facts, recordFacts(m.Record)...))
}
