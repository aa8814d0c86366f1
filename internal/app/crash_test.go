package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
	"github.com/flaneur-io/flaneur/wire"
)

// The test binary serves when this variable names a data directory; crashRounds sets how often it is killed.
const (
	childDir    = "FLANEUR_TEST_CHILD_DIR"
	crashRounds = "FLANEUR_TEST_CRASHES"
)

// ready is what the child prints when it serves.
type ready struct{ Addr, Secret, Publishable string }

// serveChild is a server in a process of its own, until it is killed.
func serveChild(dir string) int {
	cfg := config.Default()
	cfg.Data, cfg.Listen = dir, "127.0.0.1:0"
	cfg.Webhooks.AllowPrivate = true
	ctx := context.Background()
	s, err := app.New(ctx, app.Options{Config: cfg})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	secret, err1 := s.CreateKey(ctx, catalogue.KeySpec{Kind: catalogue.Secret})
	publishable, err2 := s.CreateKey(ctx, catalogue.KeySpec{Kind: catalogue.Publishable})
	line, err3 := json.Marshal(ready{s.Addr(), secret, publishable})
	if err1 != nil || err2 != nil || err3 != nil {
		fmt.Fprintln(os.Stderr, err1, err2, err3)
		return 1
	}
	fmt.Println(string(line))
	_ = s.Run(ctx)
	return 0
}

// child is such a process.
type child struct {
	cmd      *exec.Cmd
	merchant *client.Client
	phone    *client.Client
	url      string
}

func spawn(t testing.TB, dir string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(self)}
	c.cmd.Env = append(os.Environ(), childDir+"="+dir)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var r ready
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&r); err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	c.url = "http://" + r.Addr
	if c.merchant, err = client.New(c.url, api.Secret(r.Secret)); err != nil {
		t.Fatal(err)
	}
	if c.phone, err = client.New(c.url, api.Secret(r.Publishable)); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	c.merchant.Close()
	c.phone.Close()
}

// facts is what servers have acknowledged.
type facts struct {
	mu          sync.Mutex
	offers      []id.Offer
	withdrawn   map[api.Secret]bool // push consent withdrawn, by token
	people      []api.Secret
	redemptions map[api.Secret]id.Redemption
	erased      []api.Secret
	tickets     map[int]int
}

const sale = 40 // units of the one offer that everybody wants

func TestKilledServerForgetsNothing(t *testing.T) {
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv(crashRounds)); err == nil {
		rounds = n
	}
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	f := &facts{withdrawn: map[api.Secret]bool{}, redemptions: map[api.Secret]id.Redemption{}, tickets: map[int]int{}}
	var wanted id.Offer
	for round := range rounds {
		c := spawn(t, dir)
		if round == 0 {
			wanted = onSale(t, c)
		}
		f.check(t, c)
		acknowledged := make(chan struct{}, 1024)
		ctx, cancel := context.WithCancel(t.Context())
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() { f.live(ctx, c, wanted, acknowledged) })
		}
		for range 5 + rng.IntN(200) {
			<-acknowledged
		}
		c.kill() // in the middle of whatever is under way
		cancel()
		workers.Wait()
	}
	c := spawn(t, dir)
	f.check(t, c)
	c.kill()
	verify(t, dir)
	t.Logf("%d kills; acknowledged: %d offers, %d people, %d redemptions, %d erasures", rounds, len(f.offers), len(f.people), len(f.redemptions), len(f.erased))
}

func onSale(t *testing.T, c *child) id.Offer {
	t.Helper()
	m, err := c.merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Lindenblatt", ExternalID: "m"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.merchant.CreateOffer(t.Context(), offerInput(m.ID, api.Budget{Total: sale, PerUser: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func offerInput(m id.Merchant, b api.Budget) api.OfferInput {
	reach, err := geo.NewCircle(market, 200)
	if err != nil {
		panic(err)
	}
	return api.OfferInput{Merchant: m, Title: "Sale", Category: "fashion", Reach: &reach, Triggers: []string{"nearby"}, Budget: b}
}

