package offerkit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

// TestMain ends the world of the examples before it looks for goroutines that are left. buntdb's background goroutine, the
// server's, ends within a second of its Close.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range stage.ends {
		end()
	}
	if err := goleak.Find(goleak.IgnoreTopFunction("github.com/tidwall/buntdb.(*DB).backgroundManager")); code == 0 && err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

// stage is the world of the examples: a server of their own with one offer.
var stage = &stand{}

// stand is as much of a test as an example needs: what fails, panics.
type stand struct {
	testing.TB
	once  sync.Once
	world *world
	last  *phone // of the present example
	ends  []func()
}

func (s *stand) Helper()                   {}
func (s *stand) Context() context.Context  { return context.Background() }
func (s *stand) Cleanup(f func())          { s.ends = append([]func(){f}, s.ends...) }
func (s *stand) Fatal(args ...any)         { panic(errors.New(fmt.Sprint(args...))) }
func (s *stand) Errorf(f string, a ...any) { panic(fmt.Errorf(f, a...)) }

func (s *stand) TempDir() string {
	dir, err := os.MkdirTemp("", "offerkit")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// nobody returns a kit on which nobody has opted in.
func nobody() (*offerkit.Kit, *offerkit.Offer) {
	stage.once.Do(func() {
		stage.world = newWorld(stage)
		stage.world.Lunch(stage, market)
	})
	stage.last = stage.world.phone(stage)
	return stage.last.kit(), nil
}

// somebody returns the kit of a person who allows everything, mood by their own word, and just got an offer.
func somebody() (*offerkit.Kit, *offerkit.Offer) {
	kit, _ := nobody()
	choices := offerkit.NewChoices()
	choices.Location, choices.Push, choices.Purchases, choices.Policy = true, true, true, "2026-06"
	choices.MoodLevel, choices.Interests = "help", "restaurant.italian"
	p := stage.last
	p.must(kit.OptIn(choices, 60))
	p.must(kit.Start())
	p.must(kit.Track(p.at(0)))
	offer := next(stage, p.offers)
	p.must(kit.Flush(60))
	return kit, offer
}
