package outbound_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/outbound"
)

func ExampleCheckURL() {
	fmt.Println(outbound.CheckURL("url", "https://rosa.example/hook", false))
	fmt.Println(outbound.CheckURL("url", "https://169.254.169.254/latest", false))
	// Output:
	// <nil>
	// invalid_field: url: must be a public address
}
