package offerkit_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
	"github.com/flaneur-io/flaneur/wire"
)

func code(err error) string {
	if err == nil {
		return ""
	}
	return offerkit.ErrorCode(err.Error())
}

// A person's day: opt in, walk, get an offer, ask why, answer, redeem, see all, be forgotten.
func TestDay(t *testing.T) {
	w := newWorld(t)
	offer := w.Lunch(t, market)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	await(t, p.states, offerkit.StateOnline)
	p.must(k.Track(p.at(0)))
	o := next(t, p.offers)
	if o.ID != string(offer.ID) || o.Delivery == "" || o.Reasons().Size() == 0 || o.Reasons().At(0).Text == "" || o.Controls().Size() == 0 {
		t.Fatalf("the offer is %+v with %d reasons", o, o.Reasons().Size())
	}
	p.must(k.Flush(60))
	if s := k.Stats(); s.Buffered != 0 || s.Accepted != 1 || s.Offers != 1 {
		t.Errorf("the counters are %+v", s)
	}
	why, err := k.Why(o.Delivery, 60)
	p.must(err)
	if !strings.Contains(why, `"status":"delivered"`) {
		t.Errorf("the delivery was not acknowledged: %s", why)
	}
	p.must(k.Feedback(o.Delivery, "opened"))
	p.must(k.Flush(60))
	r, err := k.Reserve(o.ID, 60)
	p.must(err)
	if r.Status != "reserved" || r.Code == "" || r.ExpiresMillis == 0 || !strings.HasPrefix(string(r.QR()), "\x89PNG") {
		t.Errorf("the reservation is %+v", r)
	}
	p.must(k.GiveBack(r.ID, 60))
	list, err := k.Refresh(60)
	p.must(err)
	if list.Size() != 1 || list.At(0).ID != o.ID || list.At(1) != nil {
		t.Errorf("%d offers", list.Size())
	}
	data, err := k.MyData(60)
	p.must(err)
	if !strings.Contains(data, `"opened"`) {
		t.Errorf("the feedback is not among %s", data)
	}
	p.must(k.EraseMe(60))
	await(t, p.states, offerkit.StateErased)
	if k.OptedIn() || k.Offers().Size() != 0 || code(k.Track(p.at(0))) != "unauthorized" {
		t.Error("the device still knows somebody")
	}
	if _, err := k.MyData(60); code(err) != "unauthorized" {
		t.Errorf("my data: %v", err)
	}
}

// Without network, and through the end of the process, nothing is lost, and nothing is there twice.
func TestOffline(t *testing.T) {
	w := newWorld(t)
	w.line = newLine(t, w.Addr(), nil)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	await(t, p.states, offerkit.StateOnline)
	k.NetworkChanged(false)
	w.line.setDown(true)
	await(t, p.states, offerkit.StateOffline)
	for i := range 150 {
		p.later(20 * time.Second)
		p.must(k.Track(p.at(float64(3000 + 60*i))))
		if i == 80 { // the system ends the process: nothing is shut down
			k = p.kit()
			if !k.Running() || !k.HasConsent(offerkit.PurposeLocation) {
				t.Fatal("the kit does not go on by itself")
			}
		}
	}
	p.must(k.Purchase(offerkit.NewPurchase("restaurant.italian", 12.5, "EUR")))
	before := k.Stats()
	if before.Buffered < 149 || before.Waiting != 1 {
		t.Fatalf("%+v", before)
	}
	w.line.setDown(false)
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	s := k.Stats()
	if s.Sent != before.Buffered || s.Accepted != before.Buffered {
		t.Errorf("%d waited, %d were sent, %d accepted", before.Buffered, s.Sent, s.Accepted)
	}
	data, err := k.MyData(60)
	p.must(err)
	var me struct {
		LastFix   struct{ At time.Time }
		Purchases []struct{}
	}
	p.must(json.Unmarshal([]byte(data), &me))
	if !me.LastFix.At.Equal(p.clock()) || len(me.Purchases) != 1 {
		t.Errorf("the server knows %+v", me)
	}
}

