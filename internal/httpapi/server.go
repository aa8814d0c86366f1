package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/insight"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/internal/webhook"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

// Entrance lets people in, and forgets them.
type Entrance interface {
	OptIn(ctx context.Context, o engine.OptIn) (engine.OptedIn, error)
	Authenticate(ctx context.Context, token string) (*engine.Session, error)
	Erase(ctx context.Context, s *engine.Session) (privacy.Receipt, error)
}

// Choices is what people decide about themselves.
type Choices interface {
	Consents(s *engine.Session) privacy.Consents
	Consent(ctx context.Context, s *engine.Session, changes ...privacy.Change) error
	Account(ctx context.Context, s *engine.Session, now time.Time) (engine.Account, error)
}

// Preferences is how people want to be served.
type Preferences interface {
	Preferences(s *engine.Session) engine.Preferences
	SetPreferences(ctx context.Context, s *engine.Session, p engine.Preferences) error
}

// Devices is where pushes go.
type Devices interface {
	SetPushToken(ctx context.Context, s *engine.Session, token string) error
	DropPushToken(ctx context.Context, user id.User, token string) error
}

// Browsers is Web Push; *webpush.Channel is one.
type Browsers interface {
	Key() string              // applicationServerKey of subscriptions
	Check(token string) error // what is wrong with the JSON of a subscription
}

// Moments is what phones tell, and what they get for it.
type Moments interface {
	Position(ctx context.Context, s *engine.Session, fixes []geo.Fix) (engine.PositionResult, error)
	Mood(ctx context.Context, s *engine.Session, a mood.Affect) error
	Pull(ctx context.Context, s *engine.Session, q engine.PullQuery) (engine.PullAnswer, error)
}

// Fences is what phones watch by themselves.
type Fences interface {
	Reaches(ctx context.Context, s *engine.Session, q engine.ReachQuery) (engine.ReachAnswer, error)
}

// Responses is what people do with offers.
type Responses interface {
	Feedback(ctx context.Context, s *engine.Session, f engine.Feedback) error
	Purchase(ctx context.Context, s *engine.Session, p engine.Purchase) (engine.Purchase, error)
}

// Purchases is what people bought.
type Purchases interface {
	Purchases(ctx context.Context, s *engine.Session) ([]engine.Purchase, error)
	ForgetPurchase(ctx context.Context, s *engine.Session, purchase id.Purchase) error
}

// Rates is what people give.
type Rates interface {
	Rate(ctx context.Context, s *engine.Session, r engine.Rating) (engine.Rating, error)
	RatedBy(ctx context.Context, s *engine.Session, redemption id.Redemption) (id.Offer, error)
}

// Ratings is what people gave.
type Ratings interface {
	Ratings(ctx context.Context, s *engine.Session) ([]engine.Rating, error)
	ForgetRating(ctx context.Context, s *engine.Session, subject string) error
}

// Pauses keep pushes away for a while.
type Pauses interface {
	Pause(ctx context.Context, s *engine.Session, d time.Duration, told time.Time) (time.Time, error)
	PauseUntilTomorrow(ctx context.Context, s *engine.Session, told time.Time) (time.Time, error)
}

// Answers is what people may know about what they got, and what not.
type Answers interface {
	Why(ctx context.Context, s *engine.Session, delivery id.Delivery) (engine.Why, error)
	Suppressions(s *engine.Session, cursor string, limit int) (engine.SuppressionPage, error)
}

// Visits is where people stopped.
type Visits interface {
	Visits(s *engine.Session) ([]engine.Visit, error)
	ForgetVisits(ctx context.Context, s *engine.Session) error
}

// Shopping is people's shopping lists.
type Shopping interface {
	ShoppingList(ctx context.Context, s *engine.Session) ([]offers.Want, error)
	SetShoppingList(ctx context.Context, s *engine.Session, list []offers.Want) error
	PlanShopping(ctx context.Context, s *engine.Session, q engine.PlanQuery) (engine.ShoppingPlan, error)
}

// Redemptions is what people reserve and use.
type Redemptions interface {
	Reserve(ctx context.Context, s *engine.Session, w engine.Wish) (engine.Redemption, error)
	Redemption(ctx context.Context, s *engine.Session, redemption id.Redemption, at time.Time) (engine.Redemption, error)
	Redemptions(ctx context.Context, s *engine.Session, at time.Time) ([]engine.Redemption, error)
}

// Membership is what people give back, and what they earn.
type Membership interface {
	GiveBack(ctx context.Context, s *engine.Session, redemption id.Redemption, at time.Time) (engine.Redemption, error)
	Loyalty(ctx context.Context, s *engine.Session) ([]engine.Loyalty, error)
	MemberCode(ctx context.Context, s *engine.Session) (engine.Member, error)
}

// Tills is what tills do with codes.
type Tills interface {
	CheckCodes(ctx context.Context, t engine.Till, c engine.Checkout) ([]engine.Discounted, error)
	RedeemCodes(ctx context.Context, t engine.Till, c engine.Checkout) ([]engine.Discounted, id.User, error)
	RollBack(ctx context.Context, t engine.Till, redemption id.Redemption, at time.Time) (engine.Redemption, error)
}

