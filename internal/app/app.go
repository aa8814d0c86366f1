package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/gateway"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push/socket"
)

// Options of a server.
type Options struct {
	Config config.Config
	Log    *slog.Logger // nil: none
	Memory bool         // keep the record in memory only: for demos and tests
}

// Server is the whole of Flaneur on one machine.
type Server struct {
	config    config.Config
	log       *slog.Logger
	listener  net.Listener
	http      *http.Server
	silent    silent
	store     *store.Store
	catalogue *catalogue.Catalogue
	engine    *engine.Engine
	gateway   *gateway.Gateway[*engine.Session]
	webhooks  *webhook.Dispatcher
	numbers   *insight.Book
	footfall  *insight.Footfall
	learning  *learning
	hub       *socket.Hub
	services  services
	watch     context.CancelFunc
	draining  atomic.Bool
}

// New opens the store, fills the index and listens; it serves nobody before Run. The caller must call Run, which
// closes everything.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: o.Config, log: o.Log}
	defer func() {
		if err != nil {
			_ = s.closeAll() // what went wrong first is told
		}
	}()
	if err := s.openStore(o.Memory); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.Config.Zone)
	if err != nil {
		return nil, fmt.Errorf("app: zone: %w", err)
	}
	rails, deployment, err := rules(o.Config)
	if err != nil {
		return nil, err
	}
	if err := s.openPush(ctx); err != nil {
		return nil, err
	}
	vouchers, err := s.vouchers(ctx)
	if err != nil {
		return nil, err
	}
	index, matcher, err := s.openMatcher(ctx, zone, rails)
	if err != nil {
		return nil, err
	}
	s.engine = engine.New(engine.Options{
		Catalogue: index, Matcher: matcher, Rails: rails, Records: records{s.store}, Ledger: s.store,
		Codes: s.store, Vouchers: vouchers,
		Sender: sender{s}, Grid: hex.Grid{}, Clock: time.Now, Zone: zone, Log: s.log, Events: s.tell, Footfall: s.passed,
		Scores: scores{s.store}, Cohort: o.Config.Insight.MinCohort, Deployment: deployment,
	})
	if err := s.engine.LoadRatings(ctx); err != nil {
		return nil, err
	}
	if err := s.openListeners(ctx, index, zone); err != nil {
		return nil, err
	}
	s.engine.SetHolders(s.holders())
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.watch = stop
	s.catalogue, err = catalogue.Open(watching, catalogue.Config{
		Store: s.store, Ledger: s.store, Index: index, Cells: cells, Outline: hex.Region, Clock: time.Now, Zone: zone, Listener: s.engine, Events: s.tell,
	})
	if err != nil {
		return nil, err
	}
	if err := s.openEdges(deployment); err != nil {
		return nil, err
	}
	s.listener, err = net.Listen("tcp", o.Config.Listen)
	return s, err
}

func (s *Server) openStore(memory bool) (err error) {
	options := store.Options{Keep: keep(s.config.Retention)}
	if memory {
		s.store, err = store.OpenMemory(options)
		return err
	}
	if s.store, err = store.Open(s.config.Data, options); err != nil {
		return err
	}
	if r := s.store.OpenReport(); !r.Clean() || len(r.Torn) > 0 || r.ErasesFinished > 0 {
		s.log.Warn("the store was repaired", "torn", len(r.Torn), "dropped", len(r.Dropped), "erases_finished", r.ErasesFinished)
	}
	return nil
}

// holders is the erase list: every place that holds personal data, the durable tombstone first. A test fails when a
// place is missing.
func (s *Server) holders() []privacy.Eraser {
	list := []privacy.Eraser{recordHolder{s.store}, holder{"sockets", s.hub.Erase}}
	for _, service := range s.services.all() {
		list = append(list, holder{service.name + " queue", service.courier.Erase})
	}
	return append(list, s.webhooks, s.numbers, s.footfall, s.engine.Forget())
}

type holder struct {
	name  string
	erase func(context.Context, id.User) error
}

