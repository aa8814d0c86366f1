package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strconv"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// User names a person who opted in. It is opaque, and logs show only a digest of it.
type User string

// Merchant names who registers offers. Neither it nor the types below name a person.
type Merchant string

// Place names a point of interest.
type Place string

// Offer names a promotion.
type Offer string

// Delivery names an offer sent to a person.
type Delivery string

// Redemption names a claim of an offer.
type Redemption string

// Purchase names a purchase that a merchant or a person reported.
type Purchase string

// Prefixes by kind. A prefix is part of the id.
const (
	PrefixUser       = "usr_"
	PrefixMerchant   = "mer_"
	PrefixPlace      = "plc_"
	PrefixOffer      = "off_"
	PrefixDelivery   = "dlv_"
	PrefixRedemption = "red_"
	PrefixPurchase   = "pur_"
	PrefixEvent      = "evt_"
	PrefixEndpoint   = "whk_" // of a webhook
	PrefixAlias      = "per_" // of a person, as one merchant sees them
)

// Fixed shard counts: see the package comment.
const (
	UserShards   = 64
	LedgerShards = 16
)

const maxLen = 64

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns prefix followed by 26 random characters (128 bits of crypto/rand).
func New(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails: it aborts the program instead
	return prefix + encoding.EncodeToString(b[:])
}

// Encode returns prefix followed by b in the alphabet of ids.
func Encode(prefix string, b []byte) string { return prefix + encoding.EncodeToString(b) }

// Derive returns prefix followed by 26 characters that depend on parts alone: the same name gives the same id on every
// server. Not for ids of people.
func Derive(prefix string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return prefix + encoding.EncodeToString(h.Sum(nil)[:16])
}

// NewUser returns a fresh user id whose home cell is home ("0" for a single deployment).
func NewUser(home string) User { return User(New(PrefixUser + home + "_")) }

// Home returns the home cell that the id carries.
func (u User) Home() string {
	rest, _ := strings.CutPrefix(string(u), PrefixUser)
	home, _, _ := strings.Cut(rest, "_")
	return home
}

// Shard returns the user's shard in [0, UserShards).
func (u User) Shard() int { return shard(string(u), UserShards) }

// LogValue shows a short digest, so that a careless log line names nobody.
func (u User) LogValue() slog.Value { return slog.StringValue(u.Digest()) }

// Digest returns a short, stable, one-way stand-in for logs.
func (u User) Digest() string { return "user#" + strconv.FormatUint(hash(string(u))>>40, 16) }

// Shard returns the offer's ledger shard in [0, LedgerShards).
func (o Offer) Shard() int { return shard(string(o), LedgerShards) }

// Check returns an Invalid fault for field unless s is an id with this prefix: lower-case letters, digits and
// underscores, at most 64 bytes.
func Check(field, s, prefix string) error {
	if !strings.HasPrefix(s, prefix) || len(s) == len(prefix) || len(s) > maxLen {
		return fault.Field(field, "must be an id that starts with %q", prefix)
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return fault.Field(field, "must hold only a-z, 0-9 and _")
		}
	}
	return nil
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	x := h.Sum64() // FNV's low bits mix badly on short inputs
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

func shard(s string, n uint64) int { return int(hash(s) % n) }
