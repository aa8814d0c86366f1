package offerkit_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/app/apptest"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
	"github.com/flaneur-io/flaneur/wire"
)

func background() *offerkit.DeviceState {
	d := offerkit.NewDeviceState()
	d.Foreground = false
	return d
}

// Who opts in after the server forgot who was here before inherits nothing of them.
func TestOptInAfterDenial(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	p.must(k.ReportMood(0.9, 0.1))
	p.must(k.Flush(60))
	k.NetworkChanged(false)
	for i := range 5 {
		p.later(30 * time.Second)
		p.must(k.Track(p.at(float64(3000 + 100*i))))
	}
	p.must(k.Purchase(offerkit.NewPurchase("fashion", 50, "EUR")))
	k.Shutdown()
	p.world = newWorld(t) // knows nobody
	k = p.kit()
	await(t, p.states, offerkit.StateDenied)
	c := offerkit.NewChoices()
	c.Push, c.Policy = true, "2026-06"
	p.must(k.OptIn(c, 60))
	p.must(k.Start())
	s := k.Stats()
	files, _ := filepath.Glob(filepath.Join(p.dir, "*", "*"))
	if s.Buffered != 0 || s.Waiting != 0 || len(files) != 0 {
		t.Errorf("inherited: %+v, %v", s, files)
	}
	if m := k.Mood(); m.Known {
		t.Errorf("inherited mood %+v", m)
	}
	p.must(k.Grant(offerkit.PurposeLocation, "1"))
	p.must(k.Grant(offerkit.PurposePurchases, "1"))
	p.must(k.Flush(60))
	data, err := k.MyData(60)
	p.must(err)
	if strings.Contains(data, "fashion") {
		t.Errorf("the new person has the old one's purchase")
	}
	if n := p.world.Engine().Stats().Fixes; n != 0 {
		t.Errorf("%d positions of the old person were told as the new one's", n)
	}
}

// What a broken disk kept of a withdrawn purpose goes at the next start, and never out.
func TestLeftoversWithoutConsent(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	k.NetworkChanged(false)
	for i := range 5 {
		p.later(30 * time.Second)
		p.must(k.Track(p.at(float64(3000 + 100*i))))
	}
	keep := t.TempDir()
	p.must(os.CopyFS(keep, os.DirFS(p.dir)))
	p.must(k.Withdraw(offerkit.PurposeLocation))
	k.Shutdown()
	p.must(os.RemoveAll(filepath.Join(p.dir, "flaneur")))
	p.must(os.CopyFS(p.dir, os.DirFS(keep))) // the disk did not let go
	k = p.kit()
	files, _ := filepath.Glob(filepath.Join(p.dir, "*", "*"))
	if n := k.Stats().Buffered; n != 0 || len(files) != 0 {
		t.Errorf("%d kept without consent, %v", n, files)
	}
	p.must(k.Grant(offerkit.PurposeLocation, "2"))
	p.must(k.Flush(60))
	if n := w.Engine().Stats().Fixes; n != 0 {
		t.Errorf("%d withdrawn positions were sent", n)
	}
}

// served is the kit of a phone whose server answers as the test wants.
func served(t *testing.T, serve http.HandlerFunc) (*phone, *offerkit.Kit) {
	t.Helper()
	var people atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/v1/users") {
			_, _ = fmt.Fprintf(w, `{"user":"usr_0_x","token":"fl_dev_%d"}`, people.Add(1))
			return
		}
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	p := (&world{Server: &apptest.Server{Key: "fl_test_pk_x"}, elsewhere: server.URL}).phone(t)
	return p, p.kit()
}

// A batch that is under way when location is withdrawn is called off.
func TestWithdrawalCallsOff(t *testing.T) {
	started, off := make(chan struct{}, 9), make(chan struct{}, 9)
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/positions") {
			_, _ = io.Copy(io.Discard, r.Body)
			started <- struct{}{}
			<-r.Context().Done()
			off <- struct{}{}
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	p.must(k.Track(p.at(3000)))
	<-started
	p.must(k.Withdraw(offerkit.PurposeLocation))
	select {
	case <-off:
	case <-time.After(30 * time.Second): // half of a call's patience
		t.Error("it goes on after the withdrawal")
	}
}

