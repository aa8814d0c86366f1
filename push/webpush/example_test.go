package webpush_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/webpush"
)

func Example() {
	private, public, err := webpush.NewKey()
	if err != nil {
		panic(err)
	}
	dir, _ := os.MkdirTemp("", "vapid")
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "vapid.key")
	if err := os.WriteFile(file, []byte(private), 0o600); err != nil {
		panic(err)
	}
	channel, err := webpush.Open(webpush.Config{
		KeyFile: file, Subject: "mailto:ops@example.org",
		TokenDead: func(id.User, string) { fmt.Println("forget it") },
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(channel.Key() == public) // what browsers subscribe with
	ctx := context.Background()
	err = channel.Send(ctx, push.Message{
		ID: "dlv_1", User: "usr_0_ada", Title: "Pasta", Expires: time.Now().Add(time.Hour),
		Tokens: []string{`{"endpoint":"https://169.254.169.254/latest","keys":{}}`}, // not with us
	})
	if err != nil {
		panic(err)
	}
	_ = channel.Close(ctx) // sends what waits
	// Output:
	// true
	// forget it
}
