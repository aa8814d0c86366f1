package httpapi

import (
	"net/http"
	"strings"

	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// credential is a kind of credential, or a set of them.
type credential uint8

const (
	secretKey credential = 1 << iota
	publishableKey
	deviceToken
	tillKey
)

const tokenPrefix = "fl_dev_"

// credentialNames says what to use, by bit.
var credentialNames = []string{"a secret key (fl_live_sk_… or fl_test_sk_…)", "a publishable key (fl_live_pk_… or fl_test_pk_…)", "a device token (fl_dev_…)", "the key of a till (fl_live_tk_… or fl_test_tk_…)"}

func (c credential) String() string {
	var names []string
	for bit, name := range credentialNames {
		if c&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// kinds of keys.
var kinds = map[catalogue.KeyKind]credential{catalogue.Secret: secretKey, catalogue.Publishable: publishableKey, catalogue.Till: tillKey}

// authenticate finds out who calls, and whether the route is for them.
func (s *server) authenticate(r route, req *http.Request) (*call, error) {
	scheme, secret, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return nil, fault.New(fault.Unauthorized, fault.CodeUnauthorized, "Send %s as Authorization: Bearer ….", r.who)
	}
	c := &call{Request: req, ctx: req.Context()}
	if strings.HasPrefix(secret, tokenPrefix) {
		if r.who&deviceToken == 0 {
			return nil, wrongCredential(r.who, deviceToken)
		}
		session, err := s.Engine.Authenticate(req.Context(), secret)
		if err != nil {
			return nil, err
		}
		c.session, c.scope = session, string(session.User())
		return c, nil
	}
	key, err := s.Catalogue.Authenticate(secret)
	if err != nil {
		return nil, err
	}
	kind := kinds[key.Kind]
	if r.who&kind == 0 {
		return nil, wrongCredential(r.who, kind)
	}
	c.caller, c.scope = key.Caller, key.ID
	if kind != tillKey {
		return c, nil
	}
	c.till = engine.Till{Key: key.ID, Merchant: key.Merchant, Place: key.Place, Mode: key.Mode}
	return c, nil
}

func wrongCredential(want, got credential) error {
	return fault.New(fault.Forbidden, fault.CodeForbidden, "This takes %s, not %s.", want, got)
}

// limit returns how many requests the caller may make.
func (c *call) limit() limit {
	switch {
	case c.session != nil && (c.session.Simulated() || c.session.Mode() == offers.Test):
		return limit{}
	case c.session != nil:
		return personLimit
	case c.caller.Mode == offers.Test:
		return limit{}
	case c.till.Key != "":
		return tillLimit
	default:
		return keyLimit
	}
}
