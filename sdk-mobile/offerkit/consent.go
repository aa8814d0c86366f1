package offerkit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Levels of mood.
const (
	moodOff   = "off"
	moodQuiet = "quiet"
	moodHelp  = "help"
)

// OptIn makes a person of somebody who chose what to allow. It needs the network. Who has opted in on this device keeps
// who they are, and only changes their choices with Grant, Withdraw and AllowMood.
func (k *Kit) OptIn(choices *Choices, seconds int32) (err error) {
	defer guard(&err)
	if choices == nil {
		return fault.Field("choices", "must not be null")
	}
	k.once.Lock()
	defer k.once.Unlock()
	if k.OptedIn() {
		return fault.New(fault.Conflict, fault.CodeExists, "Somebody has opted in on this device.")
	}
	in, err := k.optIn(choices)
	if err != nil {
		return err
	}
	if err := k.change(k.clear); err != nil { // of somebody whom the server knew no longer
		return err
	}
	ctx, cancel := k.within(seconds)
	defer cancel()
	out, err := k.app.OptIn(ctx, in)
	if err != nil {
		return plain(err)
	}
	return k.change(func() error {
		k.mem.Token, k.mem.Consents, k.mem.Level, k.mem.Minor = out.Token, in.Consents, in.MoodLevel, in.Minor
		k.state = StateOff
		return nil
	})
}

func (k *Kit) optIn(c *Choices) (api.OptIn, error) {
	in := api.OptIn{
		Consents: map[string]api.Grant{}, Language: k.cfg.Language, Zone: k.cfg.Zone, Interests: list(c.Interests),
		Attributes: list(c.Attributes), Minor: c.Minor, Simulated: k.cfg.Simulated, At: k.simulated(),
	}
	for purpose, allowed := range map[string]bool{
		PurposeLocation: c.Location, PurposePurchases: c.Purchases, PurposePush: c.Push,
	} {
		if allowed {
			in.Consents[purpose] = api.Grant{Granted: true, Policy: c.Policy}
		}
	}
	if c.MoodLevel != "" && c.MoodLevel != moodOff {
		grant, err := moodGrant(c.MoodLevel, c.MoodSources, c.MoodPolicy, c.Policy)
		if err != nil {
			return in, err
		}
		if c.MoodPolicy == "" && slices.Equal(grant.Sources, moodSources[:1]) {
			grant.Sources = nil // as if not named: the person's own word needs no notices
		}
		in.Consents[PurposeMood], in.MoodLevel = grant, c.MoodLevel
	}
	if len(in.Consents) == 0 {
		return in, fault.Field("choices", "must allow at least one purpose")
	}
	return in, nil
}

// moodGrant is a grant of mood. The sources besides the person's own word need the version of the notices.
func moodGrant(level, sources, notices, policy string) (api.Grant, error) {
	if level != moodQuiet && level != moodHelp {
		return api.Grant{}, fault.Field("level", "must be quiet or help")
	}
	g := api.Grant{Granted: true, Policy: policy, Sources: list(sources)}
	if notices != "" {
		g.Policy = notices
	}
	for _, s := range g.Sources {
		if !slices.Contains(moodSources, s) {
			return g, fault.Field("sources", "must be of %s", strings.Join(moodSources, ", "))
		}
	}
	return g, nil
}

var moodSources = []string{"self", "wearable", "face", "voice", "typing"}

// OptedIn tells whether somebody has opted in on this device.
func (k *Kit) OptedIn() bool {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mem.Token != ""
}

// Consents is what is allowed now: nothing where nobody has opted in.
func (k *Kit) Consents() *Consents {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.mem.Token == "" {
		return &Consents{MoodLevel: moodOff}
	}
	c := &Consents{
		Location: k.mem.granted(PurposeLocation), Mood: k.mem.granted(PurposeMood), Purchases: k.mem.granted(PurposePurchases),
		Push: k.mem.granted(PurposePush), MoodLevel: moodOff,
	}
	if c.Mood {
		c.MoodLevel, c.MoodSources = k.mem.Level, strings.Join(k.mem.sources(), ",")
	}
	return c
}

// HasConsent tells whether a purpose is allowed now.
func (k *Kit) HasConsent(purpose string) bool {
	defer k.quiet()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mem.Token != "" && k.mem.granted(purpose)
}