// A refusal of somebody who was here before says nothing about who is here now.
func TestLateRefusal(t *testing.T) {
	for _, answer := range []struct {
		status int
		code   string
	}{{410, "erased"}, {401, "unauthorized"}} {
		t.Run(answer.code, func(t *testing.T) {
			started, goOn := make(chan struct{}, 9), make(chan struct{})
			var n atomic.Int32
			p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/feedback") && n.Add(1) == 1 {
					started <- struct{}{}
					<-goOn
					w.Header().Set("Content-Type", "application/problem+json")
					w.WriteHeader(answer.status)
					_ = json.NewEncoder(w).Encode(map[string]any{"status": answer.status, "code": answer.code, "title": "x"})
					return
				}
				_, _ = io.WriteString(w, "{}")
			})
			k.SetDevice(background())
			p.everything(k)
			p.must(k.Feedback("off_1", "opened"))
			<-started
			p.must(k.ForgetDevice())
			p.everything(k)
			close(goOn)
			p.must(k.Feedback("off_1", "opened"))
			if err := k.Flush(60); err != nil || !k.OptedIn() || !k.Running() {
				t.Errorf("the newcomer was thrown out: %v", err)
			}
		})
	}
}

// After a push in the background Flush returns: that it came is told over the next socket.
func TestFlushAfterPush(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	k.SetDevice(background())
	p.everything(k)
	_, err := k.HandlePush([]byte(`{"delivery":"dlv_1","offer":"off_1"}`))
	p.must(err)
	p.must(k.Flush(60))
}

// A server that asks to be left alone is, however often positions come.
func TestRetryAfter(t *testing.T) {
	var n atomic.Int32
	first := make(chan struct{}, 1000)
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		w.Header().Set("Retry-After", "60")
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(503)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": 503, "code": "overloaded", "title": "x"})
		first <- struct{}{}
	})
	k.SetDevice(background())
	p.everything(k)
	p.must(k.SetPreset("continuous"))
	p.must(k.Track(p.at(3000)))
	<-first
	for i := range 20 {
		<-time.After(5 * time.Millisecond) // for a kit that does not wait
		p.later(10 * time.Second)
		p.must(k.Track(p.at(float64(3100 + 60*i))))
	}
	if n.Load() > 1 {
		t.Errorf("%d requests", n.Load())
	}
}

// What Swift prints of an error has its code, too.
func TestErrorCodeOfNSError(t *testing.T) {
	text := `Error Domain=go Code=1 "consent_required: location: The person has not allowed this." UserInfo={NSLocalizedDescription=consent_required: location: The person has not allowed this.}`
	if got := offerkit.ErrorCode(text); got != "consent_required" {
		t.Error(got)
	}
}

// What an answer brings after a withdrawal is not kept.
func TestRefreshAfterWithdrawal(t *testing.T) {
	started, goOn := make(chan struct{}, 9), make(chan struct{})
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/v1/offers") {
			started <- struct{}{}
			<-goOn
			_, _ = io.WriteString(w, `{"items":[{"id":"off_1","title":"x"}]}`)
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	done := make(chan error)
	go func() { _, err := k.Refresh(60); done <- err }()
	<-started
	p.must(k.Withdraw(offerkit.PurposeLocation))
	close(goOn)
	if err := <-done; code(err) != "consent_required" || k.Offers().Size() != 0 {
		t.Errorf("%v, and %d offers", err, k.Offers().Size())
	}
}

// Switches that are moved to and fro without network are told as they were moved last, and take no more room for it.
func TestSwitchesToAndFro(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Flush(60))
	k.NetworkChanged(false)
	for range 300 {
		p.must(k.Withdraw(offerkit.PurposePurchases))
		p.must(k.Grant(offerkit.PurposePurchases, "2026-06"))
		p.must(k.Grant(offerkit.PurposePush, "2026-06"))
		p.must(k.Withdraw(offerkit.PurposePush))
	}
	if n := k.Stats().Waiting; n != 4 {
		t.Errorf("%d changes wait", n)
	}
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	data, err := k.MyData(60)
	p.must(err)
	var me struct {
		Consents map[string]struct{ Granted bool }
	}
	p.must(json.Unmarshal([]byte(data), &me))
	if !me.Consents["purchases"].Granted || me.Consents["push"].Granted {
		t.Errorf("the server holds %+v", me.Consents)
	}
}

// What was on its way when pushes were taken back is not shown, nor told as shown.
func TestNoOfferWithoutConsent(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Withdraw(offerkit.PurposePush))
	p.must(k.Flush(60))
	offerkit.Push(k, &wire.Offer{ID: "off_1", Delivery: "dlv_1", Title: "x"})
	k.Shutdown() // what the listener is to hear, it has heard
	if len(p.offers) != 0 || k.Offers().Size() != 0 || k.Stats().Waiting != 0 {
		t.Errorf("%d told, %d kept, %d acknowledged", len(p.offers), k.Offers().Size(), k.Stats().Waiting)
	}
}

