package catalogue

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/offers"
)

// KeyKind says what an API key is for.
type KeyKind string

// The kinds of keys.
const (
	Secret      KeyKind = "secret"      // the merchant's side; never leaves a server or a terminal
	Publishable KeyKind = "publishable" // stands in apps: may only opt people in
	Till        KeyKind = "till"        // of a store of a merchant: may only check and redeem
)

// keyPrefixes is what a key of a mode and kind starts with; it is part of the key.
var keyPrefixes = map[offers.Mode]map[KeyKind]string{
	offers.Live: {Secret: "fl_live_sk_", Publishable: "fl_live_pk_", Till: "fl_live_tk_"},
	offers.Test: {Secret: "fl_test_sk_", Publishable: "fl_test_pk_", Till: "fl_test_tk_"},
}

const (
	prefixKeyID = "key_"
	maxKeyName  = 100 // bytes
)

// Key is who holds a key: the caller it makes, its kind, and its id, which may be logged.
type Key struct {
	Caller
	ID    string
	Kind  KeyKind
	Place id.Place // of a till
}

// keyRecord is what is kept of a key: never the key itself.
type keyRecord struct {
	ID       string      `json:"id"`
	Hash     string      `json:"hash"` // SHA-256 of the key, hexadecimal
	Mode     offers.Mode `json:"mode"`
	Kind     KeyKind     `json:"kind"`
	Merchant id.Merchant `json:"merchant,omitzero"`
	Place    id.Place    `json:"place,omitzero"`
	Name     string      `json:"name,omitzero"`
	Created  time.Time   `json:"created"`
	Revoked  time.Time   `json:"revoked,omitzero"`
}

// KeyStore is the part of the record that holds keys; *store.Store is one.
type KeyStore interface {
	Put(ctx context.Context, item store.Item, prev store.Rev) (store.Rev, error)
	Get(ctx context.Context, partition string, kind store.Kind, id string) (store.Item, error)
	List(ctx context.Context, partition string, kind store.Kind, cursor string, limit int) (items []store.Item, next string, err error)
}

// KeySpec says what key to make. Merchant binds a secret key to one merchant; a till is one of the merchant's at a place.
type KeySpec struct {
	Mode     offers.Mode
	Kind     KeyKind
	Merchant id.Merchant
	Place    id.Place
	Name     string // for people
}

// CreateKey makes a key. It is in the answer, and nowhere else: the record has its hash only. It needs no server: the
// store may be one that was just made.
func CreateKey(ctx context.Context, s KeyStore, spec KeySpec, now time.Time) (api.Key, error) {
	prefix, ok := keyPrefixes[spec.Mode][spec.Kind]
	switch {
	case !ok:
		return api.Key{}, fault.Field("kind", "must be %q, %q or %q", Secret, Publishable, Till)
	case len(spec.Name) > maxKeyName:
		return api.Key{}, fault.Field("name", "must be at most %d bytes", maxKeyName)
	case spec.Merchant != "" && spec.Kind == Publishable:
		return api.Key{}, fault.Field("merchant", "binds secret keys and tills only")
	case spec.Place != "" && spec.Kind != Till:
		return api.Key{}, fault.Field("place", "is where a till stands")
	case spec.Kind == Till:
		if err := checkTill(ctx, s, spec); err != nil {
			return api.Key{}, err
		}
	case spec.Merchant != "":
		if _, err := s.Get(ctx, spec.Mode.String(), store.Merchant, string(spec.Merchant)); err != nil {
			return api.Key{}, reference("merchant", "merchant", err)
		}
	}
	credential := prefix + strings.ToLower(rand.Text()) // 130 random bits
	rec := keyRecord{
		ID: id.New(prefixKeyID), Hash: digest(credential), Mode: spec.Mode, Kind: spec.Kind, Merchant: spec.Merchant, Place: spec.Place, Name: spec.Name,
		Created: now.UTC().Truncate(time.Millisecond),
	}
	if err := putKey(ctx, s, &rec, 0); err != nil {
		return api.Key{}, err
	}
	out := rec.view()
	out.Key = api.Secret(credential)
	return out, nil
}

