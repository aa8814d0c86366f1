package config

import (
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Config is everything that an operator may set. The tags are the documentation: see Reference.
type Config struct {
	Data       string   `yaml:"data" doc:"directory of the store; one server at a time"`
	Listen     string   `yaml:"listen" doc:"host:port of the API and the sockets; port 0 takes a free one"`
	Origins    []string `yaml:"origins" doc:"web origins that may call from a browser, as https://host; in the environment separated by commas"`
	Zone       string   `yaml:"zone" doc:"IANA time zone of places and people that name none"`
	Guardrails string   `yaml:"guardrails_file" doc:"YAML file of further guard rails; it can only make the built-in ones stricter"`
	Deployment string   `yaml:"deployment" doc:"whom the server serves: public, work or school; at work and at school mood is taken from nobody's wearable, face, voice or typing (AI Act Art. 5(1)(f))"`
	Simulation string   `yaml:"simulation" doc:"who may opt in simulated people, who choose their own clock: local (test keys, and live keys on this machine itself) or test (test keys only; behind a proxy)"`

	Learning string `yaml:"learning" doc:"on, frozen (nothing shared moves, what is known of people goes on) or off (offers rank by the first scorer alone)"`

	Log       Log       `yaml:"log"`
	Limits    Limits    `yaml:"limits"`
	Push      Push      `yaml:"push"`
	FCM       FCM       `yaml:"fcm"`
	WebPush   WebPush   `yaml:"webpush"`
	Webhooks  Webhooks  `yaml:"webhooks"`
	Insight   Insight   `yaml:"insight"`
	Retention Retention `yaml:"retention"`
	Shutdown  Shutdown  `yaml:"shutdown"`
}

// Values of Simulation.
const (
	SimulateLocal = "local"
	SimulateTest  = "test"
)

// Values of Learning.
const (
	LearningOn     = "on"
	LearningFrozen = "frozen"
	LearningOff    = "off"
)

// Log is what goes to standard error.
type Log struct {
	Level  slog.Level `yaml:"level" doc:"debug, info, warn or error"`
	Format string     `yaml:"format" doc:"json or text"`
}

// Limits bound what one device, and all of them, may cost.
type Limits struct {
	FramesPerSecond float64 `yaml:"frames_per_second" doc:"frames that one socket may send, on average"`
	MaxSessions     int     `yaml:"max_sessions" doc:"open sockets"`
	SessionsPerUser int     `yaml:"sessions_per_user" doc:"open sockets of one person; the oldest goes"`
	OutboundQueue   int     `yaml:"outbound_queue" doc:"frames waiting for one socket; the oldest goes"`
}

// Push is how offers reach people unasked.
type Push struct {
	AckTimeout time.Duration `yaml:"ack_timeout" doc:"how long a device may take to acknowledge on the socket before the next channel is tried"`
}

// FCM is Firebase Cloud Messaging. It is off without a project.
type FCM struct {
	Project         string `yaml:"project" doc:"Firebase project id; empty: no FCM"`
	CredentialsFile string `yaml:"credentials_file" doc:"service account file; empty: no credentials, which only another endpoint takes"`
	Endpoint        string `yaml:"endpoint" doc:"another address than Google's, for tests"`
}

// WebPush is the channel to browsers. It is off without a key.
type WebPush struct {
	KeyFile      string `yaml:"vapid_key_file" doc:"VAPID private key, as flaneur key vapid makes it; empty: no Web Push"`
	Subject      string `yaml:"subject" doc:"mailto: or https:// address at which push services reach the operator"`
	AllowPrivate bool   `yaml:"allow_private" doc:"true: browsers may name push services on this machine, without TLS too, and in private networks; for tests"`
}

// Webhooks go to merchants' own servers.
type Webhooks struct {
	AllowPrivate bool `yaml:"allow_private" doc:"true: webhooks may go to this machine, without TLS too, and to private networks, at any port; for development"`
}

// Insight is what merchants see in numbers.
type Insight struct {
	MinCohort int `yaml:"min_cohort" doc:"how many different people a number must be about to be shown; it can only be raised"`
}

// Retention is how long a person's records are kept after their last change, in days. It can only be made shorter than
// what people are promised, which is the default.
type Retention struct {
	State       int `yaml:"state" doc:"days that what was learned is kept without use (the last position and the mood estimate: one day; a track: never)"`
	Deliveries  int `yaml:"deliveries" doc:"days that deliveries are kept"`
	Purchases   int `yaml:"purchases" doc:"days that purchases are kept"`
	Redemptions int `yaml:"redemptions" doc:"days that redemptions are kept"`
	Numbers     int `yaml:"numbers" doc:"days that merchants' numbers are kept; they are about nobody"`
}

// Shutdown is the way out.
type Shutdown struct {
	Drain time.Duration `yaml:"drain" doc:"how long sockets are asked to leave before they are closed"`
}

// Default returns the configuration of a server that nobody configured: reachable from its own machine only.
func Default() Config {
	return Config{
		Data:       "data",
		Listen:     "127.0.0.1:8080",
		Zone:       "UTC",
		Deployment: "public",
		Simulation: SimulateLocal,
		Learning:   LearningOn,
		Log:        Log{Level: slog.LevelInfo, Format: "text"},
		Limits:     Limits{FramesPerSecond: 20, MaxSessions: 100_000, SessionsPerUser: 5, OutboundQueue: 64},
		Push:       Push{AckTimeout: 5 * time.Second},
		Retention:  Retention{State: 365, Deliveries: 30, Purchases: 730, Redemptions: 730, Numbers: 730},
		Insight:    Insight{MinCohort: 20},
		Shutdown:   Shutdown{Drain: 10 * time.Second},
	}
}

// Validate returns a fault.Invalid error that names the first key that can't be, and says what could. It opens nothing:
// whether files exist shows when they are read.
func (c Config) Validate() error {
	if c.Data == "" {
		return fault.Field("data", "must name a directory")
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || !isPort(port) {
		return fault.Field("listen", "must be host:port, such as 127.0.0.1:8080, not %q", c.Listen)
	}
	for i, o := range c.Origins {
		if u, err := url.Parse(o); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.String() != u.Scheme+"://"+u.Host {
			return fault.Field("origins["+strconv.Itoa(i)+"]", "must be scheme and host, such as https://example.org, not %q", o)
		}
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		return fault.Field("zone", "must be an IANA time zone, such as Europe/Berlin, not %q", c.Zone)
	}
	if !slices.Contains([]string{"public", "work", "school"}, c.Deployment) {
		return fault.Field("deployment", "must be public, work or school, not %q", c.Deployment)
	}
	if c.Simulation != SimulateLocal && c.Simulation != SimulateTest {
		return fault.Field("simulation", "must be %q or %q, not %q", SimulateLocal, SimulateTest, c.Simulation)
	}
	if !slices.Contains([]string{LearningOn, LearningFrozen, LearningOff}, c.Learning) {
		return fault.Field("learning", "must be %q, %q or %q, not %q", LearningOn, LearningFrozen, LearningOff, c.Learning)
	}
	if c.Log.Format != "json" && c.Log.Format != "text" {
		return fault.Field("log.format", `must be "json" or "text", not %q`, c.Log.Format)
	}
	if err := c.FCM.validate(); err != nil {
		return err
	}
	if err := c.WebPush.validate(); err != nil {
		return err
	}
	return c.validateRanges()
}

func (w WebPush) validate() error {
	if w.KeyFile == "" {
		if w.Subject != "" {
			return fault.Field("webpush.vapid_key_file", "must name the key that the other webpush keys are for; flaneur key vapid makes one")
		}
		return nil
	}
	if address, isMail := strings.CutPrefix(w.Subject, "mailto:"); !isMail && !strings.HasPrefix(w.Subject, "https://") || address == "" {
		return fault.Field("webpush.subject", "must be an address of yours for push services, such as mailto:ops@example.org or https://example.org/contact")
	}
	return nil
}

func (f FCM) validate() error {
	if f.Endpoint != "" {
		if u, err := url.Parse(f.Endpoint); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
			return fault.Field("fcm.endpoint", "must be an http or https address without credentials")
		}
	}
	if f.Project != "" && f.CredentialsFile == "" && f.Endpoint == "" {
		return fault.Field("fcm.credentials_file", "must name a service account file: Google takes no messages without")
	}
	if f.Project == "" && (f.CredentialsFile != "" || f.Endpoint != "") {
		return fault.Field("fcm.project", "must name the Firebase project that the other fcm keys are for")
	}
	return nil
}

func (c Config) validateRanges() error {
	promise := Default().Retention
	for _, r := range []struct {
		key             string
		value, from, to float64
	}{
		{"limits.frames_per_second", c.Limits.FramesPerSecond, 0.1, 10_000},
		{"limits.max_sessions", float64(c.Limits.MaxSessions), 1, 10_000_000},
		{"limits.sessions_per_user", float64(c.Limits.SessionsPerUser), 1, 100},
		{"limits.outbound_queue", float64(c.Limits.OutboundQueue), 1, 10_000},
		{"retention.state", float64(c.Retention.State), 1, float64(promise.State)},
		{"retention.deliveries", float64(c.Retention.Deliveries), 1, float64(promise.Deliveries)},
		{"retention.purchases", float64(c.Retention.Purchases), 1, float64(promise.Purchases)},
		{"insight.min_cohort", float64(c.Insight.MinCohort), float64(Default().Insight.MinCohort), 1_000_000},
		{"retention.numbers", float64(c.Retention.Numbers), 1, float64(promise.Numbers)},
		{"retention.redemptions", float64(c.Retention.Redemptions), 1, float64(promise.Redemptions)},
	} {
		if !(r.value >= r.from && r.value <= r.to) { // so that NaN fails too
			return fault.Field(r.key, "must be between %v and %v, not %v", r.from, r.to, r.value)
		}
	}
	for _, r := range []struct {
		key      string
		value    time.Duration
		from, to time.Duration
	}{
		{"push.ack_timeout", c.Push.AckTimeout, 100 * time.Millisecond, time.Minute},
		{"shutdown.drain", c.Shutdown.Drain, time.Second, 10 * time.Minute},
	} {
		if r.value < r.from || r.value > r.to {
			return fault.Field(r.key, "must be between %v and %v, not %v", r.from, r.to, r.value)
		}
	}
	return nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == s
}
