package catalogue_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// A key can be made before a server has ever run.
func ExampleCreateKey() {
	s, err := store.OpenMemory(store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	spec := catalogue.KeySpec{Mode: offers.Test, Kind: catalogue.Publishable, Name: "app"}
	key, err := catalogue.CreateKey(context.Background(), s, spec, time.Now())
	fmt.Println(strings.HasPrefix(string(key.Key), "fl_test_pk_"), key.Name, err)
	// Output: true app <nil>
}
