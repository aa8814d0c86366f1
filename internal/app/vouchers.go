package app

import (
	"context"
	"crypto/ed25519"

	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/store"
)

// SigningSecret names the secrets in the store that sign tokens for tills: the newest signs, all verify.
const SigningSecret = "signing"

// vouchers reads what codes and tokens are made with; the first start makes it.
func (s *Server) vouchers(ctx context.Context) (v engine.Vouchers, err error) {
	codes, err := s.store.Secrets(ctx, "vouchers")
	if err != nil {
		return v, err
	}
	v.Codes = codes[0]
	v.Sign, err = signingKeys(ctx, s.store)
	return v, err
}

func signingKeys(ctx context.Context, s *store.Store) (keys []ed25519.PrivateKey, err error) {
	seeds, err := s.Secrets(ctx, SigningSecret)
	for _, seed := range seeds {
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
	}
	return keys, err
}
