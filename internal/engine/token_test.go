package engine

import (
	"testing"
	"unsafe"

	"github.com/flaneur-io/flaneur/internal/id"
)

func TestParsedTokenLeavesNoSecretInMemory(t *testing.T) {
	want := id.NewUser(homeCell)
	token, _ := newToken(want)
	user, _, err := parseToken(token)
	if err != nil || user != want {
		t.Fatalf("user %q, %v", user, err)
	}
	if unsafe.StringData(string(user)) == unsafe.StringData(token[len(tokenPrefix):]) {
		t.Error("the user's id keeps the whole token alive")
	}
}
