package main

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// A journal holds one redemption a line, in the order of their numbers. Nothing is ever taken out: the server knows what
// it was told before.

// redeemOffline takes one voucher by its signature and notes it, durably, before anything is taken off.
func redeemOffline(c *cli.Context, in api.Checkout) error {
	if len(in.Codes) != 1 {
		return usage(c, "without network one token is redeemed at a time")
	}
	now := time.Now().UTC()
	v, err := verified(c.String("keys"), in.Codes[0], now)
	if err != nil {
		return err
	}
	done, err := readJournal(c.String("journal"))
	if err != nil {
		return err
	}
	for _, r := range done {
		if r.Token == in.Codes[0] {
			return voucher.Refuse(fault.CodeAlreadyRedeemed)
		}
	}
	basket := voucher.Basket{Amount: offers.Hundredths(in.Amount), Currency: in.Currency}
	if err := v.Fits(&basket); err != nil {
		return err
	}
	entry := api.OfflineRedemption{
		TillSeq: int64(len(done) + 1), Token: in.Codes[0], At: now, Amount: in.Amount, Currency: in.Currency, Receipt: in.Receipt,
	}
	if err := appendJournal(c.String("journal"), &entry); err != nil {
		return err
	}
	off := voucher.Deals(&basket, []*voucher.Voucher{v})[0]
	return printFacts(c, entry, []fact{
		{"redeemed", string(v.Redemption) + ", number " + strconv.FormatInt(entry.TillSeq, 10) + " of the journal"},
		{"off", money(voucher.Money(off)) + " " + in.Currency},
		{"to pay", money(voucher.Money(basket.Amount-off)) + " " + in.Currency},
	})
}

// readJournal returns what the journal holds. A last line without its end was cut off by a crash, before anything was
// taken off: it does not count.
func readJournal(file string) (list []api.OfflineRedemption, err error) {
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	data = data[:wholeLines(data)]
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var r api.OfflineRedemption
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fault.New(fault.Invalid, fault.CodeMalformed, "Line %d of %s can't be read.", i+1, file).Wrap(err)
		}
		list = append(list, r)
	}
	return list, nil
}

// wholeLines returns how many bytes of a journal are whole lines.
func wholeLines(data []byte) int { return bytes.LastIndexByte(data, '\n') + 1 }

func appendJournal(file string, r *api.OfflineRedemption) error {
	line, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(line, '\n'), int64(wholeLines(data))) // over what a crash left of a line
	if err == nil {
		err = f.Truncate(int64(wholeLines(data) + len(line) + 1))
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// syncAtOnce is how many redemptions one request tells.
const syncAtOnce = 500

func tillSync(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	rest, err := readJournal(c.String("journal"))
	if err != nil {
		return err
	}
	results := []api.OfflineResult{}
	for len(rest) > 0 {
		n := min(len(rest), syncAtOnce)
		out, err := server.SyncTill(c.Context, api.OfflineRedemptions{Redemptions: rest[:n]})
		if err != nil {
			return err
		}
		results, rest = append(results, out.Results...), rest[n:]
	}
	return printList(c, results, "NUMBER STATUS REDEMPTION OFF", func(r api.OfflineResult) []string {
		return []string{strconv.FormatInt(r.TillSeq, 10), r.Status, string(r.Redemption), money(r.Discount)}
	})
}