// The system is told what to watch, and the device knows without network when it is there.
func TestReaches(t *testing.T) {
	w := newWorld(t)
	offer := w.Lunch(t, market)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Track(p.at(1500)))
	for {
		if r := next(t, p.plans).Reaches(); r.Size() == 1 {
			if r.At(0).OfferID != string(offer.ID) || r.At(0).RadiusM < 300 || r.At(0).RadiusM > 400 {
				t.Errorf("the reach is %+v", r.At(0))
			}
			break
		}
	}
	k.NetworkChanged(false)
	for _, x := range []float64{900, 500, 200, 100, 250} {
		p.later(5 * time.Minute)
		p.must(k.Track(p.at(x)))
	}
	if got := next(t, p.reached); got != "enter" {
		t.Errorf("heard %s", got)
	}
	p.later(5 * time.Minute)
	p.must(k.Track(p.at(800)))
	if got := next(t, p.reached); got != "exit" || len(p.reached) != 0 {
		t.Errorf("heard %s, and %d more", got, len(p.reached))
	}
	p.must(k.Withdraw(offerkit.PurposeLocation))
	if k.Plan().Reaches().Size() != 0 {
		t.Error("they are still watched")
	}
}

func TestWithdrawalEmptiesAtOnce(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	k.NetworkChanged(false)
	for i := range 20 {
		p.later(20 * time.Second)
		p.must(k.Track(p.at(float64(60 * i))))
	}
	p.must(k.Purchase(offerkit.NewPurchase("fashion", 50, "EUR")))
	p.must(k.Withdraw(offerkit.PurposeLocation))
	p.must(k.Withdraw(offerkit.PurposePurchases))
	if s := k.Stats(); s.Buffered != 0 || s.Waiting != 2 { // the withdrawals themselves
		t.Errorf("%+v", s)
	}
	if files, _ := filepath.Glob(filepath.Join(p.dir, "*", "*")); len(files) > 0 {
		t.Errorf("%v is left", files)
	}
	if plan := k.Plan(); plan.Priority != offerkit.PriorityNone || plan.FenceM != 0 {
		t.Errorf("the plan is %+v", plan)
	}
	if err := k.Track(p.at(0)); code(err) != "consent_required" || !strings.Contains(err.Error(), "location") {
		t.Errorf("a position after it: %v", err)
	}
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	data, err := k.MyData(60)
	p.must(err)
	var me struct {
		Consents map[string]struct{ Granted bool }
	}
	p.must(json.Unmarshal([]byte(data), &me))
	if me.Consents["location"].Granted || me.Consents["purchases"].Granted || !me.Consents["push"].Granted {
		t.Errorf("the server knows %+v", me.Consents)
	}
}

// Who stops and starts again at once is online, on the same socket or a new one.
func TestStartAgain(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	for range 20 {
		await(t, p.states, offerkit.StateOnline)
		k.Stop()
		p.must(k.Start())
	}
	await(t, p.states, offerkit.StateOnline)
}

// A switch that was moved on another device holds here too.
func TestWithdrawnElsewhere(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	await(t, p.states, offerkit.StateOnline)
	k.Stop()
	await(t, p.states, offerkit.StateOff)
	other := w.phone(t)
	other.kept = p.store()
	k2 := other.kit()
	other.must(k2.Withdraw(offerkit.PurposeLocation))
	other.must(k2.Flush(60))
	p.must(k.Start())
	await(t, p.states, offerkit.StateOnline)
	if k.HasConsent(offerkit.PurposeLocation) {
		t.Error("it still counts here")
	}
}

