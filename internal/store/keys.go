package store

import (
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// The keys, by file. The part before the first slash is the class of the key.
//
//	core.db   i/PARTITION/KIND/ID        item       catalogue
//	          u/USER/NAME                user       a lasting record of a user, sealed
//	          t/HASH                     tombstone  an erased user
//	          c/OFFER/TAG                claim      TAG is a keyed hash of the redemption
//	          o/HASH                     once       result of an idempotent call
//	          r/HASH                     code       what a person shows to a till, sealed
//	          m/salt                     meta
//	          m/secret/NAME/N            meta       a secret of the server
//	keys.db   k/USER                     key        the user's data key
//	state.db  u/USER/NAME                user       a passing record of a user, sealed
//	          n/ROOM/NAME                note       a record of one of the server's rooms; sealed if about a user
const (
	coreFile  = "core.db"
	keysFile  = "keys.db"
	stateFile = "state.db"

	itemPrefix      = "i/"
	userPrefix      = "u/"
	tombstonePrefix = "t/"
	claimPrefix     = "c/"
	oncePrefix      = "o/"
	codePrefix      = "r/"
	saltKey         = "m/salt"
	secretPrefix    = "m/secret/"
	keyPrefix       = "k/"
	notePrefix      = "n/"
)

// classOf names the class of a key, "" if there is none such.
func classOf(key string) string {
	switch prefix, _, _ := strings.Cut(key, "/"); prefix {
	case "i":
		return "item"
	case "u":
		return "user"
	case "t":
		return "tombstone"
	case "c":
		return "claim"
	case "o":
		return "once"
	case "r":
		return "code"
	case "m":
		return "meta"
	case "k":
		return "key"
	case "n":
		return "note"
	}
	return ""
}

// belongs reports whether a key of this class may stand in the file.
func belongs(file, key string) bool {
	switch classOf(key) {
	case "":
		return false
	case "key":
		return file == keysFile
	case "user":
		return file != keysFile
	case "note":
		return file == stateFile
	}
	return file == coreFile
}

// Class is one class of user records: how long a record is kept after its last write (0: until the erase), and
// whether it is synced before a write returns or within a second.
type Class struct {
	Name    string
	Keep    time.Duration
	Durable bool
}

const day = 24 * time.Hour

var classes = [...]Class{
	{"profile", 0, true}, // consents, preferences, devices
	{"purchase", 2 * 365 * day, true},
	{"redemption", 2 * 365 * day, true},
	{"rating", 2 * 365 * day, true},
	{"fix", day, false},         // the last position
	{"mood", day, false},        // the mood estimate
	{"traces", 7 * day, false},  // what it left behind: the guard rails' memory
	{"state", 365 * day, false}, // what was learned, limits of pushes
	{"delivery", 30 * day, false},
	{"shopping", 365 * day, true}, // the shopping list
}

// Classes returns the table of classes of user records, which is the retention that Flaneur promises.
func Classes() []Class { return append([]Class(nil), classes[:]...) }

// classOfRecord returns the class that a record's name belongs to.
func classOfRecord(name string) (Class, error) {
	class, rest, has := strings.Cut(name, "/")
	for _, c := range classes {
		if c.Name != class {
			continue
		}
		if has && !validID(rest) {
			return c, fault.Field("name", "must be a class, or a class, a slash and an id")
		}
		return c, nil
	}
	return Class{}, fault.Field("name", "must start with a known class of records")
}

func userKey(user id.User, name string) string { return userPrefix + string(user) + "/" + name }

// userOf returns the user that a key of class user or key is about.
func userOf(key string) id.User {
	_, rest, _ := strings.Cut(key, "/")
	user, _, _ := strings.Cut(rest, "/")
	return id.User(user)
}

// validID reports whether s is 1 to 128 of A-Z a-z 0-9 _ - . : and so can stand between slashes.
func validID(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("_-.:", rune(c)) {
			return false
		}
	}
	return true
}
