package id_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

func TestNewIsFreshAndValid(t *testing.T) {
	seen := map[string]bool{}
	for _, prefix := range []string{
		id.PrefixUser, id.PrefixMerchant, id.PrefixPlace, id.PrefixOffer, id.PrefixDelivery, id.PrefixRedemption, id.PrefixPurchase,
	} {
		for range 100 {
			s := id.New(prefix)
			if err := id.Check("id", s, prefix); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			if len(s) != len(prefix)+26 {
				t.Fatalf("%s: want 26 characters after the prefix", s)
			}
			if seen[s] {
				t.Fatalf("%s came twice", s)
			}
			seen[s] = true
		}
	}
}

func TestUserCarriesItsHome(t *testing.T) {
	for _, home := range []string{"0", "eu", "871fb4662ffffff"} {
		u := id.NewUser(home)
		if err := id.Check("user", string(u), id.PrefixUser); err != nil {
			t.Error(err)
		}
		if u.Home() != home {
			t.Errorf("%s: home %q, want %q", string(u), u.Home(), home)
		}
	}
	for _, odd := range []id.User{"", "usr_", "plc_0"} {
		_ = odd.Home() // must not panic
	}
}

// TestShardsAreFixed pins the mapping: a cluster's streams are cut by it, so it may never change.
func TestShardsAreFixed(t *testing.T) {
	users := map[id.User]int{"usr_0_00000000000000000000000000": 49, "usr_0_00000000000000000000000001": 42, "usr_eu_zzzz": 17}
	for u, want := range users {
		if got := u.Shard(); got != want {
			t.Errorf("%s: shard %d, want %d", u, got, want)
		}
	}
	offers := map[id.Offer]int{"off_0": 5, "off_1": 2, "off_zzzz": 1}
	for o, want := range offers {
		if got := o.Shard(); got != want {
			t.Errorf("%s: shard %d, want %d", o, got, want)
		}
	}
}

// TestShardsAreEven wants every shard within a third of its fair share, for random ids and for counted ones.
func TestShardsAreEven(t *testing.T) {
	const n = 64_000
	check := func(t *testing.T, counts []int) {
		t.Helper()
		fair := n / len(counts)
		for shard, got := range counts {
			if got < fair*2/3 || got > fair*4/3 {
				t.Errorf("shard %d has %d, fair would be %d", shard, got, fair)
			}
		}
	}
	for name, next := range map[string]func(i int) string{
		"random":  func(int) string { return id.New("") },
		"counted": func(i int) string { return fmt.Sprintf("%026d", i) },
	} {
		t.Run(name, func(t *testing.T) {
			users, offers := make([]int, id.UserShards), make([]int, id.LedgerShards)
			for i := range n {
				s := next(i)
				users[id.User(id.PrefixUser+"0_"+s).Shard()]++
				offers[id.Offer(id.PrefixOffer+s).Shard()]++
			}
			check(t, users)
			check(t, offers)
		})
	}
}

func TestCheck(t *testing.T) {
	for name, s := range map[string]string{
		"empty":            "",
		"prefix alone":     "off_",
		"another prefix":   "plc_abc",
		"upper case":       "off_Abc",
		"a space":          "off_a b",
		"a slash":          "off_../x",
		"not ASCII":        "off_ä",
		"a control":        "off_\x00",
		"longer than 64":   "off_" + strings.Repeat("a", 61),
		"prefix elsewhere": "xoff_abc",
	} {
		t.Run(name, func(t *testing.T) {
			var f *fault.Error
			if err := id.Check("offer", s, id.PrefixOffer); !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != "offer" {
				t.Errorf("%q: want an invalid fault that names the field, got %v", s, err)
			}
		})
	}
	for _, s := range []string{"off_a", "off_0_z9", "off_" + strings.Repeat("a", 60)} {
		if err := id.Check("offer", s, id.PrefixOffer); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("usr_0_abc")
	f.Add("usr_")
	f.Fuzz(func(t *testing.T, s string) {
		if id.Check("user", s, id.PrefixUser) == nil && (len(s) > 64 || strings.ContainsAny(s, " /\\\"'\n\x00*?[]")) {
			t.Errorf("%q passed", s)
		}
		u := id.User(s)
		if n := u.Shard(); n < 0 || n >= id.UserShards {
			t.Errorf("shard %d", n)
		}
		if len(s) > 8 && strings.Contains(u.Digest(), s) {
			t.Errorf("the digest shows the id")
		}
	})
}

func TestUserHidesInLogs(t *testing.T) {
	u := id.NewUser("0")
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	log.Info("seen", "user", u)
	if strings.Contains(out.String(), string(u)) {
		t.Errorf("the id stands in the log: %s", out.String())
	}
	if !strings.Contains(out.String(), u.Digest()) {
		t.Errorf("no digest in the log: %s", out.String())
	}
	if again := id.User(string(u)); u.Digest() != again.Digest() || u.Digest() == id.NewUser("0").Digest() {
		t.Error("a digest must be stable and tell people apart")
	}
}

func Example() {
	user := id.User("usr_0_4t9x2m")
	fmt.Println(user.Home(), user.Shard() < id.UserShards)
	fmt.Println(id.Check("place", "plc_Café", id.PrefixPlace))
	// Output:
	// 0 true
	// invalid_field: place: must hold only a-z, 0-9 and _
}

func TestDerive(t *testing.T) {
	a := id.Derive(id.PrefixPlace, "live", "", "x")
	if a != id.Derive(id.PrefixPlace, "live", "", "x") || len(a) != len(id.New(id.PrefixPlace)) || id.Check("id", a, id.PrefixPlace) != nil {
		t.Errorf("id = %q", a)
	}
	for _, parts := range [][]string{{"test", "", "x"}, {"live", "x", ""}, {"live", "x"}, {"livex"}, {"live", "", "y"}} {
		if id.Derive(id.PrefixPlace, parts...) == a {
			t.Errorf("%q gives the same id", parts)
		}
	}
}