func TestConsentFirst(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	for name, err := range map[string]error{
		"start": k.Start(), "track": k.Track(p.at(0)), "mood": k.ReportMood(0.5, 0), "purchase": k.Purchase(offerkit.NewPurchase("fashion", 1, "EUR")),
		"push token": k.SetPushToken("fcm", "x"), "grant": k.Grant(offerkit.PurposeLocation, "1"), "flush": k.Flush(1),
	} {
		if code(err) != "unauthorized" {
			t.Errorf("%s before the opt-in: %v", name, err)
		}
	}
	if err := k.OptIn(offerkit.NewChoices(), 5); code(err) != "invalid_field" {
		t.Errorf("an opt-in to nothing: %v", err)
	}
	c := offerkit.NewChoices()
	c.Purchases, c.Policy = true, "2026-06"
	p.must(k.OptIn(c, 60))
	if err := k.OptIn(c, 60); code(err) != "already_exists" {
		t.Errorf("a second opt-in: %v", err)
	}
	if o, err := k.HandlePush([]byte(`{"delivery":"dlv_1","offer":"off_1"}`)); o != nil || err != nil {
		t.Errorf("a push without consent: %v, %v", o, err)
	}
	p.must(k.Start())
	withoutPurchases := w.phone(t).kit()
	c = offerkit.NewChoices()
	c.Push, c.Policy = true, "2026-06"
	p.must(withoutPurchases.OptIn(c, 60))
	for name, err := range map[string]error{
		"track": k.Track(p.at(0)), "mood": k.ReportMood(0.5, 0), "trip": k.StartTrip(48, 8, "walk"), "push token": k.SetPushToken("fcm", "x"),
		"purchase": withoutPurchases.Purchase(offerkit.NewPurchase("cafe", 1, "EUR")),
	} {
		if code(err) != "consent_required" {
			t.Errorf("%s without consent: %v", name, err)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(p.dir, "*", "*")); len(files) > 0 {
		t.Errorf("%v is kept", files)
	}
	p.must(k.Grant(offerkit.PurposeLocation, "2026-06"))
	p.must(k.Track(p.at(0)))
	p.must(k.Flush(60))
}

func TestMood(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.AllowMood("help", "", privacy.NoticeVersion))
	p.must(k.ReportMood(0.6, 0.2))
	if err := k.HeartRate([]byte{0, 70}, p.UnixMillis()); code(err) != "consent_required" || !strings.Contains(err.Error(), "mood.wearable") {
		t.Errorf("a strap without consent: %v", err)
	}
	m := k.Mood()
	if !m.Known || m.Valence <= 0 {
		t.Errorf("the device reckons %+v", m)
	}
	p.must(k.Flush(60))
	data, err := k.MyData(60)
	for range 300 { // moods go out on their own; nobody may ask more than ten times a second
		if strings.Contains(data, `"source":"self"`) {
			break
		}
		<-time.After(200 * time.Millisecond)
		data, err = k.MyData(60)
	}
	p.must(err)
	if !strings.Contains(data, `"source":"self"`) {
		t.Errorf("the server has not heard: %s", data)
	}
	if p.store()["flaneur.mood"] == nil {
		t.Error("nothing is kept of it")
	}
	p.must(k.ForbidMoodSource("self"))
	if k.HasConsent(offerkit.PurposeMood) || k.Mood().Known || p.store()["flaneur.mood"] != nil {
		t.Error("mood is still there")
	}
}

// What a strap measures becomes an affect on the device; raw numbers are nowhere.
func TestStrap(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	raw, err := k.Notices("en", 60)
	p.must(err)
	var notices struct{ Version string }
	p.must(json.Unmarshal([]byte(raw), &notices))
	p.must(k.AllowMood("help", "self,wearable", notices.Version))
	for beat := range 900 { // a quarter of an hour, then a fright
		interval := 880 + 40*(beat%5)
		if beat > 750 {
			interval = 520 + 3*(beat%5)
		}
		p.later(time.Duration(interval) * time.Millisecond)
		rr := uint16(interval * 1024 / 1000)
		p.must(k.HeartRate([]byte{0x10, byte(60_000 / interval), byte(rr), byte(rr >> 8)}, p.UnixMillis()))
	}
	if m := k.Mood(); m.Confidence == 0 {
		t.Error("nothing came of it")
	}
	p.must(k.Flush(60))
	k.Shutdown()
	if k = p.kit(); k.Mood().Confidence == 0 {
		t.Error("it was forgotten")
	}
}

func TestEachDeliveryOnce(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	o := wire.Offer{
		ID: "off_0123456789abcdefghjkmnpqrs", Delivery: "dlv_0123456789abcdefghjkmnpqrs", Title: "Pasta",
		More: []wire.Offer{{ID: "off_1123456789abcdefghjkmnpqrs", Delivery: "dlv_1123456789abcdefghjkmnpqrs", Title: "Pizza"}},
	}
	offerkit.Push(k, &o)
	k.Shutdown()
	k = p.kit()
	offerkit.Push(k, &o)
	payload := []byte(`{"delivery":"` + o.Delivery + `","offer":"` + o.ID + `","trigger":"nearby","title":"Pasta"}`)
	if again, err := k.HandlePush(payload); again != nil || err != nil {
		t.Errorf("by another channel: %v, %v", again, err)
	}
	if a, b := next(t, p.offers), next(t, p.offers); a.Title != "Pasta" || b.Title != "Pizza" {
		t.Errorf("heard %s and %s", a.Title, b.Title)
	}
	fresh, err := k.HandlePush([]byte(`{"delivery":"dlv_2","offer":"off_2","title":"Risotto","body":"Today"}`))
	p.must(err)
	if fresh == nil || fresh.Title != "Risotto" || fresh.Text != "Today" || len(p.offers) != 0 {
		t.Errorf("a push brought %+v, and the listener %d more", fresh, len(p.offers))
	}
}

