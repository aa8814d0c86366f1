package httpapi_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/httpapi"
)

// FuzzStockCSV reads tables: each row names its item and nothing else than a fault comes back.
func FuzzStockCSV(f *testing.F) {
	for _, text := range []string{
		"sku,quantity\na,1\n", "\ufeffSKU;quantity\n", "sku,name,quantity,price,currency\n\"a\nb\",x,1,1.5,EUR\n", "sku\n\"", "sku,sku\n", "sku,shelf\na\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := httpapi.ReadStockCSV(body, func(p api.StockPatch) error {
			var it api.StockItem
			p.Apply(&it)
			return nil
		})
		if err != nil && fault.From(err).Kind == fault.Internal {
			t.Errorf("%q: no fault: %v", body, err)
		}
	})
}