// TillBooks is what tills tell, and what they need to work without network.
type TillBooks interface {
	Reconcile(ctx context.Context, t engine.Till, list []engine.OfflineRedemption) ([]engine.Reconciled, error)
	StopList(ctx context.Context, t engine.Till, since time.Time) (engine.StopList, error)
	BuyAtTill(ctx context.Context, t engine.Till, c engine.TillPurchase) (engine.Credited, id.User, error)
}

// Engine is the person's side and the tills'; *engine.Engine is one.
type Engine interface {
	Entrance
	Choices
	Preferences
	Devices
	Moments
	Fences
	Responses
	Purchases
	Rates
	Ratings
	Pauses
	Answers
	Visits
	Shopping
	Trips
	Chains
	Redemptions
	Membership
	Tills
	TillBooks
}

// Once runs do at most once per scope and key, and answers repeats with the first result. Another body under the same
// key is a conflict. A result about a person names the owner, so that it goes with the person.
type Once func(ctx context.Context, scope, key string, body [32]byte,
	do func(context.Context) (result []byte, owner id.User, err error)) (result []byte, replayed bool, err error)

// Config is what the edge needs.
type Config struct {
	Engine     Engine
	Catalogue  *catalogue.Catalogue
	Webhooks   *webhook.Dispatcher
	Numbers    *insight.Book
	Footfall   *insight.Footfall
	Once       Once
	Browsers   Browsers // nil: no Web Push
	Clock      func() time.Time
	Log        *slog.Logger
	Deployment privacy.Deployment // which notices are shown
	// LocalSimulation lets callers on this machine make simulated people with a live key. Never set it behind a proxy on
	// this machine: what that passes on looks local unless it adds Forwarded or X-Forwarded-For.
	LocalSimulation bool
	Origins         []string // web origins that may call from a browser, as "https://app.example"; none: no CORS
	// Observe is told of every request; route is one of Routes, or empty. nil: nobody is told.
	Observe func(route, method string, status int, took time.Duration)
}

// server is the handler of the whole interface.
type server struct {
	Config
	mux   *http.ServeMux
	rates rates
}

// New returns the handler of everything under /v1.
func New(cfg Config) http.Handler {
	s := &server{Config: cfg, mux: http.NewServeMux()}
	if s.Observe == nil {
		s.Observe = func(string, string, int, time.Duration) {}
	}
	for _, r := range s.routes() {
		s.mux.Handle(r.pattern, s.handler(r))
	}
	return s
}

// Routes returns the patterns of all routes, as "GET /v1/offers/{id}".
func Routes() []string {
	var out []string
	for _, r := range (&server{}).routes() {
		out = append(out, r.pattern)
	}
	return out
}

// requestID is what a caller's own X-Request-Id may look like.
var requestID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.Clock()
	rec := &recorder{ResponseWriter: w}
	head := w.Header()
	rid := r.Header.Get("X-Request-Id")
	if !requestID.MatchString(rid) {
		rid = id.New("req_")
	}
	head.Set("X-Request-Id", rid)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Referrer-Policy", "no-referrer")
	handler, pattern := s.mux.Handler(r)
	defer func() {
		if p := recover(); p != nil {
			s.recovered(rec, pattern, p)
		}
		s.Observe(pattern, r.Method, rec.status, s.Clock().Sub(start))
	}()
	switch {
	case s.crossOrigin(rec, r):
	case pattern == "":
		s.unrouted(rec, r, handler)
	default:
		s.mux.ServeHTTP(rec, r) // sets the path values, which handler would not
	}
}

// recovered turns a panic into a problem. What was panicked with may hold personal data, so only our own kind of
// mistake, a runtime error, is logged with its text.
func (s *server) recovered(w *recorder, pattern string, p any) {
	text := fmt.Sprintf("%T", p)
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	} else if ok && errors.As(err, new(runtime.Error)) {
		text = err.Error()
	}
	s.Log.Error("panic", "route", pattern, "request", w.Header().Get("X-Request-Id"), "panic", text, "stack", string(debug.Stack()))
	if w.status == 0 {
		writeProblem(w, fault.From(errPanic))
	}
}

var errPanic = fault.New(fault.Internal, fault.CodeInternal, "Internal error.")

// unrouted answers what no route takes: the mux knows whether the path or only the method is wrong.
func (s *server) unrouted(w *recorder, r *http.Request, handler http.Handler) {
	verdict := &verdict{header: http.Header{}}
	handler.ServeHTTP(verdict, r)
	if verdict.status == http.StatusMethodNotAllowed {
		allow := verdict.header.Get("Allow")
		w.Header().Set("Allow", allow)
		writeProblem(w, fault.New(fault.Invalid, fault.CodeMethod, "This path takes %s.", allow))
		return
	}
	writeProblem(w, fault.New(fault.NotFound, fault.CodeNotFound, "There is no such path; docs/openapi.yaml lists them all."))
}

// crossOrigin lets pages of the listed origins call, and reports whether it has answered a preflight.
func (s *server) crossOrigin(w *recorder, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(s.Origins, origin) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id")
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// verdict takes the mux's own answer and keeps its status and headers.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) WriteHeader(status int)      { v.status = status }
func (v *verdict) Write(b []byte) (int, error) { return len(b), nil }
