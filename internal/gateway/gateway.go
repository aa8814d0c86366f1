package gateway

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/gorilla/websocket"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// Session is a person as one authenticated socket sees them; *engine.Session is one.
type Session interface {
	User() id.User
	Simulated() bool
}

// Admission opens and ends sessions; every session that Authenticate opens is ended by Detach. Errors of all the interfaces are *fault.Error, or count as internal.
type Admission[S Session] interface {
	Authenticate(ctx context.Context, token string) (S, error)
	Consents(s S) privacy.Consents
	Detach(s S)
}

// Updates takes what a device tells and asks. The fixes are valid during the call only.
type Updates[S Session] interface {
	Position(ctx context.Context, s S, fixes []geo.Fix) (engine.PositionResult, error)
	Mood(ctx context.Context, s S, a mood.Affect) error
	Pull(ctx context.Context, s S, q engine.PullQuery) (engine.PullAnswer, error)
}

// Responses takes what the person did.
type Responses[S Session] interface {
	Delivered(ctx context.Context, s S, d id.Delivery) error
	Feedback(ctx context.Context, s S, f engine.Feedback) error
}

// Rights takes what the person decided.
type Rights[S Session] interface {
	Consent(ctx context.Context, s S, changes ...privacy.Change) error
	Erase(ctx context.Context, s S) (privacy.Receipt, error)
}

// Trips takes where the person goes.
type Trips[S Session] interface {
	StartTrip(ctx context.Context, s S, t engine.Trip) (engine.Trip, error)
	EndTrip(ctx context.Context, s S) error
}

// Conn is an attached socket as the channel of pushes sees it. Neither method blocks.
type Conn interface {
	// Offer queues m, whose Frame must be a wire.Frame; false means that it will not go out here.
	Offer(m push.Message) bool
	// Tell queues a wire.Frame that needs no acknowledgement.
	Tell(frame any)
	// Close ends the socket; code is a code of package fault.
	Close(code string)
}

// Config of a gateway. The interfaces and Attach are needed; *engine.Engine is all the interfaces.
type Config[S Session] struct {
	Admission Admission[S]
	Updates   Updates[S]
	Responses Responses[S]
	Rights    Rights[S]
	Trips     Trips[S]
	Attach    func(user id.User, c Conn) (detach func()) // for pushes, from the welcome to the end

	Deployment privacy.Deployment // told in the welcome

	Origins []string     // web origins that may connect, such as https://example.org; apps send none
	Log     *slog.Logger // nil: none
	Limits  Limits
}

// Gateway serves GET /v1/socket. Use [New].
type Gateway[S Session] struct {
	config   Config[S]
	upgrader websocket.Upgrader
	edge
}

// edge is what all sockets of a gateway share.
type edge struct {
	limits   Limits
	log      *slog.Logger
	ctx      context.Context // of all calls of the engine; ends with the gateway
	stop     context.CancelFunc
	roster   roster
	counters counters
	scratch  sync.Pool // of *scratch
	writeBuf sync.Pool // of []byte that frames are encoded into, by pointer
}

// Sizes of gorilla's buffers. The read buffer belongs to a socket for life; the write buffers are pooled.
const (
	readBuffer  = 288 // gorilla takes it over if it is above 256
	writeBuffer = 2048
)

// New returns a gateway and starts its pings. It fails if a limit is out of range.
func New[S Session](c Config[S]) (*Gateway[S], error) {
	limits, err := c.Limits.complete()
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	g := &Gateway[S]{config: c}
	g.limits, g.log = limits, c.Log
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.counters.init()
	g.upgrader = websocket.Upgrader{
		HandshakeTimeout: limits.Write,
		WriteBufferSize:  writeBuffer,
		WriteBufferPool:  new(sync.Pool),
		Subprotocols:     wire.Subprotocols(),
		CheckOrigin:      g.originAllowed,
		Error: func(w http.ResponseWriter, r *http.Request, status int, _ error) {
			g.counters.refused(refusedHandshake)
			refuse(w, status, fault.New(fault.Invalid, fault.CodeMalformed, "This address speaks WebSocket (RFC 6455): GET with a complete handshake."))
		},
	}
	go g.roster.pingAll(g.ctx, limits.Ping)
	return g, nil
}

// ServeHTTP upgrades the request and hands the socket to a goroutine of its own, so that the request's memory is free
// at once. Before the upgrade it refuses with 403 (origin), 503 (full, or draining) or 400.
func (g *Gateway[S]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.originAllowed(r) {
		g.counters.refused(refusedOrigin)
		refuse(w, http.StatusForbidden, fault.New(fault.Forbidden, fault.CodeForbidden, "This web origin may not connect; the operator can allow it."))
		return
	}
	if why := g.roster.reserve(g.limits.Sessions); why != "" {
		g.counters.refused(why)
		e := fault.New(fault.Unavailable, fault.CodeUnavailable, "No room for another session.")
		if why == refusedDraining {
			e = fault.New(fault.Unavailable, fault.CodeShuttingDown, "The server is going away.")
		}
		refuse(w, http.StatusServiceUnavailable, e.WithRetry(g.limits.Reconnect))
		return
	}
	h := &hijacker{ResponseWriter: w}
	ws, err := g.upgrader.Upgrade(h, r, nil)
	if err != nil {
		g.roster.release()
		return // answered by upgrader.Error
	}
	g.counters.opened.Add(1)
	s := g.newSession(ws, h.in)
	go s.run()
}

// hijacker gives gorilla a read buffer of ours, because a session has to know what is left in it.
type hijacker struct {
	http.ResponseWriter
	in *bufio.Reader
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil && rw.Reader.Buffered() == 0 { // else gorilla refuses
		h.in = bufio.NewReaderSize(conn, readBuffer)
		rw.Reader = h.in
	}
	return conn, rw, err
}

func (g *Gateway[S]) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "" || slices.Contains(g.config.Origins, origin)
}

// Stats returns the counters since the start.
func (g *Gateway[S]) Stats() Stats { return g.counters.snapshot(g.roster.len()) }

// Drain stops accepting, tells every device to come back after a moment of its own within Limits.Reconnect, and waits
// until all are gone. When ctx ends first it cuts the rest off, waits for their last call, and returns why ctx ended.
func (g *Gateway[S]) Drain(ctx context.Context) error {
	for _, c := range g.roster.drain() {
		c.close(wire.CloseRestart, "the server restarts")
	}
	defer g.stop()
	select {
	case <-g.roster.empty():
		return nil
	case <-ctx.Done():
	}
	g.stop()
	for _, c := range g.roster.drain() {
		c.cut()
	}
	<-g.roster.empty()
	return context.Cause(ctx)
}

// refuse answers a request that does not become a socket, as a problem of RFC 9457.
func refuse(w http.ResponseWriter, status int, e *fault.Error) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(e.RetryAfter))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	body, err := json.Marshal(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, e.Code, e.Detail})
	if err == nil {
		_, _ = w.Write(body) // nobody is left to tell
	}
}
