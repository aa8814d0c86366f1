package fcm_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/fcm"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

func Example() {
	fake := fcmtest.New()
	fake.Script("old-phone", fcmtest.Unregistered)
	server := httptest.NewServer(fake)
	defer server.Close()

	ctx := context.Background()
	channel, err := fcm.Open(ctx, fcm.Config{
		Project:   "demo",
		Endpoint:  server.URL + "/v1", // a real deployment sets CredentialsFile instead
		TokenDead: func(_ id.User, token string) { fmt.Println("forget", token) },
	})
	if err != nil {
		panic(err)
	}
	err = channel.Send(ctx, push.Message{
		ID: "dlv_1", User: "usr_0_ada", CollapseKey: "off_1", Title: "Pasta", Body: "two for one",
		Expires: time.Now().Add(time.Hour), Tokens: []string{"phone", "old-phone"},
	})
	if err != nil {
		panic(err)
	}
	if err := channel.Close(ctx); err != nil { // sends what waits
		panic(err)
	}
	for _, m := range fake.Accepted() {
		fmt.Println(m.Token, "shows", m.Title)
	}
	stats := channel.Stats()
	fmt.Println(stats.Sent, "sent,", stats.DeadTokens, "dead")
	// Output:
	// forget old-phone
	// phone shows Pasta
	// 1 sent, 1 dead
}
