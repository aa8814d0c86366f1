package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/tidwall/buntdb"

	"github.com/flaneur-io/flaneur/internal/id"
)

const dataKeySize = 32

var errSeal = errors.New("the seal does not open")

// dataKey is a user's key: it seals the user's records and names the user in the ledger. It is read from keys.db,
// which is in memory anyway, for every use; nothing else keeps it, so nothing has to forget it.
type dataKey [dataKeySize]byte

func newDataKey() (k dataKey) {
	_, _ = rand.Read(k[:]) // never fails: it aborts the program instead
	return k
}

// aead seals with AES-256-GCM under random nonces: safe for 2^32 writes of one user.
func (k dataKey) aead() cipher.AEAD {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // the size is fixed
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// seal binds the record to its key in the file and to its revision, so that records can't be swapped.
func (k dataKey) seal(key string, rev Rev, plain []byte) string {
	return string(k.aead().Seal(nil, nil, plain, sealedAs(key, rev)))
}

func (k dataKey) open(key string, env envelope) ([]byte, error) {
	plain, err := k.aead().Open(nil, nil, []byte(env.payload), sealedAs(key, env.rev))
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

func sealedAs(key string, rev Rev) []byte {
	return binary.BigEndian.AppendUint64([]byte(key), uint64(rev))
}

// tag is a keyed hash of some words: the same for the same user, noise to everybody once the key is gone.
func (k dataKey) tag(words ...string) (t [16]byte) {
	mac := hmac.New(sha256.New, k[:])
	for _, w := range words {
		_, _ = mac.Write(appendText(nil, w))
	}
	copy(t[:], mac.Sum(nil))
	return t
}

// dataKeyOf returns the user's key, or the fault that says why there is none.
func (s *Store) dataKeyOf(ctx context.Context, user id.User) (k dataKey, err error) {
	if err := s.checkUser(user); err != nil {
		return k, err
	}
	err = s.keys.view(ctx, func(tx *buntdb.Tx) error {
		env, ok, err := get(tx, keyPrefix+string(user))
		if err != nil {
			return err
		}
		if !ok {
			return notFound("user")
		}
		if copy(k[:], env.payload) != dataKeySize {
			return errPayload
		}
		return nil
	})
	return k, err
}

// checkUser refuses malformed ids and erased users; a shard lock is held by whoever relies on the latter.
func (s *Store) checkUser(user id.User) error {
	if err := id.Check("user", string(user), id.PrefixUser); err != nil {
		return err
	}
	if s.graves.has(s.graveOf(user)) {
		return errErased
	}
	return nil
}
