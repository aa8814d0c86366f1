package offerkit

import (
	"crypto/rand"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Keys of the host's store.
const (
	keyMemory = "flaneur.memory"
	keyMood   = "flaneur.mood"
)

// Bounds of what is remembered.
const (
	maxSeen  = 256 // deliveries whose repeats are known
	maxTasks = 200 // changes and answers that wait for the network; with the longest texts they fit into a Store
	maxText  = 128 // bytes of one text in them
)

// memory is what survives the end of the process, in the host's store.
type memory struct {
	Token    api.Secret           `json:"token,omitzero"`
	Key      []byte               `json:"key,omitempty"` // of the buffer
	Consents map[string]api.Grant `json:"consents,omitempty"`
	Level    string               `json:"level,omitzero"` // of mood
	Minor    bool                 `json:"minor,omitzero"`
	Tasks    []task               `json:"tasks,omitempty"` // oldest first
	Seen     []string             `json:"seen,omitempty"`  // deliveries, oldest first
	Running  bool                 `json:"running,omitzero"`
	Preset   string               `json:"preset,omitzero"`
	Skew     int64                `json:"skew,omitzero"` // milliseconds that this device's clock is ahead of the server's

	dropped int64 // of Tasks, in this process
}

// task is something that the server has to be told. One of the pointers is set.
type task struct {
	ID        string             `json:"id"` // of the task
	Consent   *api.ConsentChange `json:"consent,omitempty"`
	Feedback  *api.Feedback      `json:"feedback,omitempty"`
	Purchase  *api.Purchase      `json:"purchase,omitempty"`
	Push      *api.PushToken     `json:"push,omitempty"`
	Trip      *api.Trip          `json:"trip,omitempty"`
	EndTrip   bool               `json:"endTrip,omitzero"`
	Delivered id.Delivery        `json:"delivered,omitzero"` // acknowledged over the next socket
	At        time.Time          `json:"at,omitzero"`
}

// purpose is what a task needs the person's consent for; empty: none.
func (t *task) purpose() string {
	switch {
	case t.Purchase != nil:
		return PurposePurchases
	case t.Push != nil && !t.Push.Remove:
		return PurposePush
	case t.Trip != nil:
		return PurposeLocation
	}
	return ""
}

// load reads the memory. What can't be read is started anew, without a token: better asked again than guessed.
func load(s Store) (*memory, error) {
	raw, err := s.Load(keyMemory)
	if err != nil {
		return nil, storeFault(err)
	}
	m := &memory{}
	if len(raw) > 0 && json.Unmarshal(raw, m) != nil {
		m = &memory{}
	}
	if len(m.Key) != 32 {
		m.Key = make([]byte, 32)
		_, _ = rand.Read(m.Key) // never fails
	}
	if m.Consents == nil {
		m.Consents = map[string]api.Grant{}
	}
	return m, nil
}

func (m *memory) save(s Store) error {
	raw, err := json.Marshal(m, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)) // a strange text must not undo the rest
	if err != nil {
		return fault.From(err)
	}
	if err := s.Save(keyMemory, raw); err != nil {
		return storeFault(err)
	}
	return nil
}

func storeFault(err error) error {
	return fault.New(fault.Internal, fault.CodeInternal, "The app's store failed.").WithField("store").Wrap(err)
}

func (m *memory) granted(purpose string) bool { return m.Consents[purpose].Granted }

// sources are those that mood may come from: at first the person's own word alone.
func (m *memory) sources() []string {
	if s := m.Consents[PurposeMood].Sources; len(s) > 0 || !m.granted(PurposeMood) {
		return s
	}
	return moodSources[:1]
}

// withdraw ends a purpose and drops what waits to be told for it.
func (m *memory) withdraw(purpose string) {
	delete(m.Consents, purpose)
	if purpose == PurposeMood {
		m.Level = ""
	}
	m.Tasks = slices.DeleteFunc(m.Tasks, func(t task) bool { return t.purpose() == purpose })
}

// add appends a task. A full list drops and counts its oldest that is no consent: those are never lost, but the same said again takes
// the place of what was said before.
func (m *memory) add(t task) {
	t.ID = id.New("")
	if t.Consent != nil {
		m.Tasks = slices.DeleteFunc(m.Tasks, func(old task) bool {
			return old.Consent != nil && old.Consent.MoodLevel == t.Consent.MoodLevel && reflect.DeepEqual(old.Consent.Consents, t.Consent.Consents)
		})
	}
	if len(m.Tasks) >= maxTasks {
		if i := slices.IndexFunc(m.Tasks, func(t task) bool { return t.Consent == nil }); i >= 0 {
			m.Tasks = slices.Delete(m.Tasks, i, i+1)
			m.dropped++
		}
	}
	m.Tasks = append(m.Tasks, t)
}

func (m *memory) done(taskID string) {
	m.Tasks = slices.DeleteFunc(m.Tasks, func(t task) bool { return t.ID == taskID })
}

// see remembers a delivery and reports whether it is new.
func (m *memory) see(delivery string) bool {
	if delivery == "" {
		return true
	}
	if slices.Contains(m.Seen, delivery) {
		return false
	}
	if len(m.Seen) >= maxSeen {
		m.Seen = slices.Delete(m.Seen, 0, len(m.Seen)-maxSeen+1)
	}
	m.Seen = append(m.Seen, delivery)
	return true
}

// list splits what is separated by commas.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