// In the background no socket is kept: positions go out in batches.
func TestBackground(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	d := offerkit.NewDeviceState()
	d.Foreground = false
	k.SetDevice(d)
	p.everything(k)
	for i := range 30 {
		p.later(20 * time.Second)
		p.must(k.Track(p.at(float64(5000 + 60*i))))
	}
	p.must(k.Flush(60))
	if s := k.Stats(); s.Connects != 0 || s.Accepted < 10 || s.Buffered != 0 || s.Batches > 15 {
		t.Errorf("%+v", s)
	}
}

// A kit whose server does not know the token any more stops, and says so.
func TestDenied(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	await(t, p.states, offerkit.StateOnline)
	k.Shutdown()
	p.world = newWorld(t) // another server, which knows nobody
	k = p.kit()
	await(t, p.states, offerkit.StateDenied)
	if k.OptedIn() || k.Running() {
		t.Error("it goes on")
	}
}

func TestBadInput(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.AllowMood("quiet", "self", privacy.NoticeVersion))
	bad := func(name string, err error, field string) {
		t.Helper()
		if code(err) != "invalid_field" || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad("null fix", k.Track(nil), "fix")
	bad("latitude", k.Track(offerkit.NewFix(91, 0, 1, 1)), "lat")
	bad("accuracy", k.Track(offerkit.NewFix(1, 1, math.NaN(), 1)), "accuracyM")
	p.must(k.Track(offerkit.NewFix(1, 1, math.Inf(1), p.clock().UnixMilli())))
	bad("time", k.Track(offerkit.NewFix(1, 0, 1, 0)), "unixMillis")
	bad("null choices", k.OptIn(nil, 1), "choices")
	bad("null purchase", k.Purchase(nil), "purchase")
	for _, amount := range []float64{math.NaN(), math.Inf(1), -1} {
		bad("amount", k.Purchase(offerkit.NewPurchase("cafe", amount, "EUR")), "amount")
	}
	for _, at := range []int64{-1, math.MaxInt64} {
		bad("time of a purchase", k.Purchase(&offerkit.Purchase{Category: "cafe", UnixMillis: at}), "unixMillis")
	}
	bad("brand", k.Purchase(&offerkit.Purchase{Category: "cafe", Brand: strings.Repeat("x", 1000)}), "purchase")
	bad("policy", k.Grant("push", strings.Repeat("x", 1000)), "policy")
	bad("purpose", k.Withdraw("weather"), "purpose")
	bad("mood by grant", k.Grant("mood", "1"), "purpose")
	bad("level", k.AllowMood("loud", "", "1"), "level")
	bad("source", k.AllowMood("help", "smell", "1"), "sources")
	bad("action", k.Feedback("off_1", "eaten"), "action")
	bad("subject", k.Feedback("x", "opened"), "deliveryOrOfferID")
	bad("preset", k.SetPreset("fast"), "preset")
	bad("stars", k.Rate("off_1", 6, 1), "stars")
	bad("mode", k.StartTrip(1, 1, "swim"), "mode")
	bad("destination", k.StartTrip(100, 1, ""), "destination")
	bad("list", k.SetShoppingList("{", 1), "listJSON")
	bad("valence", k.ReportMood(2, 0), "valence")
	bad("label", k.ReportMoodLabel("meh!"), "label")
	bad("strap", k.HeartRate(nil, 1), "payload")
	bad("samples", k.Samples("bvp", 64, []byte{1}, 1), "values")
	bad("kind", k.Samples("smell", 64, nil, 1), "kind")
	bad("face", k.Face(make([]byte, 4), 1), "blendshapes")
	bad("null voice", k.Voice(nil, 1), "prosody")
	bad("voice", k.Voice(offerkit.NewProsody(-5), 1), "prosody.speech")
	bad("typing", k.Typing(-1, 0, 1, 1, 1), "typing.keys")
	bad("route", k.MockRoute("1,2", 1), "points")
	bad("speed", k.MockRoute("1,2;3,4", -1), "metresPerSecond")
	bad("token", k.SetPushToken("fcm", ""), "token")
	_, err := k.HandlePush([]byte("no"))
	bad("push", err, "payload")
	_, err = k.Why("x", 1)
	bad("delivery", err, "deliveryID")
	_, err = k.Reserve("x", 1)
	bad("offer", err, "offerID")
	for name, make := range map[string]func() (*offerkit.Kit, error){
		"config":   func() (*offerkit.Kit, error) { return offerkit.NewKit(nil, p, p, nil) },
		"store":    func() (*offerkit.Kit, error) { return offerkit.NewKit(offerkit.NewConfig(), nil, p, nil) },
		"listener": func() (*offerkit.Kit, error) { return offerkit.NewKit(offerkit.NewConfig(), p, nil, nil) },
		"publishableKey": func() (*offerkit.Kit, error) {
			c := offerkit.NewConfig()
			c.ServerURL, c.DataDir, c.PublishableKey = w.url(), p.dir, "fl_live_sk_x"
			return offerkit.NewKit(c, p, p, nil)
		},
		"serverURL": func() (*offerkit.Kit, error) {
			c := offerkit.NewConfig()
			c.ServerURL, c.DataDir, c.PublishableKey = "flaneur.example", p.dir, w.Key
			return offerkit.NewKit(c, p, p, nil)
		},
		"dataDir": func() (*offerkit.Kit, error) {
			file := filepath.Join(t.TempDir(), "file")
			p.must(os.WriteFile(file, nil, 0o600))
			c := offerkit.NewConfig()
			c.ServerURL, c.DataDir, c.PublishableKey = w.url(), file, w.Key
			return offerkit.NewKit(c, p, p, nil)
		},
	} {
		_, err := make()
		bad(name, err, name)
	}
}

