package main

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

func tillCommand() *cli.Command {
	basket := []cli.Flag{
		&cli.Float64Flag{Name: "amount", Usage: "worth of the basket before discounts, as `MONEY`"},
		&cli.StringFlag{Name: "currency", Usage: "ISO 4217 `CODE`", Value: "EUR"},
		&cli.StringFlag{Name: "receipt", Usage: "the till's own `NUMBER`"},
	}
	keys := &cli.StringFlag{Name: "keys", Usage: "`FILE` that till keys wrote", Value: "till-keys.json"}
	journal := &cli.StringFlag{Name: "journal", Usage: "`FILE` of what was redeemed without network", Value: "till-journal.jsonl"}
	offline := &cli.BoolFlag{Name: "offline", Usage: "without network: check the signature, note it in the journal"}
	return &cli.Command{
		Name:  "till",
		Usage: "what a store's till does: check, redeem and take back codes, with network and without",
		Subcommands: []*cli.Command{
			{Name: "check", Usage: "what codes would bring; changes nothing", ArgsUsage: "CODE…", Flags: keyFlags("till's", basket...), Action: tillCheck},
			{
				Name: "redeem", Usage: "use codes, all of them or none", ArgsUsage: "CODE…", Action: tillRedeem,
				Flags: keyFlags("till's", append([]cli.Flag{offline, keys, journal}, basket...)...),
			},
			{Name: "rollback", Usage: "take a redemption back", ArgsUsage: "REDEMPTION", Flags: keyFlags("till's"), Action: tillRollBack},
			{Name: "keys", Usage: "fetch what is needed to work without network", Flags: keyFlags("till's", keys), Action: tillKeys},
			{Name: "verify", Usage: "check a token without network", ArgsUsage: "TOKEN", Flags: []cli.Flag{keys, jsonFlag()}, Action: tillVerify},
			{Name: "sync", Usage: "tell what was redeemed without network; may be repeated", Flags: keyFlags("till's", journal), Action: tillSync},
		},
	}
}

// checkoutOf reads codes and basket.
func checkoutOf(c *cli.Context) (api.Checkout, error) {
	if c.NArg() == 0 {
		return api.Checkout{}, usage(c, "%s needs codes or tokens", c.Command.Name)
	}
	return api.Checkout{
		Codes: c.Args().Slice(), Amount: c.Float64("amount"), Currency: c.String("currency"), Receipt: c.String("receipt"),
	}, nil
}

func tillCheck(c *cli.Context) error {
	in, err := checkoutOf(c)
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.CheckCodes(c.Context, in)
	if err != nil {
		return err
	}
	return printCheckout(c, in.Codes, out)
}

func printCheckout(c *cli.Context, codes []string, out api.CheckoutResult) error {
	var facts []fact
	for i, l := range out.Lines {
		said := money(l.Discount) + " off, " + oneLine(l.Title) + ", " + string(l.Redemption)
		if l.Refused != nil {
			said = l.Refused.Code + ": " + l.Refused.Text
		}
		facts = append(facts, fact{short(codes[i]), said})
	}
	facts = append(facts, fact{"off", money(out.Discount) + " " + out.Currency}, fact{"to pay", money(out.Pay) + " " + out.Currency})
	return printFacts(c, out, facts)
}

func money(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// short is a code, or the beginning of a token.
func short(code string) string { return code[:min(len(code), 16)] }

func tillRedeem(c *cli.Context) error {
	in, err := checkoutOf(c)
	if err != nil {
		return err
	}
	if c.Bool("offline") {
		return redeemOffline(c, in)
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.RedeemCodes(c.Context, in)
	if err != nil {
		return err
	}
	return printCheckout(c, in.Codes, out)
}

func tillRollBack(c *cli.Context) error {
	redemption, err := onlyID(c, "redemption")
	if err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	out, err := server.RollBack(c.Context, id.Redemption(redemption))
	if err != nil {
		return err
	}
	return printFacts(c, out, []fact{{"taken back", string(out.Redemption)}, {"discount", money(out.Discount)}})
}

// tillKeys adds what ended since the last time to the file, or makes it.
func tillKeys(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	was, err := readKeys(c.String("keys"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	now, err := server.TillKeys(c.Context, was.At)
	if err != nil {
		return err
	}
	now.Stopped = append(was.Stopped, now.Stopped...)
	data, err := json.Marshal(now, json.Deterministic(true))
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.String("keys"), data, 0o600); err != nil {
		return err
	}
	return printFacts(c, now, []fact{
		{"keys", strconv.Itoa(len(now.Keys))}, {"stopped", strconv.Itoa(len(now.Stopped))}, {"written to", c.String("keys")},
	})
}

func readKeys(file string) (k api.TillKeys, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return k, err
	}
	return k, json.Unmarshal(data, &k)
}

// verified checks a token with the keys of a file, as it is done without network.
func verified(file, token string, now time.Time) (*voucher.Voucher, error) {
	known, err := readKeys(file)
	if err != nil {
		return nil, err
	}
	keys := voucher.Keys{}
	for _, k := range known.Keys {
		name, err1 := hex.DecodeString(k.ID)
		public, err2 := base64.StdEncoding.DecodeString(k.Key)
		if err1 != nil || err2 != nil || len(name) != len(voucher.KeyID{}) || len(public) != 32 {
			return nil, fault.New(fault.Invalid, fault.CodeMalformed, "%s holds a key that can't be read.", file)
		}
		keys[voucher.KeyID(name)] = public
	}
	v, err := voucher.Verify(token, keys)
	if err != nil {
		return nil, err
	}
	for _, s := range known.Stopped {
		if s.Redemption == v.Redemption {
			return nil, voucher.Refuse(fault.CodeRolledBack)
		}
	}
	if !v.Offline {
		return nil, voucher.Refuse(fault.CodeNeedsNetwork)
	}
	return v, v.Here(known.Merchant, known.Place, now)
}

func tillVerify(c *cli.Context) error {
	token, err := onlyID(c, "token")
	if err != nil {
		return err
	}
	v, err := verified(c.String("keys"), token, time.Now())
	if err != nil {
		return err
	}
	return printFacts(c, v, []fact{
		{"redemption", string(v.Redemption)}, {"offer", string(v.Offer) + ", version " + strconv.Itoa(v.Version)}, {"expires", moment(v.Expires)},
	})
}
