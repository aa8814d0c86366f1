package engine

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers/voucher"
)

// Codes finds people by the codes that they show. *store.Store is one.
type Codes interface {
	// PutCode makes or replaces a code of a user, to be forgotten at keep (zero: at once). From due on it is found by DueCodes.
	PutCode(ctx context.Context, user id.User, text string, value []byte, due, ended, keep time.Time) error
	FindCode(ctx context.Context, text string) (user id.User, value []byte, err error)
	CodeLists
}

// CodeLists are codes that are due, and codes that ended since; fn may use the store.
type CodeLists interface {
	DueCodes(ctx context.Context, now time.Time, fn func(user id.User, value []byte) bool) error
	EndedCodes(ctx context.Context, since time.Time, fn func(user id.User, value []byte) bool) error
}

// Vouchers is what codes and tokens are made with.
type Vouchers struct {
	Codes []byte               // secret that codes are derived with
	Sign  []ed25519.PrivateKey // of tokens: the last one signs, all verify
}

// orFresh fills in what is missing, for as long as the process lives.
func (v Vouchers) orFresh() Vouchers {
	if len(v.Codes) == 0 {
		v.Codes = make([]byte, 32)
		_, _ = rand.Read(v.Codes) // never fails: it aborts the program instead
	}
	if len(v.Sign) == 0 {
		seed := make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(seed)
		v.Sign = []ed25519.PrivateKey{ed25519.NewKeyFromSeed(seed)}
	}
	return v
}

func (v *Vouchers) newest() ed25519.PrivateKey { return v.Sign[len(v.Sign)-1] }

// Keys returns the public keys, oldest first.
func (v *Vouchers) keys() voucher.Keys {
	keys := make(voucher.Keys, len(v.Sign))
	for _, k := range v.Sign {
		public := k.Public().(ed25519.PublicKey)
		keys[voucher.IDOf(public)] = public
	}
	return keys
}

// code derives the code of something that has one: so a repeat makes the same, and a redemption finds its person.
func (v *Vouchers) code(of string) string {
	mac := hmac.New(sha256.New, v.Codes)
	_, _ = mac.Write([]byte(of))
	return voucher.Code(mac.Sum(nil))
}
