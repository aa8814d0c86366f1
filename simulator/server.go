package simulator

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

// Server is a server as an app sees it. It is safe for concurrent use. Errors are *fault.Error, those of sockets
// *client.CloseError too.
type Server interface {
	Notifier
	// OptIn makes a person.
	OptIn(ctx context.Context, in api.OptIn) (api.OptedIn, error)
	// Phone returns the app of a person who opted in, with their device token.
	Phone(token api.Secret) Phone
	// Evaluations returns how often the server has matched a fix against its catalogue so far.
	Evaluations(ctx context.Context) (uint64, error)
}

// Notifier tells what to show before mood is asked for.
type Notifier interface {
	Notices(ctx context.Context, lang string) (api.Notices, error)
}

// Phone is one person's app.
type Phone interface {
	Dialer
	Till
	Mirror
}

// Dialer opens sockets on the person's own clock.
type Dialer interface {
	Dial(ctx context.Context) (Socket, error)
}

// Till takes purchases and offers.
type Till interface {
	Purchase(ctx context.Context, in api.Purchase) (api.Purchase, error)
	Redeem(ctx context.Context, in api.Redeem) (api.Redemption, error)
}

// Mirror shows people what is held about them, and lets them change and end it.
type Mirror interface {
	Me(ctx context.Context, at time.Time) (api.Account, error)
	SetPreferences(ctx context.Context, in api.Preferences) (api.Preferences, error)
	Erase(ctx context.Context) (api.Receipt, error)
}

// Socket is an open session, as *client.Socket: see there.
type Socket interface {
	Do(f wire.Frame, also func(wire.Frame)) (wire.Frame, error)
	Close() error
}

// Remote is a server reached over the network.
type Remote struct {
	*client.Client
	metrics string
}

// Connect returns the server at baseURL ("http://127.0.0.1:8080"), with a publishable key to opt people in. It does
// not call it yet. Close it after use.
func Connect(baseURL, key string) (*Remote, error) {
	c, err := client.New(baseURL, api.Secret(key))
	if err != nil {
		return nil, err
	}
	return &Remote{Client: c, metrics: strings.TrimRight(baseURL, "/") + "/metrics"}, nil
}

// Phone returns the app of a person.
func (r *Remote) Phone(token api.Secret) Phone { return phone{r.As(token), token} }

type phone struct {
	*client.Client
	token api.Secret
}

func (p phone) Dial(ctx context.Context) (Socket, error) {
	s, err := p.Client.Dial(ctx, p.token, wire.SubprotocolBinary, true)
	if err != nil {
		return nil, err
	}
	return s, nil
}

const (
	evaluations = "flaneur_evaluations_total"
	metricsTime = 10 * time.Second
	metricsSize = 4 << 20
)

// Evaluations reads the counter off the server's metrics page; an operator may have closed it to us.
func (r *Remote) Evaluations(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, metricsTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.metrics, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(io.LimitReader(res.Body, metricsSize))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), evaluations+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			return uint64(n), err
		}
	}
	return 0, fault.New(fault.NotFound, fault.CodeNotFound, "The server does not tell how often it evaluates.")
}
