package httpapi

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// consentChanges reads switches, in a fixed order.
func consentChanges(grants map[string]api.Grant, moodLevel string, at time.Time) ([]privacy.Change, error) {
	level := mood.Off
	if moodLevel != "" {
		var err error
		if level, err = mood.ParseLevel(moodLevel); err != nil {
			return nil, fault.From(err).WithField("moodLevel")
		}
	}
	if level != mood.Off && !grants["mood"].Granted {
		return nil, fault.Field("moodLevel", "must be off or absent, unless mood is granted")
	}
	changes := make([]privacy.Change, 0, len(grants))
	for _, name := range slices.Sorted(maps.Keys(grants)) {
		field := "consents." + jsonfault.Name(name)
		purpose, err := privacy.ParsePurpose(field, name)
		if err != nil {
			return nil, err
		}
		ch := privacy.Change{Purpose: purpose, Granted: grants[name].Granted, Policy: grants[name].Policy, At: at}
		if purpose == privacy.Mood {
			ch.Level = level
			if moodLevel != "" {
				ch.Level = max(level, mood.Quiet) // what is granted is not off
			}
		}
		if ch.Sources, err = privacy.ParseSources(field+".sources", grants[name].Sources); err != nil {
			return nil, err
		}
		if err := ch.Check(); err != nil {
			return nil, fault.From(err).Under(field)
		}
		changes = append(changes, ch)
	}
	return changes, nil
}

func viewConsents(c privacy.Consents) api.Consents {
	out := api.Consents{Consents: make(map[string]api.Consent, len(c.Records)), MoodLevel: c.MoodLevel.String(), MoodSources: map[string]api.Consent{}}
	for source, r := range c.SourceRecords() {
		out.MoodSources[source.String()] = api.Consent(r)
	}
	for purpose, r := range c.Records {
		out.Consents[privacy.Purpose(purpose).String()] = api.Consent(r)
	}
	return out
}

func preferences(in api.Preferences) (engine.Preferences, error) {
	out := engine.Preferences{
		Push: push.Policy{
			Mode: push.Mode(in.Push.Mode), DailyCap: in.Push.DailyCap, MinGapMinutes: in.Push.MinGapMinutes,
			QuietFrom: in.Push.QuietFrom, QuietTo: in.Push.QuietTo, QuietAction: push.QuietAction(in.Push.QuietAction),
			WeeklyCap: in.Push.WeeklyCap, PausedUntil: in.Push.PausedUntil, Digest: in.Push.Digest,
		},
		Language: in.Language, Zone: in.Zone, Discovery: in.Discovery, Attributes: in.Attributes,
	}
	var err error
	if out.Blocked, err = blocks("blocked", in.Blocked); err != nil {
		return out, err
	}
	if out.Favourites, err = blocks("favourites", in.Favourites); err != nil {
		return out, err
	}
	for i, m := range in.Mood {
		state, err := mood.ParseState(m.State)
		if err != nil {
			return out, fault.From(err).WithField("mood[" + strconv.Itoa(i) + "].state")
		}
		out.Mood = append(out.Mood, offers.MoodChoice{State: state, Categories: m.Categories})
	}
	return out, nil
}

// blocks reads a list of merchants, brands and categories.
func blocks(field string, list []api.Block) ([]offers.Block, error) {
	var out []offers.Block
	for i, b := range list {
		block := offers.Block{Value: b.Value}
		if err := block.Kind.UnmarshalText([]byte(b.Kind)); err != nil {
			return nil, fault.From(err).WithField(field + "[" + strconv.Itoa(i) + "].kind")
		}
		out = append(out, block)
	}
	return out, nil
}

func viewBlocks(list []offers.Block) []api.Block {
	var out []api.Block
	for _, b := range list {
		out = append(out, api.Block{Kind: b.Kind.String(), Value: b.Value})
	}
	return out
}

// inPreferences renames the fields whose names differ between a push.Policy and api.PushPreferences.
func inPreferences(err error) error {
	f := fault.From(err)
	rest, ok := strings.CutPrefix(f.Field, "push.")
	if !ok {
		return err
	}
	names := map[string]string{
		"daily_cap": "dailyCap", "min_gap_minutes": "minGapMinutes", "quiet_from": "quietFrom", "quiet_to": "quietTo",
		"weekly_cap": "weeklyCap", "quiet_action": "quietAction",
	}
	if name, ok := names[rest]; ok {
		return f.WithField("push." + name)
	}
	return err
}

func viewPreferences(p engine.Preferences) api.Preferences {
	out := api.Preferences{
		Push: api.PushPreferences{
			Mode: string(p.Push.Mode), DailyCap: p.Push.DailyCap, MinGapMinutes: p.Push.MinGapMinutes,
			QuietFrom: p.Push.QuietFrom, QuietTo: p.Push.QuietTo, QuietAction: string(p.Push.QuietAction),
			WeeklyCap: p.Push.WeeklyCap, PausedUntil: p.Push.PausedUntil, Digest: p.Push.Digest,
		},
		Language: p.Language, Zone: p.Zone, Blocked: viewBlocks(p.Blocked), Favourites: viewBlocks(p.Favourites), Discovery: p.Discovery,
		Attributes: p.Attributes,
	}
	for _, m := range p.Mood {
		out.Mood = append(out.Mood, api.MoodChoice{State: m.State.String(), Categories: m.Categories})
	}
	return out
}

