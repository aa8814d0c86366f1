package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/trip"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
)

// Names of a person's records in the store.
const (
	recordProfile     = "profile"
	recordState       = "state"
	recordFix         = "fix"
	recordMood        = "mood"   // kept for a day, like the fix
	recordTraces      = "traces" // kept for a week
	recordsPurchase   = "purchase/"
	recordsRedemption = "redemption/"
	recordsDelivery   = "delivery/"
	recordsRating     = "rating/" // and the id of what was rated
)

// profile is what a person decided: written at once, and acknowledged only when it is durable.
type profile struct {
	Created     time.Time        `json:"created"`
	Mode        offers.Mode      `json:"mode"`
	Simulated   bool             `json:"simulated,omitzero"`
	Minor       bool             `json:"minor,omitzero"`
	Secrets     [][]byte         `json:"secrets"`          // SHA-256 of each device token's secret
	MoodDue     bool             `json:"moodDue,omitzero"` // a source of mood was withdrawn, and not all is forgotten yet
	Consents    privacy.Consents `json:"consents"`
	Preferences Preferences      `json:"preferences"`
	PushTokens  []string         `json:"pushTokens,omitempty"`
	Interests   []string         `json:"interests,omitempty"` // declared
}

// state is what the engine learned: written soon, and at once when a delivery depends on it.
type state struct {
	Push       push.Memory    `json:"push"`
	Later      later          `json:"later,omitzero"`
	Turns      turns          `json:"turns,omitzero"`
	Visits     []Visit        `json:"visits,omitempty"`
	Matching   *offers.Person `json:"matching"`
	Suppressed []Suppressed   `json:"suppressed,omitempty"`
	Stays      trip.History   `json:"stays,omitzero"`
	Chains     offers.Chains  `json:"chains,omitempty"`
}

// person is one opted-in person in memory. mu guards everything below it; write serialises the durable writes of
// this person and is taken before mu, never under it.
type person struct {
	id        id.User
	mode      offers.Mode
	simulated bool
	lot       uint64       // see offers.Moment
	used      atomic.Int64 // Unix nanoseconds: when somebody last asked for this person

	write      sync.Mutex
	profileRev uint64
	stateRev   uint64
	fixRev     uint64
	tracesRev  uint64 // 0: there are none in the store

	mu       sync.Mutex
	loaded   bool
	gone     bool // erased
	dirty    bool // state differs from the store's
	felt     bool // and so does the mood
	hidden   bool // last lies at a sensitive place
	visited  bool // the present stop has been counted
	stayed   bool // and so has the stay that it became
	sessions int
	saved    time.Time // when state was written last

	profile  profile
	zone     *time.Location
	moods    *mood.Estimator // nil: nothing was told
	matching offers.Person
	motion   geo.Motion
	fences   fence.Tracker
	pushes   push.Memory
	held     held
	later    later
	turns    turns
	visits   []Visit       // newest last
	stays    trip.History  // where the person used to stay
	chains   offers.Chains // follow-ups that wait

	last         geo.Fix   // zero time: none
	origin       geo.Point // where the present way began; zero: not known
	trip         *Trip     // nil: none was told
	stray        *geo.Fix  // an implausible fix that the next one may confirm; nil: none
	reconsidered time.Time // last evaluation for news of a merchant
	followed     time.Time // and for a follow-up
	holds        time.Time // of a simulated person: when the first of their reservations is over; zero: there is none
	hinted       float64   // metres that the device was told to wait for
	eval         evaluated
	shape        geo.CellShape
	passed       passed
}

// evaluated is what the last evaluation saw, so that the next one happens only when something changed.
type evaluated struct {
	done     bool
	cell     geo.Cell
	at       geo.Point
	accuracy float64
	stopped  int  // whole minutes of the present stop
	inReach  bool // of some offer
	due      int  // follow-ups that were due
}

// settle waits until the writes under way have ended.
func (p *person) settle() {
	p.write.Lock()
	p.write.Unlock() //nolint:staticcheck // empty on purpose
}

// load returns a person, read from the store on first use. There is never more than one in memory: whoever waited for
// one that could not be read starts over.
func (e *Engine) load(ctx context.Context, user id.User) (*person, error) {
	for {
		p := e.people.get(user, e.clock())
		p.write.Lock()
		if !e.people.holds(p) {
			p.write.Unlock()
			continue
		}
		var err error
		if !p.ready() {
			if err = e.read(ctx, p); err != nil {
				e.people.drop(p)
			}
		}
		p.write.Unlock()
		return p, err
	}
}

// read fills a person from the store. What a withdrawn consent should have taken along, and a crash left, goes now. The
// caller holds p.write.
func (e *Engine) read(ctx context.Context, p *person) error {
	var records [5][]byte
	var revs [5]uint64
	for i, name := range [...]string{recordProfile, recordState, recordFix, recordMood, recordTraces} {
		var err error
		if records[i], revs[i], err = e.records.Read(ctx, p.id, name); err != nil && (i == 0 || !errors.Is(err, errNotFound)) {
			return err
		}
	}
	lost, err := p.restore(records[0], records[1], records[2], e.zone)
	if err != nil {
		return err
	}
	if lost = errors.Join(lost, p.restoreMood(records[3], records[4])); lost != nil {
		e.log.WarnContext(ctx, "a part of what was remembered of a person can't be read and is forgotten", "user", p.id, "err", lost)
	}
	p.profileRev, p.stateRev, p.fixRev, p.tracesRev = revs[0], revs[1], revs[2], revs[4]
	if err := e.enforce(ctx, p); err != nil {
		return err
	}
	for i, c := range p.profile.Consents.Records {
		purpose := privacy.Purpose(i)
		due := purpose == privacy.Mood && p.profile.MoodDue
		if (c.At.IsZero() || c.Granted) && !due {
			continue
		}
		p.mu.Lock()
		p.withdraw(purpose)
		p.mu.Unlock()
		if err := e.forgetRecords(ctx, p, purpose); err != nil {
			return err
		}
	}
	p.mu.Lock()
	p.loaded = true
	p.mu.Unlock()
	if p.profile.MoodDue {
		return e.forgotten(ctx, p)
	}
	return nil
}