// Without pushes no reach is watched: nothing could come of it.
func TestNoReachesWithoutPush(t *testing.T) {
	w := newWorld(t)
	w.Lunch(t, market)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Track(p.at(1500)))
	for next(t, p.plans).Reaches().Size() == 0 {
	}
	p.must(k.Withdraw(offerkit.PurposePush))
	if n := k.Plan().Reaches().Size(); n != 0 {
		t.Errorf("%d reaches are watched", n)
	}
}

// Where nobody has opted in, nothing is allowed: not what somebody allowed whom the server knows no longer, either.
func TestNobodyAllowsNothing(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	k.Shutdown()
	p.world = newWorld(t) // knows nobody
	k = p.kit()
	await(t, p.states, offerkit.StateDenied)
	if c := k.Consents(); k.HasConsent(offerkit.PurposePush) || *c != (offerkit.Consents{MoodLevel: "off"}) {
		t.Errorf("still allowed: %+v", c)
	}
}

// Flush waits for moods, too.
func TestFlushSendsMoods(t *testing.T) {
	var told atomic.Int32
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/mood") {
			told.Add(1)
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	p.must(k.Flush(60))
	k.NetworkChanged(false)
	p.must(k.ReportMood(0.5, 0.1))
	if err := k.Flush(1); code(err) != "unavailable" {
		t.Errorf("a mood waits, and Flush says %v", err)
	}
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	if told.Load() != 1 {
		t.Error("a mood waits after Flush")
	}
}

// A question with the person's position is not asked again after the withdrawal, however long the server is busy.
func TestRefreshIsCalledOff(t *testing.T) {
	asked := make(chan struct{}, 99)
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/v1/offers") {
			w.WriteHeader(503)
			asked <- struct{}{}
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	done := make(chan error)
	go func() { _, err := k.Refresh(60); done <- err }()
	<-asked
	p.must(k.Withdraw(offerkit.PurposeLocation))
	n := len(asked)
	if err := <-done; code(err) != "consent_required" || len(asked) > n {
		t.Errorf("%v, and asked %d times more", err, len(asked)-n)
	}
}

// A text that is none does not keep what comes after it from being remembered.
func TestStrangeTextsHoldNothingUp(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	k.NetworkChanged(false)
	p.must(k.Purchase(offerkit.NewPurchase("\xff", 1, "EUR")))
	p.must(k.Grant(offerkit.PurposePurchases, "\xff"))
	p.must(k.Withdraw(offerkit.PurposeLocation))
	if n := k.Stats().Waiting; n != 3 {
		t.Errorf("%d wait", n)
	}
	k.Shutdown()
	if k = p.kit(); k.HasConsent(offerkit.PurposeLocation) {
		t.Error("the withdrawal was forgotten")
	}
}

// A consent that the server does not take is none here, either: nothing is sensed for it. What was allowed since, stays.
func TestRefusedConsentIsNone(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	k.SetDevice(background())
	p.everything(k)
	k.NetworkChanged(false)
	p.must(k.AllowMood("quiet", "self", "2020-01"))
	p.must(k.ReportMood(0.9, 0.1))
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	if got := next(t, p.failures); !strings.HasPrefix(got, "notice_outdated ") {
		t.Errorf("heard %s", got)
	}
	if k.HasConsent(offerkit.PurposeMood) || k.Mood().Known {
		t.Error("mood is still taken")
	}
	k.NetworkChanged(false)
	p.must(k.AllowMood("quiet", "self", "2020-01"))
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	if !k.HasConsent(offerkit.PurposeMood) {
		t.Error("mood is not taken")
	}
}

// Without a socket, too, a consent that ended elsewhere ends here: with the first refusal.
func TestWithdrawnElsewhereInTheBackground(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	k.SetDevice(background())
	p.everything(k)
	other := w.phone(t)
	other.kept = p.store()
	k2 := other.kit()
	other.must(k2.Withdraw(offerkit.PurposeLocation))
	other.must(k2.Flush(60))
	p.must(k.Track(p.at(3000)))
	if got := next(t, p.failures); !strings.HasPrefix(got, "consent_required location ") {
		t.Errorf("heard %s", got)
	}
	if k.HasConsent(offerkit.PurposeLocation) || k.Stats().Buffered != 0 {
		t.Errorf("it still counts here: %+v", k.Stats())
	}
}

