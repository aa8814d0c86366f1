package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

const (
	crowd = 200
	units = 50
)

// target is the server of the moment: it is killed and started again, elsewhere.
type target struct {
	mu   sync.Mutex
	cond sync.Cond
	url  string
	life int
}

// after waits for a life of the server after this one.
func (s *target) after(life int) (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.life <= life {
		s.cond.Wait()
	}
	return s.url, s.life
}

func (s *target) begin(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = url
	s.life++
	s.cond.Broadcast()
}

// TestCrowdBeforeAKilledServer sends 200 people after 50 units, over REST, while the server is killed again and again:
// exactly 50 reservations stand, each with a ticket of its own.
func TestCrowdBeforeAKilledServer(t *testing.T) {
	dir := t.TempDir()
	c := spawn(t, dir)
	m, err := c.merchant.CreateMerchant(t.Context(), api.MerchantInput{Name: "Lindenblatt"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.merchant.CreateOffer(t.Context(), offerInput(m.ID, api.Budget{Total: units, PerUser: 1}))
	if err != nil {
		t.Fatal(err)
	}
	people := crowdOf(t, c, crowd)
	server := &target{}
	server.cond.L = &server.mu
	answers := make([]api.Redemption, crowd)
	gained := make(chan struct{}, crowd)
	var wishes sync.WaitGroup
	for i, token := range people {
		wishes.Go(func() {
			if want(t, server, token, o.ID, fmt.Sprintf("wish-of-%03d", i), &answers[i]) {
				gained <- struct{}{}
			}
		})
	}
	done := make(chan struct{})
	go func() { wishes.Wait(); close(done) }()
	kills := 0
	server.begin(c.url)
	for {
		for range 7 { // some more succeed, then the next kill, in the middle of whatever is under way
			select {
			case <-gained:
			case <-done:
			}
		}
		c.kill()
		kills++
		c = spawn(t, dir)
		server.begin(c.url)
		select {
		case <-done:
		default:
			continue
		}
		break
	}
	checkCrowd(t, c, people, answers)
	c.kill()
	verify(t, dir)
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if tally, err := s.Claimed(t.Context(), string(o.ID)); err != nil || tally.Count != units {
		t.Errorf("%+v claims stand, %v", tally, err)
	}
	t.Logf("%d people, %d units, %d kills", crowd, units, kills)
}

func crowdOf(t testing.TB, c *child, n int) []api.Secret {
	t.Helper()
	grant := api.Grant{Granted: true, Policy: "1"}
	people := make([]api.Secret, n)
	for i := range people {
		in, err := c.phone.OptIn(t.Context(), api.OptIn{Consents: map[string]api.Grant{"location": grant}})
		if err != nil {
			t.Fatal(err)
		}
		people[i] = in.Token
	}
	return people
}

// want asks until there is an answer that holds, whatever happens to the server, and reports whether a unit was got.
func want(t *testing.T, server *target, token api.Secret, offer id.Offer, key string, got *api.Redemption) bool {
	url, life := server.after(0)
	for {
		status, body, err := reserve(t.Context(), url, token, offer, key)
		switch {
		case err != nil: // nobody knows whether it was taken
			url, life = server.after(life)
		case status == http.StatusCreated:
			if err := json.Unmarshal(body, got); err != nil {
				t.Error(err)
			}
			return true
		case status == http.StatusGone && strings.Contains(string(body), fault.CodeSoldOut):
			return false
		case status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
			t.Errorf("%d %s", status, body)
			return false
		}
	}
}

func reserve(ctx context.Context, url string, token api.Secret, offer id.Offer, key string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/me/redemptions", strings.NewReader(`{"offer":"`+string(offer)+`"}`))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// checkCrowd asks the server what stands.
func checkCrowd(t *testing.T, c *child, people []api.Secret, answers []api.Redemption) {
	t.Helper()
	stand, tickets, codes := 0, map[int]bool{}, map[string]bool{}
	for i, token := range people {
		page, err := c.phone.As(token).Redemptions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 0 && answers[i].ID == "" {
			continue
		}
		if len(page.Items) != 1 || page.Items[0].ID != answers[i].ID || page.Items[0].Ticket != answers[i].Ticket || page.Items[0].Status != "reserved" {
			t.Errorf("person %d was told %+v, and has %+v", i, answers[i], page.Items)
			continue
		}
		stand++
		tickets[page.Items[0].Ticket], codes[page.Items[0].Code] = true, true
	}
	if stand != units || len(tickets) != units || len(codes) != units {
		t.Errorf("%d reservations with %d tickets and %d codes stand, want %d", stand, len(tickets), len(codes), units)
	}
	for ticket := range tickets {
		if ticket < 1 || ticket > units {
			t.Errorf("ticket %d", ticket)
		}
	}
}
