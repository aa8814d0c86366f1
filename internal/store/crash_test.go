package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

const (
	crashDir    = "FLANEUR_STORE_CRASH_DIR"    // set: this process is the one to be killed
	crashRounds = "FLANEUR_STORE_CRASH_ROUNDS" // how often; default 6
	crashBudget = 500
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeUntilKilled does everything that the store promises to keep, all at once, and says on standard output what
// has been acknowledged; "erasing" alone is said before the act.
func writeUntilKilled(dir string) error {
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		return err
	}
	ctx := context.Background()
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	failed := make(chan error)
	run := func(step func() error) {
		go func() {
			for {
				if err := step(); err != nil {
					failed <- err
				}
			}
		}()
	}
	for range 3 {
		run(func() error { // a person: opts in, changes the consent, redeems
			u := id.NewUser("0")
			if err := s.CreateUser(ctx, u, store.Record{Name: "profile", Value: []byte("0")}); err != nil {
				return err
			}
			say("consent %s 0", u)
			for n := 1; n < 5; n++ {
				_, rev, err := s.ReadUser(ctx, u, "profile")
				if err != nil {
					return err
				}
				if _, err = s.WriteUser(ctx, u, "profile", []byte(strconv.Itoa(n)), rev); err != nil {
					return err
				}
				say("consent %s %d", u, n)
				red := id.Redemption(id.New(id.PrefixRedemption))
				ticket, err := s.Claim(ctx, taking("off_crash", u, red, crashBudget, 0))
				if fault.From(err) == nil {
					say("claim %s %s %d", u, red, ticket)
				} else if fault.From(err).Code != fault.CodeSoldOut {
					return err
				}
			}
			return nil
		})
	}
	run(func() error { // a merchant
		var puts []store.Put
		for range 1 + rand.IntN(4) {
			it := item(store.Offer, id.New(id.PrefixOffer), "v")
			it.Cells = []geo.Cell{geo.Cell(rand.Uint64())}
			puts = append(puts, store.Put{Item: it})
		}
		res, err := s.PutBatch(ctx, puts)
		for i := range res {
			say("item %s", puts[i].Item.ID)
		}
		return err
	})
	run(func() error { // a person who leaves
		u := id.NewUser("0")
		if err := s.CreateUser(ctx, u, store.Record{Name: "profile"}, store.Record{Name: "state"}); err != nil {
			return err
		}
		say("erasing %s", u)
		_, err := s.EraseUser(ctx, u)
		say("erased %s", u)
		return err
	})
	return <-failed
}

// promised is what a killed process had acknowledged.
type promised struct {
	consents map[id.User]int
	claims   map[string]int // "user redemption" → ticket
	items    []string
	erasing  map[id.User]bool // true once done
}

func (p *promised) hear(line string) {
	word := strings.Fields(line)
	switch word[0] {
	case "consent":
		p.consents[id.User(word[1])], _ = strconv.Atoi(word[2])
	case "claim":
		p.claims[word[1]+" "+word[2]], _ = strconv.Atoi(word[3])
	case "item":
		p.items = append(p.items, word[1])
	case "erasing":
		p.erasing[id.User(word[1])] = false
	case "erased":
		p.erasing[id.User(word[1])] = true
	}
}

// kill -9 at random moments, again and again on one directory: whatever was acknowledged is there, and nobody who
// was erased is in any file.
func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	t.Parallel()
	rounds := 6
	if n, err := strconv.Atoi(os.Getenv(crashRounds)); err == nil {
		rounds = n
	}
	dir := filepath.Join(t.TempDir(), "data")
	p := &promised{map[id.User]int{}, map[string]int{}, nil, map[id.User]bool{}}
	finished := 0
	for range rounds {
		killAt(t, dir, 1+rand.IntN(6000), p)
		s, err := store.Open(dir, store.Options{})
		ok(t, err)
		if r := s.OpenReport(); !r.Clean() {
			t.Fatalf("damage after a kill: %+v", r)
		}
		finished += s.OpenReport().ErasesFinished
		p.check(t, s, dir)
		ok(t, s.Close())
	}
	t.Logf("%d rounds: %d users, %d claims, %d items, %d erases, of which %d finished at open",
		rounds, len(p.consents), len(p.claims), len(p.items), len(p.erasing), finished)
}

// killAt runs the writer and kills it after it has said some lines; what it said meanwhile counts too.
func killAt(t *testing.T, dir string, lines int, p *promised) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	ok(t, err)
	ok(t, child.Start())
	sc := bufio.NewScanner(out)
	heard := 0
	for sc.Scan() {
		p.hear(sc.Text())
		if heard++; heard == lines {
			ok(t, child.Process.Kill())
		}
	}
	if err := child.Wait(); heard < lines {
		t.Fatalf("the writer ended by itself after %d lines: %v", heard, err)
	}
}

func (p *promised) check(t *testing.T, s *store.Store, dir string) {
	t.Helper()
	ctx := t.Context()
	report := must(s.Verify(ctx))(t)
	if !report.Clean() {
		t.Fatalf("%+v", report)
	}
	for u, n := range p.consents {
		v, _, err := s.ReadUser(ctx, u, "profile")
		if got, _ := strconv.Atoi(string(v)); err != nil || got < n || got > n+1 {
			t.Fatalf("consent %d was acknowledged, %q is there: %v", n, v, err)
		}
	}
	for _, name := range p.items {
		if _, err := s.Get(ctx, "live", store.Offer, name); err != nil {
			t.Fatal(err)
		}
	}
	tickets := map[int]bool{}
	for claim, ticket := range p.claims {
		u, red, _ := strings.Cut(claim, " ")
		again := must(s.Claim(ctx, taking("off_crash", id.User(u), id.Redemption(red), crashBudget, 0)))(t)
		if again != ticket || tickets[ticket] {
			t.Fatalf("ticket %d became %d", ticket, again)
		}
		tickets[ticket] = true
	}
	if n := must(s.Claimed(ctx, "off_crash"))(t).Count; n < len(p.claims) || n > crashBudget {
		t.Fatalf("%d claims stand, %d were acknowledged", n, len(p.claims))
	}
	var core []byte
	for _, name := range files {
		core = append(core, must(os.ReadFile(filepath.Join(dir, name)))(t)...)
	}
	for u, done := range p.erasing {
		if done && !s.Erased(ctx, u) {
			t.Fatal("an acknowledged erase is undone")
		}
		if s.Erased(ctx, u) && strings.Contains(string(core), string(u)) {
			t.Fatal("an erased user is in a file")
		}
	}
}