func (p *person) ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loaded
}

// restore fills a person from their records; all but prof may be empty. What is only a memory of where they were, and
// can't be read, is lost: that must not lock anybody out.
func (p *person) restore(prof, st, fix []byte, zone *time.Location) (lost, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profile.Preferences.Discovery = DefaultDiscovery // of records that don't name it
	if err := json.Unmarshal(prof, &p.profile); err != nil {
		return nil, fault.New(fault.Internal, fault.CodeInternal, "A person's profile can't be read.").Wrap(err)
	}
	p.mode, p.simulated = p.profile.Mode, p.profile.Simulated
	p.applyPreferences(zone)
	if len(st) > 0 {
		if lost, err = p.restoreState(st); err != nil {
			return lost, err
		}
	}
	if len(fix) > 0 {
		lost = errors.Join(lost, p.restoreFix(fix))
	}
	return lost, nil
}

// restoreMood adds what came from mood; both may be empty.
func (p *person) restoreMood(feels, left []byte) (lost error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(feels) > 0 {
		p.moods = new(mood.Estimator)
		lost = p.moods.UnmarshalState(feels)
	}
	if len(left) == 0 {
		return lost
	}
	var moods offers.Person
	tr := traces{Matching: &moods}
	if err := json.Unmarshal(left, &tr); err != nil {
		return errors.Join(lost, err)
	}
	p.matching.Rejoin(&moods)
	p.dropMoodTastes()
	all := append(p.held.list(), tr.Suppressed...)
	slices.SortStableFunc(all, func(a, b Suppressed) int { return a.At.Compare(b.At) })
	p.held.restore(all)
	return lost
}

func (p *person) restoreFix(data []byte) error {
	var w whereabouts
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	p.last, p.motion, p.origin, p.trip = w.Last, w.Motion, w.Origin, w.Trip
	return p.fences.UnmarshalState(w.Fences)
}

func (p *person) restoreState(data []byte) (lost, err error) {
	st := state{Matching: &p.matching}
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, fault.New(fault.Internal, fault.CodeInternal, "A person's state can't be read.").Wrap(err)
	}
	if err := st.Stays.Check(); err != nil {
		lost, st.Stays = errors.Join(lost, err), state{}.Stays
	}
	if err := st.Chains.Check(); err != nil {
		lost, st.Chains = errors.Join(lost, err), nil
	}
	if i := slices.Index(st.Push, 0); i >= 0 { // it once had a fixed size
		st.Push = st.Push[:i]
	}
	p.pushes = st.Push[:min(len(st.Push), push.MaxWeeklyCap)]
	p.later, p.turns, p.visits = st.Later, st.Turns, st.Visits
	p.stays, p.chains = st.Stays, st.Chains
	p.held.restore(st.Suppressed)
	return lost, nil
}

// changeProfile applies change to a copy of the profile, makes it durable, and only then lets it hold. What change
// wants to happen to the rest of the person belongs into after, which runs under the person's lock.
func (e *Engine) changeProfile(ctx context.Context, p *person, change func(*profile) error, after func()) error {
	p.write.Lock()
	defer p.write.Unlock()
	return e.writeProfile(ctx, p, change, after)
}

// writeProfile is changeProfile for a caller that holds p.write.
func (e *Engine) writeProfile(ctx context.Context, p *person, change func(*profile) error, after func()) error {
	p.mu.Lock()
	next, gone := p.profile.clone(), p.gone
	p.mu.Unlock()
	if gone {
		return errErased
	}
	if err := change(&next); err != nil {
		return err
	}
	data, err := json.Marshal(next)
	if err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "A person's profile can't be written.").Wrap(err)
	}
	rev, err := e.records.Write(ctx, p.id, recordProfile, data, p.profileRev)
	if err != nil {
		return err
	}
	p.profileRev = rev
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profile = next
	p.applyPreferences(e.zone)
	if after != nil {
		after()
	}
	return nil
}

// applyPreferences derives what the pipeline reads from the profile. The caller holds p.mu.
func (p *person) applyPreferences(zone *time.Location) {
	p.zone = zone
	if z, err := time.LoadLocation(p.profile.Preferences.Zone); err == nil && p.profile.Preferences.Zone != "" {
		p.zone = z
	}
	_ = p.matching.SetBlocks(p.profile.Preferences.Blocked) // checked when they were set
	_ = p.matching.SetFavourites(p.profile.Preferences.Favourites)
	_ = p.matching.SetMoodChoices(p.profile.Preferences.Mood)
	_ = p.matching.SetInterests(p.profile.Interests)
	_ = p.matching.SetAttributes(p.profile.Preferences.Attributes)
	p.matching.Minor = p.profile.Minor
	p.dropMoodTastes()
	p.leaveBlocked()
}

// dropMoodTastes forgets what was learned of moods unless the person lets them help. The caller holds p.mu.
func (p *person) dropMoodTastes() {
	if p.profile.Consents.MoodLevel != mood.Help {
		p.dirty = p.matching.ForgetMoodTastes() || p.dirty
	}
}