// checkTill refuses a till that stands at no place of a merchant.
func checkTill(ctx context.Context, s KeyStore, spec KeySpec) error {
	if spec.Merchant == "" {
		return fault.Field("merchant", "must be whose till it is")
	}
	if _, err := s.Get(ctx, spec.Mode.String(), store.Merchant, string(spec.Merchant)); err != nil {
		return reference("merchant", "merchant", err)
	}
	if spec.Place == "" {
		return fault.Field("place", "must be where the till stands")
	}
	item, err := s.Get(ctx, spec.Mode.String(), store.Place, string(spec.Place))
	if err != nil {
		return reference("place", "place", err)
	}
	place, err := readRecord[offers.Place](item)
	if err == nil && place.Merchant != spec.Merchant {
		err = fault.Field("place", "must be one of the merchant's places")
	}
	return err
}

// Keys lists the keys of a mode, the revoked ones too.
func Keys(ctx context.Context, s KeyStore, mode offers.Mode) ([]api.Key, error) {
	out := []api.Key{}
	for cursor := ""; ; {
		items, next, err := s.List(ctx, mode.String(), store.APIKey, cursor, MaxPage)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			rec, err := readRecord[keyRecord](item)
			if err != nil {
				return nil, err
			}
			out = append(out, rec.view())
		}
		if next == "" {
			return out, nil
		}
		cursor = next
	}
}

// RevokeKey ends a key, named by its id. Revoking it again changes nothing.
func RevokeKey(ctx context.Context, s KeyStore, keyID string, now time.Time) (api.Key, error) {
	item, err := s.Get(ctx, offers.Live.String(), store.APIKey, keyID)
	if err != nil && fault.From(err).Kind == fault.NotFound {
		item, err = s.Get(ctx, offers.Test.String(), store.APIKey, keyID)
	}
	if err != nil {
		return api.Key{}, err
	}
	rec, err := readRecord[keyRecord](item)
	if err != nil || !rec.Revoked.IsZero() {
		return rec.view(), err
	}
	rec.Revoked = now.UTC().Truncate(time.Millisecond)
	return rec.view(), putKey(ctx, s, rec, item.Rev)
}

func putKey(ctx context.Context, s KeyStore, rec *keyRecord, prev store.Rev) error {
	value, err := writeRecord(rec)
	if err != nil {
		return err
	}
	_, err = s.Put(ctx, store.Item{Kind: store.APIKey, Partition: rec.Mode.String(), ID: rec.ID, Value: value}, prev)
	return err
}

func (r *keyRecord) view() api.Key {
	if r == nil {
		return api.Key{}
	}
	return api.Key{
		ID: r.ID, Mode: r.Mode.String(), Kind: string(r.Kind), Merchant: r.Merchant, Place: r.Place, Name: r.Name, Created: r.Created, Revoked: r.Revoked,
	}
}

func digest(credential string) string {
	sum := sha256.Sum256([]byte(credential))
	return hex.EncodeToString(sum[:])
}

// keyring is the keys that hold, by hash.
type keyring struct {
	mu     sync.RWMutex
	byHash map[string]Key
}

func (k *keyring) put(r *keyRecord) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byHash == nil {
		k.byHash = make(map[string]Key)
	}
	if !r.Revoked.IsZero() {
		delete(k.byHash, r.Hash)
		return
	}
	k.byHash[r.Hash] = Key{Caller: Caller{Mode: r.Mode, Merchant: r.Merchant}, ID: r.ID, Kind: r.Kind, Place: r.Place}
}

var errKey = fault.New(fault.Unauthorized, fault.CodeUnauthorized, "The API key is unknown or was revoked.")

// Authenticate returns who holds a key, or an unauthorized fault.
func (c *Catalogue) Authenticate(credential string) (Key, error) {
	hash := digest(credential) // looking up a hash tells nothing by its timing
	c.keys.mu.RLock()
	defer c.keys.mu.RUnlock()
	k, ok := c.keys.byHash[hash]
	if !ok {
		return Key{}, errKey
	}
	return k, nil
}
