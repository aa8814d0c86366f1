package main

import (
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// redemptionCommands are what a person does with offers, under user.
func redemptionCommands() []*cli.Command {
	return []*cli.Command{
		{
			Name: "reserve", Usage: "keep a unit of an offer, and print what to show at the till", ArgsUsage: "OFFER", Action: reserve,
			Flags: tokenFlags(
				&cli.BoolFlag{Name: "redeem", Usage: "use it at once, where there is no till"},
				&cli.StringFlag{Name: "qr", Usage: "`FILE` for the QR code, a PNG picture"},
			),
		},
		{Name: "give-back", Usage: "end a reservation", ArgsUsage: "REDEMPTION", Flags: tokenFlags(), Action: giveBack},
		{Name: "redemptions", Usage: "list what a person reserved and used", Flags: tokenFlags(), Action: redemptions},
		{Name: "points", Usage: "show a person's points and tiers", Flags: tokenFlags(), Action: points},
	}
}

func reserve(c *cli.Context) error {
	offer, err := onlyID(c, "offer")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	r, err := server.Redeem(c.Context, api.Redeem{Offer: id.Offer(offer), Redeem: c.Bool("redeem")})
	if err != nil {
		return err
	}
	if file := c.String("qr"); file != "" {
		picture, err := server.RedemptionQR(c.Context, r.ID)
		if err == nil {
			err = os.WriteFile(file, picture, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return printFacts(c, r, []fact{
		{"redemption", string(r.ID)}, {"status", r.Status}, {"code", r.Code}, {"token", r.Token}, {"expires", moment(r.Expires)},
	})
}

func giveBack(c *cli.Context) error {
	redemption, err := onlyID(c, "redemption")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	r, err := server.GiveBack(c.Context, id.Redemption(redemption))
	if err != nil {
		return err
	}
	return printFacts(c, r, []fact{{"redemption", string(r.ID)}, {"status", r.Status}})
}

func redemptions(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	page, err := server.Redemptions(c.Context)
	if err != nil {
		return err
	}
	return printList(c, page.Items, "REDEMPTION OFFER STATUS CODE OFF", func(r api.Redemption) []string {
		return []string{string(r.ID), string(r.Offer), r.Status, r.Code, money(r.Discount)}
	})
}

func points(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.Loyalty(c.Context)
	if err != nil {
		return err
	}
	return printList(c, out.Merchants, "MERCHANT POINTS TIER NEXT MISSING", func(l api.LoyaltyAt) []string {
		return []string{oneLine(l.Name), strconv.Itoa(l.Points), l.Tier, l.Next, strconv.Itoa(l.Missing)}
	})
}
