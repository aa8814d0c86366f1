package engine

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// A device token is "fl_dev_", the user's id, "." and 256 random bits. It names its owner, so that no index from
// tokens to people is needed: one place less that would have to forget somebody.
const (
	tokenPrefix = "fl_dev_"
	secretBytes = 32
)

var errToken = fault.New(fault.Unauthorized, fault.CodeUnauthorized, "The device token is unknown or was revoked; opt in again.")

func newToken(user id.User) (token string, hash []byte) {
	var secret [secretBytes]byte
	_, _ = rand.Read(secret[:]) // never fails
	sum := sha256.Sum256(secret[:])
	return tokenPrefix + string(user) + "." + base64.RawURLEncoding.EncodeToString(secret[:]), sum[:]
}

func parseToken(token string) (user id.User, hash []byte, err error) {
	rest, ok := strings.CutPrefix(token, tokenPrefix)
	name, coded, found := strings.Cut(rest, ".")
	secret, decodeErr := base64.RawURLEncoding.DecodeString(coded)
	if !ok || !found || decodeErr != nil || len(secret) != secretBytes || id.Check("token", name, id.PrefixUser) != nil {
		return "", nil, errToken
	}
	sum := sha256.Sum256(secret)
	return id.User(strings.Clone(name)), sum[:], nil // or the secret would stay in memory as long as the person does
}

func (p *profile) holds(hash []byte) bool {
	ok := 0
	for _, h := range p.Secrets {
		ok |= subtle.ConstantTimeCompare(h, hash)
	}
	return ok == 1
}