// No fault of the kit or of the app may end the app.
func TestNoPanicLeaves(t *testing.T) {
	var none *offerkit.Kit
	if code(none.Start()) != "internal" || none.Offers() != nil {
		t.Error("a null kit")
	}
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.mu.Lock()
	p.fails = true
	p.mu.Unlock()
	if err := k.Feedback("off_1", "opened"); code(err) != "internal" || !strings.Contains(err.Error(), "keystore locked") {
		t.Errorf("a store that fails: %v", err)
	}
	var l *offerkit.OfferList
	if l.Size() != 0 || l.At(0) != nil || (&offerkit.OfferList{}).At(-1) != nil || (*offerkit.Offer)(nil).Reasons().Size() != 0 {
		t.Error("lists of nothing")
	}
}

func TestErrorCode(t *testing.T) {
	for text, want := range map[string]string{
		"consent_required: location: The person has not allowed this.":   "consent_required",
		"go.Universe$proxyerror: unavailable: The server did not answer": "unavailable",
		"something else": "internal",
		"":               "internal",
	} {
		if got := offerkit.ErrorCode(text); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestMockRoute(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.MockRoute("47.9959,7.8522;47.9960,7.8523", 100))
	for k.Stats().Measured == 0 {
		<-time.After(time.Millisecond)
	}
	k.StopMock()
}

// A purchase whose answer was lost is told again, and counted once.
func TestAgainIsOnce(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	k.NetworkChanged(false)
	p.must(k.Purchase(offerkit.NewPurchase("fashion", 12.5, "EUR")))
	before := p.store()
	k.NetworkChanged(true)
	p.must(k.Flush(60))
	k.Shutdown()
	p.mu.Lock()
	p.kept = before // the process ended between the server's answer and its being noted
	p.mu.Unlock()
	k = p.kit()
	p.must(k.Flush(60))
	data, err := k.MyData(60)
	p.must(err)
	var me struct{ Purchases []struct{} }
	p.must(json.Unmarshal([]byte(data), &me))
	if len(me.Purchases) != 1 {
		t.Errorf("%d purchases", len(me.Purchases))
	}
}

// What a server sends, whatever it is, never ends the app, and never hangs the kit.
func TestStrangeServer(t *testing.T) {
	answers := []string{"", "no", "{}", "[]", `{"token":1}`, `{"token":"fl_dev_x"}`, strings.Repeat("[", 1000)}
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/users") {
			_, _ = io.WriteString(w, `{"user":"usr_0_x","token":"fl_dev_x"}`)
			return
		}
		n := int(calls.Add(1))
		w.WriteHeader([]int{200, 200, 404, 500, 418}[n%5])
		_, _ = io.WriteString(w, answers[n%len(answers)])
	}))
	defer server.Close()
	p := &phone{t: t, dir: t.TempDir(), kept: map[string][]byte{}, now: noon, offers: make(chan *offerkit.Offer, 9), states: make(chan string, 1000), plans: make(chan *offerkit.LocationPlan, 1000), failures: make(chan string, 10000), reached: make(chan string, 100)}
	c := offerkit.NewConfig()
	c.ServerURL, c.PublishableKey, c.DataDir = server.URL, "fl_test_pk_x", p.dir
	c.Hurry()
	k, err := offerkit.NewKit(c, p, p, p)
	p.must(err)
	defer k.Shutdown()
	p.everything(k)
	for range 40 {
		_ = k.Track(p.at(0))
		_, _ = k.Refresh(1)
		_, _ = k.MyData(1)
		_, _ = k.Why("dlv_1", 1)
		_, _ = k.Reserve("off_1", 1)
		_ = k.EndTrip()
		p.later(time.Minute)
	}
	if !k.OptedIn() {
		t.Error("a strange answer made it forget who they are")
	}
}