// Grant allows a purpose: location, purchases or push; for mood there is AllowMood. Policy is the version of the text that
// the person saw. It counts at once; the server hears of it when there is a network.
func (k *Kit) Grant(purpose string, policy string) (err error) {
	defer guard(&err)
	switch {
	case purpose == PurposeMood:
		return fault.Field("purpose", "must be location, purchases or push; use AllowMood for mood")
	case purpose != PurposeLocation && purpose != PurposePurchases && purpose != PurposePush:
		return fault.Field("purpose", "must be location, purchases or push")
	case policy == "" || len(policy) > maxText:
		return fault.Field("policy", "must be the version of the text that the person saw")
	}
	return k.move(purpose, api.Grant{Granted: true, Policy: policy}, "")
}

// AllowMood allows mood at a level, quiet (it may only hold back) or help (it may re-rank, too), from these sources, with
// commas; empty: the person's own word. Policy is the version of the notices that were shown: see Notices.
func (k *Kit) AllowMood(level string, sources string, policy string) (err error) {
	defer guard(&err)
	if policy == "" || len(policy) > maxText {
		return fault.Field("policy", "must be the version of the notices that the person saw")
	}
	grant, err := moodGrant(level, sources, policy, "")
	if err != nil {
		return err
	}
	return k.move(PurposeMood, grant, level)
}

// move turns a switch on.
func (k *Kit) move(purpose string, grant api.Grant, level string) error {
	return k.change(func() error {
		switch {
		case k.mem.Token == "":
			return errNotIn
		case purpose == PurposeMood && k.mem.Minor:
			return fault.New(fault.Forbidden, fault.CodeForbidden, "Mood is not taken from people under age.").WithField(PurposeMood)
		}
		if purpose == PurposeLocation && !k.mem.granted(purpose) { // what a disk did not let go of at the withdrawal
			if err := k.forgetPlaces(); err != nil {
				return err
			}
		}
		k.tell(api.ConsentChange{Consents: map[string]api.Grant{purpose: grant}, MoodLevel: level})
		if purpose == PurposeMood {
			k.mem.Level = level
			if len(grant.Sources) == 0 { // as they were
				grant.Sources = k.mem.sources()
			}
		}
		k.mem.Consents[purpose] = grant
		return nil
	})
}

// Withdraw ends a purpose. What was collected for it is gone from this device when the method returns, without network
// too; the server hears of it when there is one.
func (k *Kit) Withdraw(purpose string) (err error) {
	defer guard(&err)
	switch purpose {
	case PurposeLocation, PurposeMood, PurposePurchases, PurposePush:
	default:
		return fault.Field("purpose", "must be location, mood, purchases or push")
	}
	return k.change(func() error {
		if k.mem.Token == "" {
			return errNotIn
		}
		k.stopCall()
		k.tell(api.ConsentChange{Consents: map[string]api.Grant{purpose: {}}})
		return k.forget(purpose)
	})
}

// ForbidMoodSource ends one source of mood: wearable, face, voice, typing or self. The last one takes mood along.
func (k *Kit) ForbidMoodSource(source string) (err error) {
	defer guard(&err)
	if !slices.Contains(moodSources, source) {
		return fault.Field("source", "must be of %s", strings.Join(moodSources, ", "))
	}
	return k.change(func() error {
		grant, sources := k.mem.Consents[PurposeMood], k.mem.sources()
		if !slices.Contains(sources, source) {
			return nil
		}
		k.stopCall()
		left := slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return s == source })
		k.tell(api.ConsentChange{Consents: map[string]api.Grant{PurposeMood: {Sources: []string{source}}}})
		level := k.mem.Level
		err := k.forget(PurposeMood)
		if len(left) > 0 {
			grant.Sources = left
			k.mem.Consents[PurposeMood], k.mem.Level = grant, level
		}
		return err
	})
}

// tell queues a change of consents for the server.
func (k *Kit) tell(c api.ConsentChange) {
	k.around.until = time.Time{} // what may come depends on it
	c.At, k.urgent = k.simulated(), true
	k.mem.add(task{Consent: &c})
}

// forget drops what this device holds for a purpose that is allowed no longer.
func (k *Kit) forget(purpose string) error {
	k.mem.withdraw(purpose)
	switch purpose {
	case PurposeLocation:
		return k.forgetPlaces()
	case PurposeMood:
		return k.senses.forget()
	case PurposePush:
		k.around = reaches{} // nothing would come of them
	}
	return nil
}

func (k *Kit) forgetPlaces() error {
	k.leave()
	k.place, k.leave = context.WithCancel(context.Background())
	k.last, k.around, k.offers = nil, reaches{}, nil
	k.stopMock()
	k.planner.Allow(false)
	if err := k.buf.Empty(); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "What waits to be sent could not be deleted.").WithField("dataDir").Wrap(err)
	}
	return nil
}

