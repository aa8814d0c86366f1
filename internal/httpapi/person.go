package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

func (s *server) optIn(c *call) (answer, error) {
	var in api.OptIn
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Simulated && c.caller.Mode == offers.Live && (!s.LocalSimulation || !local(c.Request)) {
		return answer{}, fault.New(fault.Forbidden, fault.CodeForbidden,
			"Simulated people need a test key; a live key makes them from the server's own machine only, if the operator allows it.").WithField("simulated")
	}
	changes, err := consentChanges(in.Consents, in.MoodLevel, in.At)
	if err != nil {
		return answer{}, err
	}
	out, err := s.Engine.OptIn(c.ctx, engine.OptIn{
		Changes: changes, Language: in.Language, Zone: in.Zone, Interests: in.Interests, Attributes: in.Attributes, Simulated: in.Simulated, Minor: in.Minor, Mode: c.caller.Mode,
	})
	if err != nil {
		return answer{}, err
	}
	return answer{
		status: http.StatusCreated, body: api.OptedIn{User: out.User, Token: api.Secret(out.Token)}, owner: out.User, location: "/v1/me",
	}, nil
}

// local reports whether the request comes from this machine, and not through a proxy on it.
func local(r *http.Request) bool {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() && r.Header.Get("Forwarded") == "" && r.Header.Get("X-Forwarded-For") == ""
}

func (s *server) pull(c *call) (answer, error) {
	q := c.query("lat", "lon", "radius", "limit", "category*", "cursor", "at")
	frame := wire.Pull{
		Seq: 1, Lat: q.optional("lat"), Lon: q.optional("lon"),
		Radius: q.number("radius"), Limit: q.integer("limit"), Categories: q.values["category"], Cursor: q.text("cursor"),
	}
	now := q.time("at")
	if q.err != nil {
		return answer{}, q.err
	}
	if err := frame.Check(); err != nil {
		f := fault.From(err)
		if rest, ok := strings.CutPrefix(f.Field, "categories"); ok {
			f = f.WithField("category" + rest) // as the parameter is called
		}
		return answer{}, f
	}
	ask := engine.PullQuery{Radius: frame.Radius, Limit: frame.Limit, Categories: frame.Categories, Cursor: frame.Cursor, Now: now}
	if frame.Lat != nil {
		ask.At = &geo.Point{Lat: *frame.Lat, Lon: *frame.Lon}
	}
	out, err := s.Engine.Pull(c.ctx, c.session, ask)
	return answer{status: http.StatusOK, body: api.Page[wire.Offer]{Items: out.Offers, Next: out.Cursor}}, err
}

func (s *server) account(c *call) (answer, error) {
	q := c.query("at")
	now := q.time("at")
	if q.err != nil {
		return answer{}, q.err
	}
	out, err := s.Engine.Account(c.ctx, c.session, now)
	return answer{status: http.StatusOK, body: viewAccount(out)}, err
}

func (s *server) erase(c *call) (answer, error) {
	out, err := s.Engine.Erase(c.ctx, c.session)
	return answer{status: http.StatusOK, body: api.Receipt{At: out.At, Holders: out.Holders}}, err
}

func (s *server) consents(c *call) (answer, error) {
	return answer{status: http.StatusOK, body: viewConsents(s.Engine.Consents(c.session))}, nil
}

// setConsents makes the consents what the body says: what it does not name is withdrawn.
func (s *server) setConsents(c *call) (answer, error) {
	return s.moveConsents(c, func(now privacy.Consents, in *api.ConsentChange) ([]privacy.Change, error) {
		if in.Consents == nil {
			in.Consents = make(map[string]api.Grant)
		}
		for _, purpose := range now.Granted() {
			if _, named := in.Consents[purpose]; !named {
				in.Consents[purpose] = api.Grant{}
			}
		}
		granted := in.Consents["mood"]
		if !granted.Granted {
			return nil, nil
		}
		if in.MoodLevel == "" {
			in.MoodLevel = mood.Quiet.String()
		}
		stay := granted.Sources
		if len(stay) == 0 {
			stay = []string{mood.SelfReport.String()}
		}
		gone := slices.DeleteFunc(now.GrantedSources(), func(s mood.Source) bool { return slices.Contains(stay, s.String()) })
		if len(gone) == 0 {
			return nil, nil
		}
		return []privacy.Change{{Purpose: privacy.Mood, Sources: gone, At: in.At}}, nil
	})
}