func (h holder) Name() string                                  { return h.name }
func (h holder) Erase(ctx context.Context, user id.User) error { return h.erase(ctx, user) }

// cells is the cover of a reach under which the record finds an offer.
func cells(r geo.Region) ([]geo.Cell, error) {
	cover, err := hex.Cover(nil, r, hex.FitResolution(r))
	if err != nil {
		return nil, err
	}
	out := make([]geo.Cell, len(cover))
	for i, c := range cover {
		out[i] = c.Cell
	}
	return out, nil
}

// rules are what holds for everybody, whatever they allow.
func rules(c config.Config) (*offers.Guardrails, privacy.Deployment, error) {
	deployment, err := privacy.ParseDeployment("deployment", c.Deployment)
	if err != nil {
		return nil, deployment, err
	}
	rails, err := loadRails(c.Guardrails)
	return rails, deployment, err
}

func loadRails(file string) (*offers.Guardrails, error) {
	rails, err := offers.DefaultGuardrails()
	if err != nil || file == "" {
		return rails, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("app: guardrails: %w", err)
	}
	if rails, err = rails.Stricter(text); err != nil {
		return nil, fmt.Errorf("app: guardrails: %s: %w", file, err)
	}
	return rails, nil
}

// Addr returns the address that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Engine returns the engine, for programs that run a server within themselves.
func (s *Server) Engine() *engine.Engine { return s.engine }

// CreateKey makes an API key.
func (s *Server) CreateKey(ctx context.Context, spec catalogue.KeySpec) (string, error) {
	key, err := catalogue.CreateKey(ctx, s.store, spec, time.Now())
	return string(key.Key), err
}

// Run serves until ctx is done, or until it can't any more. Then it asks the devices to come back later, finishes what
// is under way, writes what was learned, and closes the store. It returns nil after an orderly end.
func (s *Server) Run(ctx context.Context) error {
	var background sync.WaitGroup
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var unsaved error
	background.Go(func() { unsaved = s.engine.Run(working) })
	background.Go(func() { s.release(working) })
	background.Go(func() { s.webhooks.Run(working) })
	background.Go(func() { s.numbers.Run(working) })
	background.Go(func() { s.footfall.Run(working) })
	background.Go(func() { s.learning.Run(working) })
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	s.log.Info("serving", "addr", s.Addr())

	var broken, cutOff error
	select {
	case broken = <-served:
		cutOff = s.drain()
	case <-ctx.Done():
		cutOff = s.drain()
		broken = <-served
	}
	if errors.Is(broken, http.ErrServerClosed) {
		broken = nil
	}
	stop()
	background.Wait()
	return errors.Join(broken, cutOff, unsaved, s.closeAll())
}

// How long each part may take to end, the sockets after the time that devices get to leave.
const (
	closeGrace = 5 * time.Second
	pushGrace  = 15 * time.Second // an attempt at a push service may take 10
)

// within runs a step that may take so long.
func within(d time.Duration, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return step(ctx)
}

// drain ends the edges: sockets first, because http.Server.Shutdown knows nothing of hijacked connections.
func (s *Server) drain() error {
	s.log.Info("draining")
	s.draining.Store(true)
	s.leaveSockets(s.config.Shutdown.Drain + closeGrace)
	s.silent.end()
	err := within(closeGrace, s.http.Shutdown)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	return err
}

func (s *Server) leaveSockets(grace time.Duration) {
	if err := within(grace, s.gateway.Drain); err != nil {
		s.log.Warn("some sockets were cut off", "err", err)
	}
}

// closeAll closes what is open, senders before the store. It is for servers that half stand, too.
func (s *Server) closeAll() error {
	var errs []error
	if s.gateway != nil {
		s.leaveSockets(closeGrace)
	}
	if s.hub != nil {
		errs = append(errs, within(closeGrace, s.hub.Close))
	}
	for _, service := range s.services.all() {
		errs = append(errs, within(pushGrace, service.close))
	}
	if s.watch != nil {
		s.watch()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
