package offerkit

import (
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Version of the SDK.
const Version = "1.0.0"

// Purposes that a person can allow, one by one.
const (
	PurposeLocation  = "location"
	PurposeMood      = "mood"
	PurposePurchases = "purchases"
	PurposePush      = "push"
)

// Presets: how much battery promptness may cost. See docs/battery.md for figures.
const (
	PresetEfficient  = "efficient"  // least battery, minutes late
	PresetResponsive = "responsive" // the default
	PresetContinuous = "continuous" // while somebody is being guided, in front of the screen
)

// States of the kit, given to Listener.OnState.
const (
	StateOff        = "off"        // not started, or nothing is allowed
	StateOffline    = "offline"    // started; no connection now
	StateConnecting = "connecting" // a connection is being made
	StateOnline     = "online"     // connected
	StateDenied     = "denied"     // the server knows the token no longer: opt in again
	StateErased     = "erased"     // the person was erased, here too
)

// Motion as the platform's activity recognition tells it.
const (
	MotionUnknown    int32 = 0
	MotionStationary int32 = 1
	MotionWalking    int32 = 2
	MotionVehicle    int32 = 3
)

// Priorities of a plan: how exact positions have to be.
const (
	PriorityNone     int32 = 0 // measure nothing
	PriorityLow      int32 = 1 // cells and networks, some 500 m
	PriorityBalanced int32 = 2 // networks, some 50 m
	PriorityHigh     int32 = 3 // satellites
)

// Listener is what the app implements. The kit calls one method at a time, on a thread of its own, never on the one that
// draws. A method must not throw and should return soon; while it runs, further calls wait, at most 256, after which the
// oldest is dropped and counted.
type Listener interface {
	// OnOffer brings an offer that the server pushed. Each delivery comes once.
	OnOffer(offer *Offer)
	// OnWithdrawn takes an offer back: stopped, paused, changed, expired, sold_out or blocked.
	OnWithdrawn(offerID string, reason string)
	// OnState tells how the kit stands with the server: a State constant.
	OnState(state string)
	// OnPlan tells how to measure positions from now on.
	OnPlan(plan *LocationPlan)
	// OnReach tells that this device reckons to have come into an offer's reach ("enter") or left it ("exit"), without
	// network too. It is for what the app shows; whether an offer is pushed is the server's decision.
	OnReach(offerID string, event string)
	// OnFailure reports what nobody waits for. Code and field are those of docs/protocol.md.
	OnFailure(code string, field string, message string)
}

// Store keeps small secrets: over the Keystore on Android, the Keychain on iOS. Values have at most 256 kB. Load of a key
// that does not exist returns nothing and no error. Methods are called by one thread at a time, and must not call the kit.
type Store interface {
	Load(key string) ([]byte, error)
	Save(key string, value []byte) error
	Remove(key string) error
}

// Clock lets tests drive the time.
type Clock interface {
	// UnixMillis is now, in milliseconds since 1970.
	UnixMillis() int64
}

// Config says where and how the kit works. NewConfig sets defaults; ServerURL, PublishableKey and DataDir have none.
type Config struct {
	ServerURL      string // as "https://flaneur.example"
	PublishableKey string // fl_live_pk_… or fl_test_pk_…
	DataDir        string // a folder of the app's own, for positions that wait; excluded from backups
	Language       string // en or de: of texts; empty: en
	Zone           string // IANA time zone of the person; empty: the server's default
	Preset         string // how to measure
	BufferFixes    int32  // positions kept without network, 100 to 100000
	MaxReaches     int32  // reaches handed to the system, 0 to 100; iOS watches at most 20
	Simulated      bool   // nobody real: the server takes the times of the fixes as now; for tests
	pause          *pace
}

// NewConfig returns the defaults.
func NewConfig() *Config {
	return &Config{Language: "en", Preset: PresetResponsive, BufferFixes: 5000, MaxReaches: 20}
}

func (c *Config) check() error {
	switch {
	case c.PublishableKey == "":
		return fault.Field("publishableKey", "must be the app's publishable key, fl_live_pk_… or fl_test_pk_…")
	case strings.Contains(c.PublishableKey, "_sk_"):
		return fault.Field("publishableKey", "must be a publishable key: a secret key does not belong into an app")
	case c.DataDir == "":
		return fault.Field("dataDir", "must be a folder of the app's own")
	case c.BufferFixes < 100 || c.BufferFixes > 100_000:
		return fault.Field("bufferFixes", "must be 100 to 100000")
	case c.MaxReaches < 0 || c.MaxReaches > 100:
		return fault.Field("maxReaches", "must be 0 to 100")
	}
	return checkPreset(c.Preset)
}

func checkPreset(preset string) error {
	switch preset {
	case PresetEfficient, PresetResponsive, PresetContinuous:
		return nil
	}
	return fault.Field("preset", "must be efficient, responsive or continuous")
}