// A disk that does not let go of what waits does not bring a consent back.
func TestWithdrawalOutlivesABrokenDisk(t *testing.T) {
	p := newWorld(t).phone(t)
	k := p.kit()
	p.everything(k)
	k.NetworkChanged(false)
	p.must(k.Track(p.at(3000)))
	files, err := filepath.Glob(filepath.Join(p.dir, "flaneur", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files { // a folder that is not empty can't be removed
		p.must(os.Remove(f))
		p.must(os.MkdirAll(filepath.Join(f, "full"), 0o700))
	}
	if err := k.Withdraw(offerkit.PurposeLocation); code(err) != "internal" || !strings.Contains(err.Error(), "dataDir") {
		t.Errorf("the person is not told: %v", err)
	}
	k.Shutdown()
	p.dir = t.TempDir()
	if p.kit().HasConsent(offerkit.PurposeLocation) {
		t.Error("the next start measures again")
	}
}

// Who presses the button without network has nothing left that could go out, and can press it again.
func TestEraseWithoutNetwork(t *testing.T) {
	w := newWorld(t)
	w.line = newLine(t, w.Addr(), nil)
	p := w.phone(t)
	k := p.kit()
	p.everything(k)
	p.must(k.Flush(60))
	w.line.setDown(true)
	k.NetworkChanged(false)
	p.must(k.Track(p.at(3000)))
	p.must(k.Purchase(offerkit.NewPurchase("restaurant.italian", 12.5, "EUR")))
	if err := k.EraseMe(1); code(err) != "unavailable" {
		t.Errorf("erased: %v", err)
	}
	if s := k.Stats(); s.Buffered != 0 || s.Waiting != 0 || k.Running() || !k.OptedIn() {
		t.Errorf("%+v, running %v, opted in %v", s, k.Running(), k.OptedIn())
	}
	w.line.setDown(false)
	p.must(k.EraseMe(60))
	if k.OptedIn() {
		t.Error("not forgotten")
	}
}

// Two taps on the button make one person.
func TestOptInTwice(t *testing.T) {
	w := newWorld(t)
	p := w.phone(t)
	k := p.kit()
	c := offerkit.NewChoices()
	c.Location, c.Policy = true, "2026-06"
	results := make(chan error)
	for range 5 {
		go func() { results <- k.OptIn(c, 60) }()
	}
	done := 0
	for range 5 {
		if err := <-results; err == nil {
			done++
		} else if code(err) != "already_exists" {
			t.Error(err)
		}
	}
	if n := w.Engine().Stats().OptIns; done != 1 || n != 1 {
		t.Errorf("%d opted in, the server knows %d", done, n)
	}
}
