package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func ExampleClient() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, `{"code":"consent_required","field":"location","detail":"Ask for the consent first."}`)
	}))
	defer server.Close()
	c, err := client.New(server.URL, "fl_dev_…")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Pull(context.Background(), api.PullQuery{})
	fmt.Println(fault.From(err).Code, fault.From(err).Field)
	// Output: consent_required location
}