// live does what merchants and people do, and notes what was acknowledged, until the server is gone.
func (f *facts) live(ctx context.Context, c *child, wanted id.Offer, acknowledged chan<- struct{}) {
	note := func(err error, add func()) bool {
		if err != nil {
			return false
		}
		f.mu.Lock()
		add()
		f.mu.Unlock()
		select {
		case acknowledged <- struct{}{}:
		default:
		}
		return true
	}
	for i := 0; ctx.Err() == nil; i++ {
		o, err := c.merchant.CreateOffer(ctx, offerInput(f.merchant(ctx, c), api.Budget{}))
		if !note(err, func() { f.offers = append(f.offers, o.ID) }) {
			return
		}
		grant := api.Grant{Granted: true, Policy: "1"}
		in, err := c.phone.OptIn(ctx, api.OptIn{Consents: map[string]api.Grant{"location": grant, "push": grant}})
		if !note(err, func() { f.people = append(f.people, in.Token) }) {
			return
		}
		me := c.phone.As(in.Token)
		_, err = me.Positions(ctx, []wire.Fix{fix(market)})
		if !note(err, func() {}) {
			return
		}
		_, err = me.ChangeConsents(ctx, api.ConsentChange{Consents: map[string]api.Grant{"push": {}}})
		if !note(err, func() { f.withdrawn[in.Token] = true }) {
			return
		}
		r, err := me.Redeem(ctx, api.Redeem{Offer: wanted, Redeem: true})
		if code := fault.From(err); code == nil || code.Code != fault.CodeSoldOut {
			if !note(err, func() { f.redemptions[in.Token] = r.ID; f.tickets[r.Ticket]++ }) {
				return
			}
		}
		if i%2 == 1 {
			_, err = me.Erase(ctx)
			if !note(err, func() { f.erased = append(f.erased, in.Token) }) {
				// Whether it was done is unknown: the person is no longer evidence of anything.
				f.mu.Lock()
				f.forget(in.Token)
				f.mu.Unlock()
				return
			}
			f.mu.Lock()
			f.forget(in.Token)
			f.mu.Unlock()
		}
	}
}

func (f *facts) merchant(ctx context.Context, c *child) id.Merchant {
	page, err := c.merchant.Merchants(ctx, "", 1)
	if err != nil || len(page.Items) == 0 {
		return "mer_gone"
	}
	return page.Items[0].ID
}

func (f *facts) forget(token api.Secret) {
	delete(f.withdrawn, token)
	delete(f.redemptions, token)
	for i, p := range f.people {
		if p == token {
			f.people = append(f.people[:i], f.people[i+1:]...)
			return
		}
	}
}

// check asks a server for everything that was acknowledged before.
func (f *facts) check(t *testing.T, c *child) {
	t.Helper()
	for _, o := range f.offers {
		if _, err := c.merchant.Offer(t.Context(), o); err != nil {
			t.Errorf("offer %s: %v", o, err)
		}
	}
	for _, token := range f.people {
		account, err := c.phone.As(token).Me(t.Context(), time.Time{})
		if err != nil {
			t.Errorf("a person: %v", err)
			continue
		}
		if f.withdrawn[token] && account.Consents["push"].Granted {
			t.Error("a withdrawn consent is granted again")
		}
		if want, ok := f.redemptions[token]; ok && (len(account.Redemptions) != 1 || account.Redemptions[0].ID != want) {
			t.Errorf("a redemption is lost: %+v", account.Redemptions)
		}
	}
	for _, token := range f.erased {
		if _, err := c.phone.As(token).Me(t.Context(), time.Time{}); fault.From(err) == nil || fault.From(err).Code != fault.CodeErased {
			t.Errorf("an erased person answers %v", err)
		}
	}
	for ticket, n := range f.tickets {
		if n > 1 || ticket > sale {
			t.Errorf("ticket %d of %d was given %d times", ticket, sale, n)
		}
	}
}

func verify(t *testing.T, dir string) {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if r := s.OpenReport(); !r.Clean() {
		t.Errorf("opened with damage: %+v", r)
	}
	r, err := s.Verify(t.Context())
	if err != nil || !r.Clean() {
		t.Errorf("verify: %+v, %v", r.Broken, err)
	}
}
