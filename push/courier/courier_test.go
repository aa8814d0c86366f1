package courier_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// busy is a service that asks to be left alone for a minute.
type busy struct{ asked []string }

func (b *busy) Send(_ context.Context, e push.Entry) error {
	b.asked = append(b.asked, e.Token)
	return push.ErrUnavailable.WithRetry(time.Minute)
}

// What arrived by another way is not tried again, and nobody who closes waits for it.
func TestDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &busy{}
		c, err := courier.Open(courier.Config{Name: "test", Workers: 1}, service)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, who := range []id.User{"usr_0_ada", "usr_0_bob"} {
			m := push.Message{ID: "dlv_1", User: who, Title: "Pasta", Expires: began.Add(time.Hour), Tokens: []string{string(who)}}
			if err := c.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		closed := make(chan error, 1)
		go func() { closed <- c.Close(t.Context()) }()
		synctest.Wait()
		c.Drop("usr_0_ada", "dlv_1")
		if s := c.Stats(); s.Waiting != 1 {
			t.Errorf("%d wait, want somebody else's", s.Waiting)
		}
		c.Drop("usr_0_bob", "dlv_1")
		if err := <-closed; err != nil || time.Since(began) > 0 {
			t.Errorf("closed after %v: %v", time.Since(began), err)
		}
		if len(service.asked) != 2 {
			t.Errorf("attempts %v, want one each", service.asked)
		}
	})
}
