package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// programFlags say what holds over all of a merchant's offers.
func programFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "limit", Usage: "`LIST` of scope:period:count or scope:period:money:currency; scope is merchant or user"},
		&cli.StringFlag{Name: "points", Usage: "loyalty points for each `UNIT` of money spent: 1, or 0.5"},
		&cli.StringFlag{Name: "tiers", Usage: "`LIST` of tiers by points ever earned: Silver:100,Gold:500"},
	}
}

// readProgram reads what programFlags say.
func readProgram(m *api.MerchantInput, c *cli.Context) (err error) {
	for _, text := range words(c.String("limit")) {
		l, err := limitOf(text)
		if err != nil {
			return err
		}
		m.Limits = append(m.Limits, l)
	}
	if c.String("points") == "" && c.String("tiers") == "" {
		return nil
	}
	m.Program = &api.Program{}
	if text := c.String("points"); text != "" {
		if m.Program.PointsPerUnit, err = decimal("points", text); err != nil {
			return err
		}
	}
	for _, text := range strings.FieldsFunc(c.String("tiers"), func(r rune) bool { return r == ',' }) {
		name, points, ok := strings.Cut(text, ":")
		n, err := whole("tiers", points)
		if err != nil || !ok || points == "" {
			return fault.Field("tiers", "must be names with points, such as Silver:100,Gold:500, not %q", text)
		}
		m.Program.Tiers = append(m.Program.Tiers, api.Tier{Name: strings.TrimSpace(name), Points: n})
	}
	return nil
}

func changeMerchant(c *cli.Context) error {
	which, patch, err := patchOf(c, "merchant")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	m, err := server.ChangeMerchant(c.Context, id.Merchant(which), "", patch)
	if err != nil {
		return err
	}
	return printMerchant(c, m)
}

func changePlace(c *cli.Context) error {
	which, patch, err := patchOf(c, "place")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	p, err := server.ChangePlace(c.Context, id.Place(which), "", patch)
	if err != nil {
		return err
	}
	return printPlace(c, p)
}

// setFlag is for commands that change what is named of a thing.
func setFlag(example string) cli.Flag {
	return &cli.StringSliceFlag{Name: "set", Usage: "`FIELD=VALUE` as in the API, such as " + example + "; null clears"}
}

// patchOf reads the id of a thing, and what to change of it.
func patchOf(c *cli.Context, what string) (which string, patch api.Patch, err error) {
	if c.NArg() < 1 || c.NArg() > 2 || (c.NArg() == 2) == c.IsSet("set") {
		return "", nil, usage(c, "change needs the id of one %s, and either --set FIELD=VALUE or a file with a JSON merge patch", what)
	}
	patch, err = assignments(c, c.StringSlice("set"))
	if err == nil && c.NArg() == 2 {
		err = readJSON(c.Args().Get(1), &patch)
	}
	return c.Args().First(), patch, err
}

// programFacts show what holds over all of a merchant's offers.
func programFacts(m api.Merchant) (facts []fact) {
	for _, l := range m.Limits {
		facts = append(facts, fact{"limit", limitWords(l)})
	}
	if p := m.Program; p != nil {
		facts = append(facts, fact{"points", fmt.Sprintf("%g for each unit of money", p.PointsPerUnit)})
		for _, t := range p.Tiers {
			facts = append(facts, fact{"tier", fmt.Sprintf("%s from %d points", t.Name, t.Points)})
		}
	}
	return facts
}