// A mood that is under way when its source is forbidden is called off.
func TestForbiddenSourceCallsOff(t *testing.T) {
	started, off := make(chan struct{}, 9), make(chan struct{}, 9)
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/mood") {
			_, _ = io.Copy(io.Discard, r.Body)
			started <- struct{}{}
			<-r.Context().Done()
			off <- struct{}{}
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", "1"))
	p.must(k.ReportMood(0.9, 0.1))
	<-started
	p.must(k.ForbidMoodSource("self"))
	select {
	case <-off:
	case <-time.After(30 * time.Second): // half of a call's patience
		t.Error("it goes on after the withdrawal")
	}
}

// What waits is bounded, but a change of consents is never what makes room.
func TestWhatWaitsIsBounded(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Flush(60))
	k.NetworkChanged(false)
	p.must(k.Withdraw(offerkit.PurposeLocation))
	long := strings.Repeat("ä", 64)
	for range 300 {
		p.must(k.Purchase(&offerkit.Purchase{PlaceID: long, MerchantID: long, Category: long, Brand: long, Amount: 1, Currency: long}))
	}
	if s := k.Stats(); s.Waiting != 200 || s.Dropped != 101 {
		t.Errorf("%d wait, %d were dropped", s.Waiting, s.Dropped)
	}
	k.Shutdown()
	memory := string(p.store()["flaneur.memory"])
	if !strings.Contains(memory, `"consent":{"consents":{"location"`) {
		t.Error("the withdrawal is not among what waits")
	}
	if len(memory) > 256_000 {
		t.Errorf("%d bytes, more than a Store has to take", len(memory))
	}
}

// What a broken store kept of the person's mood goes at the next start, and is nothing to begin with later.
func TestMoodLeftWithoutConsent(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	p.must(k.ReportMood(0.9, 0.1))
	left := p.store()["flaneur.mood"]
	p.must(k.Withdraw(offerkit.PurposeMood))
	k.Shutdown()
	p.must(p.Save("flaneur.mood", left))
	k = p.kit()
	if len(left) == 0 || p.store()["flaneur.mood"] != nil {
		t.Error("it is still there")
	}
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	if k.Mood().Known {
		t.Error("it is still known")
	}
}

// A mood that nobody could be told of for ten minutes is nobody's business any more.
func TestOldMoodsAreNotTold(t *testing.T) {
	var told atomic.Int32
	p, k := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/mood") {
			told.Add(1)
		}
		_, _ = io.WriteString(w, "{}")
	})
	k.SetDevice(background())
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", "1"))
	p.must(k.Flush(60))
	k.NetworkChanged(false)
	p.must(k.ReportMood(0.5, 0.1))
	p.later(11 * time.Minute)
	p.must(k.ReportMood(0.6, 0.1))
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	if n := told.Load(); n != 1 {
		t.Errorf("%d moods were told", n)
	}
}

func TestNoMoodOfMinors(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	c := offerkit.NewChoices()
	c.Push, c.Minor, c.Policy = true, true, "2026-06"
	p.must(k.OptIn(c, 60))
	if err := k.AllowMood("quiet", "self", privacy.NoticeVersion); code(err) != "forbidden" || k.HasConsent(offerkit.PurposeMood) {
		t.Errorf("%v", err)
	}
}

// A listener that takes its time holds nobody up, and does not fill the memory.
func TestSlowListener(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Flush(60))
	for i := range 600 { // 100 fit the channel of the test, 256 wait
		offerkit.Push(k, &wire.Offer{ID: fmt.Sprintf("off_%d", i), Title: "x"})
	}
	if n := k.Stats().Unheard; n < 600-100-256-1 {
		t.Errorf("%d calls were dropped", n)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.Shutdown()
	}()
	for {
		select {
		case <-p.offers:
		case <-ended:
			return
		}
	}
}

// The person's own word needs no notices, whether it is named at the opt-in or not.
func TestOptInToMood(t *testing.T) {
	w := newWorld(t)
	for _, sources := range []string{"", "self"} {
		p := w.phone(t)
		k := p.kit()
		c := offerkit.NewChoices()
		c.MoodLevel, c.MoodSources, c.Policy = "quiet", sources, "of ours"
		p.must(k.OptIn(c, 10))
		p.must(k.Start())
		p.must(k.ReportMood(0.5, 0.5))
		p.must(k.Flush(60))
		if got := k.Consents(); got.MoodSources != "self" || p.failed() != "" {
			t.Errorf("%q: %+v", sources, got)
		}
	}
}
