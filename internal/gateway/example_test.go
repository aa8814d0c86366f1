package gateway_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/wire"
)

func Example() {
	e := &fakeEngine{} // *engine.Engine, in the server
	g, err := gateway.New(gateway.Config[*person]{Admission: e, Updates: e, Responses: e, Rights: e, Trips: e, Attach: e.attach})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv := httptest.NewServer(g)
	defer srv.Close()

	dialer := websocket.Dialer{Subprotocols: []string{wire.SubprotocolJSON}}
	ws, resp, err := dialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	defer func() { _ = ws.Close() }()
	go func() {
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"hello","seq":1,"token":"token-ada"}`))
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"position","seq":2,"fixes":[{"lat":52.52,"lon":13.405,"at":1767225600000}]}`))
	}()
	for range 2 {
		_, data, err := ws.ReadMessage()
		if err != nil {
			fmt.Println(err)
			return
		}
		if f, err := wire.NewDecoder(wire.JSON, wire.Server).Decode(data); err == nil {
			fmt.Println(f.Kind())
		}
	}
	go func() { _ = g.Drain(context.Background()) }()
	_, data, _ := ws.ReadMessage()
	fmt.Println(strings.Contains(string(data), `"code":1012`))
	_, _, err = ws.ReadMessage()
	fmt.Println(err)
	// Output:
	// welcome
	// ack
	// true
	// websocket: close 1012: the server restarts
}
