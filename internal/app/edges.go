package app

import (
	"context"
	"net/http"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/internal/httpapi"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/obs"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/socket"
)

// Times that an HTTP client may take; sockets have their own.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = time.Minute     // the whole request
	writeTimeout  = 2 * time.Minute // the work on it, and the answer
	idleTimeout   = 2 * time.Minute
)

// openEdges joins the sockets, the REST interface and the operator's pages under one HTTP server.
func (s *Server) openEdges(deployment privacy.Deployment) (err error) {
	metrics := obs.NewMetrics(httpapi.Routes(), s.figures)
	s.gateway, err = gateway.New(gateway.Config[*engine.Session]{
		Admission: sockets{s.engine}, Updates: timed{s.engine, metrics}, Responses: s.engine, Rights: s.engine, Trips: s.engine,
		Attach:     func(user id.User, c gateway.Conn) func() { return s.hub.Attach(user, socket.Conn(c)) },
		Deployment: deployment, Origins: s.config.Origins, Log: s.log,
		Limits: gateway.Limits{
			Sessions: s.config.Limits.MaxSessions, SessionsPerUser: s.config.Limits.SessionsPerUser,
			Queue: s.config.Limits.OutboundQueue, FramesPerSecond: s.config.Limits.FramesPerSecond, Reconnect: s.config.Shutdown.Drain,
		},
	})
	if err != nil {
		return err
	}
	var browsers httpapi.Browsers
	if s.services.webpush != nil {
		browsers = s.services.webpush
	}
	operator := obs.Handler(metrics, s.ready)
	mux := http.NewServeMux()
	mux.Handle("/", httpapi.New(httpapi.Config{
		Engine: s.engine, Catalogue: s.catalogue, Webhooks: s.webhooks, Numbers: s.numbers, Footfall: s.footfall, Once: s.once, Clock: time.Now, Log: s.log, Origins: s.config.Origins,
		Browsers: browsers, Observe: metrics.ObserveHTTP, LocalSimulation: s.config.Simulation == config.SimulateLocal, Deployment: deployment,
	}))
	mux.Handle("GET /v1/socket", s.gateway)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		mux.Handle("GET "+path, operator)
	}
	s.http = &http.Server{
		Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ConnState: s.silent.follow,
	}
	return nil
}

func (s *Server) once(ctx context.Context, scope, key string, body [32]byte,
	do func(context.Context) ([]byte, id.User, error),
) (result []byte, replayed bool, err error) {
	return s.store.Once(ctx, store.Request{Scope: scope, Key: key, Body: body}, do)
}

// ready says whether requests can be served: the server is not on its way out, and the record answers.
func (s *Server) ready() error {
	if s.draining.Load() {
		return fault.New(fault.Unavailable, fault.CodeShuttingDown, "The server is going away.")
	}
	_, _, err := s.store.List(context.Background(), offers.Live.String(), store.Merchant, "", 1)
	return err
}

// sockets keeps people in memory while one of their sockets is open.
type sockets struct{ *engine.Engine }

func (a sockets) Authenticate(ctx context.Context, token string) (*engine.Session, error) {
	s, err := a.Engine.Authenticate(ctx, token)
	if err == nil {
		a.Attach(s)
	}
	return s, err
}

// timed measures positions.
type timed struct {
	*engine.Engine
	metrics *obs.Metrics
}

func (t timed) Position(ctx context.Context, s *engine.Session, fixes []geo.Fix) (engine.PositionResult, error) {
	start := time.Now()
	r, err := t.Engine.Position(ctx, s, fixes)
	t.metrics.ObservePosition(time.Since(start))
	return r, err
}

// sender hands messages to the socket hub, which stands before the engine does.
type sender struct{ s *Server }

func (h sender) Send(ctx context.Context, m push.Message) error { return h.s.hub.Send(ctx, m) }
func (h sender) Tell(user id.User, frame any)                   { h.s.hub.Tell(user, frame) }

// Acked drops a delivery that arrived after all, but was passed on meanwhile.
func (h sender) Acked(user id.User, d id.Delivery) bool {
	waited := h.s.hub.Acked(user, d)
	if !waited {
		h.s.services.drop(user, d)
	}
	return waited
}

func (h sender) Recall(ctx context.Context, user id.User) error {
	h.s.hub.Recall(user) // first: what it passes on by then is found in the next
	if err := h.s.services.erase(ctx, user); err != nil {
		return err
	}
	if err := h.s.footfall.Erase(ctx, user); err != nil {
		return err
	}
	return h.s.webhooks.Recall(ctx, user)
}
