package voucher

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// A token is tokenPrefix and, in Crockford's base 32 (which QR codes hold in their dense alphanumeric mode):
//
//	version 1 | key id 4 | redemption | offer | merchant | offer's version | flags | kind | value | max | item |
//	min spend | currency | group | expires (Unix seconds) | number of places | 6 bytes of each | Ed25519 signature 64
//
// Numbers are unsigned varints, texts are preceded by their length. The signature covers signedAs and all before it.
const (
	tokenPrefix  = "FL1"
	tokenVersion = 1
	signedAs     = "flaneur voucher\x00"
	maxToken     = 2048 // characters
	placeBytes   = 6

	flagStacks  = 1
	flagOffline = 2
)

// KeyID names a signing key within a token.
type KeyID [4]byte

// Keys are the public keys that tokens may be signed with.
type Keys map[KeyID]ed25519.PublicKey

// IDOf returns the name of a key.
func IDOf(k ed25519.PublicKey) (n KeyID) {
	sum := sha256.Sum256(k)
	copy(n[:], sum[:])
	return n
}

// PlaceKey stands for a place in a token.
func PlaceKey(p id.Place) uint64 {
	sum := sha256.Sum256([]byte(p))
	return binary.BigEndian.Uint64(sum[:]) >> (64 - 8*placeBytes)
}

// IsToken reports whether a text that a till read is meant to be a token, and not a code.
func IsToken(text string) bool {
	return len(text) > 2*codeLength && strings.HasPrefix(text, tokenPrefix)
}

// Sign returns the token of a voucher.
func (v *Voucher) Sign(key ed25519.PrivateKey) string {
	k := IDOf(key.Public().(ed25519.PublicKey))
	b := append([]byte{tokenVersion}, k[:]...)
	b = appendText(b, strings.TrimPrefix(string(v.Redemption), id.PrefixRedemption))
	b = appendText(b, strings.TrimPrefix(string(v.Offer), id.PrefixOffer))
	b = appendText(b, strings.TrimPrefix(string(v.Merchant), id.PrefixMerchant))
	b = binary.AppendUvarint(b, uint64(v.Version))
	flags := byte(0)
	if v.Stacks {
		flags |= flagStacks
	}
	if v.Offline {
		flags |= flagOffline
	}
	b = append(b, flags, byte(v.Kind))
	b = binary.AppendUvarint(b, uint64(v.Value))
	b = binary.AppendUvarint(b, uint64(v.Max))
	b = appendText(b, v.Item)
	b = binary.AppendUvarint(b, uint64(v.MinSpend))
	b = appendText(b, v.Currency)
	b = appendText(b, v.Group)
	b = binary.AppendUvarint(b, uint64(v.Expires.Unix()))
	places := v.Places
	if len(places) > maxPlaces {
		places = nil // and not Offline: the server knows them
	}
	b = binary.AppendUvarint(b, uint64(len(places)))
	for _, p := range places {
		b = append(b, binary.BigEndian.AppendUint64(nil, p)[8-placeBytes:]...)
	}
	b = append(b, ed25519.Sign(key, append([]byte(signedAs), b...))...)
	return tokenPrefix + crockford.EncodeToString(b)
}

// Verify reads a token and checks its signature. Faults: unknown_code (no token, or one that was changed), unknown_key.
func Verify(token string, keys Keys) (*Voucher, error) {
	if !IsToken(token) || len(token) > maxToken {
		return nil, Refuse(fault.CodeUnknownCode)
	}
	b, err := crockford.DecodeString(token[len(tokenPrefix):])
	if err != nil || len(b) < 1+4+ed25519.SignatureSize || b[0] != tokenVersion || crockford.EncodeToString(b) != token[len(tokenPrefix):] {
		return nil, Refuse(fault.CodeUnknownCode)
	}
	body, signature := b[:len(b)-ed25519.SignatureSize], b[len(b)-ed25519.SignatureSize:]
	key, known := keys[KeyID(b[1:5])]
	if !known {
		return nil, Refuse(fault.CodeUnknownKey)
	}
	v, ok := decode(body[5:])
	if !ok || !ed25519.Verify(key, append([]byte(signedAs), body...), signature) {
		return nil, Refuse(fault.CodeUnknownCode)
	}
	return v, nil
}

func decode(b []byte) (*Voucher, bool) {
	r := reader{rest: b}
	v := &Voucher{
		Redemption: id.Redemption(id.PrefixRedemption + r.text()), Offer: id.Offer(id.PrefixOffer + r.text()),
		Merchant: id.Merchant(id.PrefixMerchant + r.text()), Version: int(r.number()),
	}
	flags := r.byte()
	v.Stacks, v.Offline = flags&flagStacks != 0, flags&flagOffline != 0
	v.Kind = offers.RewardKind(r.byte())
	v.Value, v.Max, v.Item = r.number(), r.number(), r.text()
	v.MinSpend, v.Currency, v.Group = r.number(), r.text(), r.text()
	v.Expires = time.Unix(r.number(), 0).UTC()
	n := r.number()
	if r.bad || n > maxPlaces || int(n)*placeBytes != len(r.rest) {
		return nil, false
	}
	for i := range int(n) {
		var p [8]byte
		copy(p[8-placeBytes:], r.rest[i*placeBytes:])
		v.Places = append(v.Places, binary.BigEndian.Uint64(p[:]))
	}
	return v, true
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// reader takes fields off a token; after the first one that does not fit, bad is set and all are zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) number() int64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > 1<<53 {
		r.rest, r.bad = nil, true
		return 0
	}
	r.rest = r.rest[size:]
	return int64(n)
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

func (r *reader) text() string {
	n := r.number()
	if n > int64(len(r.rest)) {
		r.rest, r.bad = nil, true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
