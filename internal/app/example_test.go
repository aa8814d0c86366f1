package app_test

import (
	"context"
	"fmt"

	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/config"
)

// A server within another program: the record in memory, a free port.
func Example() {
	cfg := config.Default()
	cfg.Listen = "127.0.0.1:0"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := app.New(ctx, app.Options{Config: cfg, Memory: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Addr() != "")
	cancel() // serve nobody, and close
	fmt.Println(s.Run(ctx))
	// Output:
	// true
	// <nil>
}