// changeConsents moves only the switches that the body names.
func (s *server) changeConsents(c *call) (answer, error) {
	return s.moveConsents(c, func(now privacy.Consents, in *api.ConsentChange) ([]privacy.Change, error) {
		was := now.Records[privacy.Mood]
		if _, named := in.Consents["mood"]; named || in.MoodLevel == "" {
			return nil, nil
		}
		if !was.Granted && in.MoodLevel != "off" {
			return nil, now.Require(privacy.Mood)
		}
		if was.Granted { // only the level moves
			if in.Consents == nil {
				in.Consents = make(map[string]api.Grant)
			}
			in.Consents["mood"] = api.Grant{Granted: in.MoodLevel != "off", Policy: was.Policy}
		}
		return nil, nil
	})
}

// moveConsents moves switches, after complete has named all that the body is about and returned what comes first.
func (s *server) moveConsents(c *call, complete func(privacy.Consents, *api.ConsentChange) ([]privacy.Change, error)) (answer, error) {
	var in api.ConsentChange
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	before, err := complete(s.Engine.Consents(c.session), &in)
	if err != nil {
		return answer{}, err
	}
	changes, err := consentChanges(in.Consents, in.MoodLevel, in.At)
	if err != nil {
		return answer{}, err
	}
	if err := s.Engine.Consent(c.ctx, c.session, append(before, changes...)...); err != nil {
		return answer{}, err
	}
	return s.consents(c)
}

func (s *server) preferences(c *call) (answer, error) {
	return answer{status: http.StatusOK, body: viewPreferences(s.Engine.Preferences(c.session))}, nil
}

func (s *server) setPreferences(c *call) (answer, error) {
	return s.decodePreferences(c, api.Preferences{Discovery: api.DefaultDiscovery})
}

// changePreferences replaces only what the body names.
func (s *server) changePreferences(c *call) (answer, error) {
	return s.decodePreferences(c, viewPreferences(s.Engine.Preferences(c.session)))
}

// decodePreferences sets what the body says over what stands in in.
func (s *server) decodePreferences(c *call, in api.Preferences) (answer, error) {
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	prefs, err := preferences(in)
	if err != nil {
		return answer{}, err
	}
	if err := s.Engine.SetPreferences(c.ctx, c.session, prefs); err != nil {
		return answer{}, inPreferences(err)
	}
	return s.preferences(c)
}

func (s *server) setPushToken(c *call) (answer, error) {
	var in api.PushToken
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if err := s.checkPushToken(in); err != nil {
		return answer{}, err
	}
	var err error
	if in.Remove {
		err = s.Engine.DropPushToken(c.ctx, c.session.User(), string(in.Token))
	} else {
		err = s.Engine.SetPushToken(c.ctx, c.session, string(in.Token))
	}
	return answer{status: http.StatusNoContent}, err
}

// checkPushToken refuses tokens that no channel could ever use.
func (s *server) checkPushToken(in api.PushToken) error {
	switch {
	case in.Channel != push.ChannelFCM && in.Channel != push.ChannelWebPush:
		return fault.Field("channel", `must be "fcm" or "webpush"`)
	case in.Channel != push.ChannelOf(string(in.Token)):
		return fault.Field("token", "must be a token of the channel: for webpush the JSON of a PushSubscription")
	case in.Channel == push.ChannelFCM || in.Remove:
		return nil
	case s.Browsers == nil:
		return fault.Field("channel", "must be another one: Web Push is not set up on this server")
	}
	return s.Browsers.Check(string(in.Token))
}

// webPushKey answers what a browser needs to subscribe.
func (s *server) webPushKey(*call) (answer, error) {
	if s.Browsers == nil {
		return answer{}, fault.New(fault.NotFound, fault.CodeNotFound, "Web Push is not set up on this server.")
	}
	return answer{status: http.StatusOK, body: api.WebPushKey{Key: s.Browsers.Key()}}, nil
}

func (s *server) positions(c *call) (answer, error) {
	var in api.Positions
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	frame := wire.Position{Seq: 1, Fixes: in.Fixes}
	if err := frame.Check(); err != nil {
		return answer{}, err
	}
	fixes := make([]geo.Fix, len(in.Fixes))
	for i := range in.Fixes {
		fixes[i] = in.Fixes[i].Geo()
	}
	out, err := s.Engine.Position(c.ctx, c.session, fixes)
	if err != nil {
		return answer{}, err
	}
	taken := api.PositionsTaken{Accepted: out.Accepted, Hint: wire.Hint{Metres: out.Hint.Metres, Seconds: out.Hint.Seconds}}
	if out.Refused != nil {
		p := problem(out.Refused)
		taken.Refused = &p
	}
	return answer{status: http.StatusOK, body: taken}, nil
}

func (s *server) mood(c *call) (answer, error) {
	var in api.Mood
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	affect, err := affectOf(in)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, s.Engine.Mood(c.ctx, c.session, affect)
}

func (s *server) feedback(c *call) (answer, error) {
	var in api.Feedback
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	f, err := feedbackOf(in)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, s.Engine.Feedback(c.ctx, c.session, f)
}
