package httpapi_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/httpapi"
)

// The table of contents of the interface.
func ExampleRoutes() {
	for _, route := range httpapi.Routes()[:4] {
		fmt.Println(route)
	}
	// Output:
	// POST /v1/merchants
	// GET /v1/merchants
	// GET /v1/merchants/{id}
	// PATCH /v1/merchants/{id}
}
