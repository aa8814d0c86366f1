package socket_test

import (
	"context"
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/socket"
)

// phone is a connection as its owner attaches it: a real one puts the frame into its outbound queue.
type phone struct{}

func (phone) Offer(m push.Message) bool { fmt.Println("phone:", m.Frame); return true }
func (phone) Tell(any)                  {}
func (phone) Close(code string)         { fmt.Println("phone: closed,", code) }

// fcm stands for the channel that takes what no socket took.
type fcm struct{}

func (fcm) Send(_ context.Context, m push.Message) error { fmt.Println("fcm:", m.Title); return nil }

func Example() {
	ctx := context.Background()
	hub, err := socket.New(socket.Config{Next: fcm{}, AckTimeout: 5 * time.Second})
	if err != nil {
		panic(err)
	}
	m := push.Message{ID: "dlv_1", User: "usr_0_ada", Title: "Pasta", Frame: "offer frame", Expires: time.Now().Add(time.Hour)}

	detach := hub.Attach(m.User, phone{})
	_ = hub.Send(ctx, m)
	fmt.Println("acknowledged in time:", hub.Acked(m.User, m.ID))

	detach() // the app goes to the background
	m.ID = "dlv_2"
	_ = hub.Send(ctx, m)
	_ = hub.Close(ctx)
	// Output:
	// phone: offer frame
	// acknowledged in time: true
	// fcm: Pasta
}