// affectOf checks a mood as the socket does, or reads its label.
func affectOf(in api.Mood) (mood.Affect, error) {
	if in.Label != "" {
		return tapped(in)
	}
	frame := wire.Mood{
		Seq: 1, Valence: in.Valence, Arousal: in.Arousal, Confidence: in.Confidence, Source: in.Source, Stress: in.Stress, At: in.At,
	}
	if err := frame.Check(); err != nil {
		return mood.Affect{}, err
	}
	source, err := mood.ParseSource(in.Source)
	return mood.Affect{
		Valence: in.Valence, Arousal: in.Arousal, Confidence: in.Confidence, Stress: in.Stress, Source: source, At: time.UnixMilli(in.At),
	}, err
}

// tapped reads a mood that is a label and maybe a time.
func tapped(in api.Mood) (mood.Affect, error) {
	beside := func(field string) (mood.Affect, error) {
		return mood.Affect{}, fault.Field(field, "must be absent beside a label")
	}
	switch {
	case !math.IsNaN(in.Valence):
		return beside("valence")
	case !math.IsNaN(in.Arousal):
		return beside("arousal")
	case !math.IsNaN(in.Confidence):
		return beside("confidence")
	case in.Source != "" && in.Source != mood.SelfReport.String():
		return mood.Affect{}, fault.Field("source", "must be self, or absent, beside a label")
	case in.Stress != 0:
		return beside("stress")
	case in.At < 0:
		return mood.Affect{}, fault.Field("at", "must be the time of the tap in Unix milliseconds, or absent")
	}
	l, err := mood.ParseLabel(in.Label)
	a := mood.Affect{Valence: l.Valence, Arousal: l.Arousal, Confidence: 1, Source: mood.SelfReport}
	if in.At != 0 {
		a.At = time.UnixMilli(in.At)
	}
	return a, err
}

// feedbackOf checks feedback as the socket does.
func feedbackOf(in api.Feedback) (engine.Feedback, error) {
	frame := wire.Feedback{Seq: 1, Delivery: string(in.Delivery), Offer: string(in.Offer), Action: in.Action, At: in.At}
	if err := frame.Check(); err != nil {
		return engine.Feedback{}, err
	}
	f := engine.Feedback{Delivery: in.Delivery, Offer: in.Offer, At: time.UnixMilli(in.At)}
	return f, f.Action.UnmarshalText([]byte(in.Action))
}

func viewAccount(a engine.Account) api.Account {
	out := api.Account{
		User: a.User, Created: a.Created, Simulated: a.Simulated, Minor: a.Minor, Consents: make(map[string]api.Consent, len(a.Consents)),
		MoodLevel: a.MoodLevel, MoodSources: make(map[string]api.Consent, len(a.MoodSources)), Deployment: a.Deployment.String(), Preferences: viewPreferences(a.Preferences), LastFix: (*api.LastFix)(a.LastFix),
		MoodHeard: each(a.MoodHeard, func(x engine.MoodHeard) api.MoodHeard { return api.MoodHeard(x) }),
		Learned: api.Learned{
			Been:    each(a.Learned.Been, func(x offers.Been) api.Been { return api.Been(x) }),
			Answers: each(a.Learned.Answers, func(x offers.Answered) api.Answered { return api.Answered(x) }),
			Moods:   each(a.Learned.Moods, func(x offers.MoodTaste) api.MoodTaste { return api.MoodTaste(x) }),
			Waiting: a.Learned.Waiting,
		},
		Interests: a.Interests, Affinities: each(a.Affinities, func(x offers.Affinity) api.Affinity { return api.Affinity(x) }),
		Purchases:   each(a.Purchases, viewPurchase),
		Shopping:    each(a.Shopping, func(x offers.Want) api.Want { return api.Want(x) }),
		Ratings:     each(a.Ratings, func(x engine.Rating) api.Rating { return api.Rating(x) }),
		Redemptions: each(a.Redemptions, viewRedemption),
		Loyalty:     each(a.Loyalty, func(x engine.Loyalty) api.LoyaltyAt { return api.LoyaltyAt(x) }),
		Deliveries:  each(a.Deliveries, func(x engine.DeliveryRecord) api.Delivery { return api.Delivery(x) }),
		Suppressed:  each(a.Suppressed, func(x engine.Suppressed) api.Suppressed { return api.Suppressed(x) }),
		Visits:      each(a.Visits, func(x engine.Visit) api.Visit { return api.Visit(x) }),
		Waiting: each(a.Waiting, func(x offers.Kept) api.Waiting {
			return api.Waiting{Offer: x.Offer, Trigger: x.Trigger.String(), At: x.At}
		}),
		Reaches: each(a.Reaches, func(x offers.ReachMemory) api.ReachMemory { return api.ReachMemory(x) }),
		Stays:   each(a.Stays, viewStay), Chains: each(a.Chains, viewStep),
		PushTokens: a.PushTokens, Pushes: each(a.Pushes, func(at time.Time) time.Time { return at }), Memory: a.Memory,
	}
	for purpose, c := range a.Consents {
		out.Consents[purpose] = api.Consent(c)
	}
	for source, c := range a.MoodSources {
		out.MoodSources[source] = api.Consent(c)
	}
	if a.Trip != nil {
		t := viewTrip(*a.Trip)
		out.Trip = &t
	}
	if m := a.Mood; m != nil {
		out.Mood = &api.MoodNow{Valence: m.Valence, Arousal: m.Arousal, Confidence: m.Confidence, Distress: m.Distress, State: m.State.String()}
	}
	return out
}

// each maps a list; an empty one stays a list.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}
