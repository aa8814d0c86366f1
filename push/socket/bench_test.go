package socket_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/socket"
)

type sink struct{}

func (sink) Offer(push.Message) bool { return true }
func (sink) Tell(any)                {}
func (sink) Close(string)            {}

func BenchmarkSendAcked(b *testing.B) {
	h, err := socket.New(socket.Config{})
	if err != nil {
		b.Fatal(err)
	}
	h.Attach(ada, sink{})
	m := message(ada, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Send(b.Context(), m); err != nil {
			b.Fatal(err)
		}
		h.Acked(ada, m.ID)
	}
}