// Notices are the texts to show before asking for mood, in "en" or "de", with their version: JSON as of GET /v1/notices.
func (k *Kit) Notices(language string, seconds int32) (notices string, err error) {
	defer guard(&err)
	return asked(k, seconds, func(ctx context.Context) (api.Notices, error) { return k.app.Notices(ctx, language) })
}

// Moods are the words and faces for one tap, in "en" or "de": JSON as of GET /v1/moods.
func (k *Kit) Moods(language string, seconds int32) (moods string, err error) {
	defer guard(&err)
	return asked(k, seconds, func(ctx context.Context) (api.Moods, error) { return k.app.Moods(ctx, language) })
}

// MyData is everything that the server holds about the person: JSON as of GET /v1/me.
func (k *Kit) MyData(seconds int32) (data string, err error) {
	defer guard(&err)
	me, err := k.me()
	if err != nil {
		return "", err
	}
	return asked(k, seconds, func(ctx context.Context) (api.Account, error) { return me.Me(ctx, k.simulated()) })
}

// EraseMe makes the server forget the person, and this device too. What waits on this device is gone first, and nothing is
// measured any more, whether the server can be reached or not; if it can't, EraseMe has to be called again. Afterwards the
// state is erased and somebody may opt in anew.
func (k *Kit) EraseMe(seconds int32) (err error) {
	defer guard(&err)
	me, err := k.me()
	if err != nil {
		return err
	}
	k.report(k.change(func() error {
		k.stopCall()
		k.mem.Running = false
		k.mem.Tasks = slices.DeleteFunc(k.mem.Tasks, func(t task) bool { return t.Consent == nil })
		return errors.Join(k.forgetPlaces(), k.senses.forget())
	}))
	ctx, cancel := k.within(seconds)
	defer cancel()
	if _, err := me.Erase(ctx); err != nil && fault.From(err).Code != fault.CodeErased {
		return plain(err)
	}
	return k.erased()
}

// ForgetDevice deletes all that this device holds of the person, the token too. The server is not told: it still knows
// them, but this device can't speak for them any more.
func (k *Kit) ForgetDevice() (err error) {
	defer guard(&err)
	return k.wipe(StateOff)
}

func (k *Kit) erased() error { return k.wipe(StateErased) }

func (k *Kit) wipe(state string) error {
	return k.change(func() error {
		k.stopCall()
		err := k.clear()
		k.setState(state)
		return err
	})
}

// clear forgets the person. How to measure, and how wrong the clock is, belongs to the device.
func (k *Kit) clear() error {
	k.mem = &memory{Key: k.mem.Key, Consents: map[string]api.Grant{}, Preset: k.mem.Preset, Skew: k.mem.Skew}
	k.hurry = false
	return errors.Join(k.forgetPlaces(), k.senses.forget())
}

// stopCall ends what the link has under way: after a withdrawal no byte more of it goes out, and its answer, of before,
// changes nothing.
func (k *Kit) stopCall() {
	if k.callOff != nil {
		k.callOff()
	}
}

// me is a client of the person's side.
func (k *Kit) me() (*client.Client, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.mem.Token == "" {
		return nil, errNotIn
	}
	return k.app.As(k.mem.Token), nil
}

// within bounds a call that somebody waits for.
func (k *Kit) within(seconds int32) (context.Context, context.CancelFunc) {
	if seconds <= 0 {
		seconds = 30
	}
	return context.WithTimeout(k.ctx, time.Duration(seconds)*time.Second)
}

// located makes a call that names where the person is, and calls it off when they withdraw location: the client would go on
// trying while the server is busy.
func located[T any](ctx, place context.Context, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(place, cancel)()
	out, err := call(ctx)
	if place.Err() != nil {
		return out, needs(PurposeLocation)
	}
	return out, err
}

// asked makes a call and returns its answer as JSON.
func asked[T any](k *Kit, seconds int32, call func(context.Context) (T, error)) (string, error) {
	ctx, cancel := k.within(seconds)
	defer cancel()
	out, err := call(ctx)
	if err != nil {
		return "", plain(err)
	}
	b, err := json.Marshal(out, json.Deterministic(true))
	return string(b), plain(err)
}

// checkOffer returns a fault unless s may be the id of an offer.
func checkOffer(s string) (id.Offer, error) {
	return id.Offer(s), id.Check("offerID", s, id.PrefixOffer)
}
