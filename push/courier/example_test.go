package courier_test

import (
	"context"
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
)

// service takes messages for every token but one.
type service struct{}

func (service) Send(_ context.Context, e push.Entry) error {
	if e.Token == "gone" {
		return push.ErrTokenDead
	}
	fmt.Println(e.Message.Title)
	return nil
}

func Example() {
	c, err := courier.Open(courier.Config{
		Name: "example", Workers: 1, TokenDead: func(_ id.User, token string) { fmt.Println("forget", token) },
	}, service{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	err = c.Send(ctx, push.Message{
		ID: "dlv_1", User: "usr_0_ada", Title: "Pasta", Expires: time.Now().Add(time.Hour), Tokens: []string{"phone", "gone"},
	})
	if err != nil {
		panic(err)
	}
	if err := c.Close(ctx); err != nil { // sends what waits
		panic(err)
	}
	// Output:
	// Pasta
	// forget gone
}
