package voucher

import (
	"encoding/base32"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// alphabet is Crockford's: without I, L, O and U, which look like others.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var crockford = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// CodeBytes is how many random bytes a code is made of; its 9 characters hold 45 bits of them.
const (
	CodeBytes  = 6
	codeLength = 10 // with its check character
)

// Code returns the code of some random bytes, at least CodeBytes: nine characters and a check character, as
// XXXXX-XXXXX.
func Code(random []byte) string {
	s := crockford.EncodeToString(random[:CodeBytes])[:codeLength-1]
	s += string(alphabet[check(s)])
	return s[:codeLength/2] + "-" + s[codeLength/2:]
}

// ParseCode returns a code as Code writes it, from what somebody typed: in any case, with or without hyphens and spaces,
// with O for 0 and I or L for 1. One wrong character, or two neighbours swapped, is an unknown_code fault.
func ParseCode(typed string) (string, error) {
	s := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	if len(s) != codeLength || strings.Trim(s, alphabet) != "" || alphabet[check(s[:codeLength-1])] != s[codeLength-1] {
		return "", Refuse(fault.CodeUnknownCode)
	}
	return s[:codeLength/2] + "-" + s[codeLength/2:], nil
}

// check is a polynomial over GF(32): every character has a weight of its own, so a wrong one and a swap both show.
func check(s string) (c int) {
	for i := range len(s) {
		if c <<= 1; c >= 32 {
			c ^= 0b100101 // x⁵ + x² + 1 is primitive
		}
		c ^= strings.IndexByte(alphabet, s[i])
	}
	if c <<= 1; c >= 32 {
		c ^= 0b100101
	}
	return c
}
