package voucher_test

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

func Example() {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	noon := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	o := &offers.Offer{
		ID: "off_1", Merchant: "mer_1", Place: "plc_1", Reward: offers.Reward{Kind: offers.Percent, Value: 12.5},
		Redeeming: offers.Redeeming{OfflineHours: 24},
	}
	token := voucher.Of(o, "red_1", noon.Add(time.Hour)).Sign(key) // by the server

	v, err := voucher.Verify(token, voucher.Keys{voucher.IDOf(public): public}) // by a till without network
	if err == nil {
		err = v.Here("mer_1", "plc_1", noon)
	}
	off := voucher.Deals(&voucher.Basket{Amount: 19_99, Currency: "EUR"}, []*voucher.Voucher{v})
	fmt.Println(err, off)
	// Output: <nil> [250]
}
