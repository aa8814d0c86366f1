package simulator

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a report of two people, one of whom was sent something nasty.
func sample() Report {
	mara, other := newTally("Mara", true), newTally("person-000", true)
	mara.fix(wire.Fix{Lat: 47.99, Lon: 7.85})
	mara.fix(wire.Fix{Lat: 47.9962, Lon: 7.8496})
	mara.deliver(&wire.Offer{
		ID: "off_1", Title: "Lunch", Place: wire.Place{Name: "Trattoria", Lat: 48.0003, Lon: 7.847}, Category: "restaurant.italian",
		Trigger: "on_the_way", Score: 0.75, Distance: 475, Reasons: []wire.Reason{{Code: "lunch_time", Text: "It is lunch time", Share: 0.6}, {Code: "near", Text: "It is near", Share: 0.4}},
	}, noon)
	mara.outcome(0, Redeemed)
	mara.Redemptions, mara.Pulls, mara.Moods, mara.Purchases, mara.Erased = 1, 2, 3, 4, true
	mara.hold([]api.Suppressed{{Offer: "off_2", Code: "guard_category", At: noon}}, map[string]string{"off_2": "Bonus"})
	mara.latency.add(400 * time.Microsecond)
	other.fix(wire.Fix{Lat: 47.99, Lon: 7.85})
	other.deliver(&wire.Offer{
		Title: `</script><script>alert("1")</script>`, Place: wire.Place{Name: `"><img onerror=alert(2)>`}, Trigger: "nearby",
		Reasons: []wire.Reason{{Code: "near", Text: "<b>near</b>", Share: 1}},
	}, noon.Add(time.Hour))
	other.outcome(0, Ignored)
	other.refuse(errDown)
	other.latency.add(3 * time.Millisecond)
	place := Place{Name: "Trattoria", Point: minster}
	o := Options{People: make([]*Person, 2), Seed: 7, Places: []Place{place}}
	return newReport(&o, []tally{mara, other}, 2*time.Second)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

func TestText(t *testing.T) {
	r := sample()
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", b.Bytes())
}

func TestJSON(t *testing.T) {
	r := sample()
	b, err := json.Marshal(r, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", append(b, '\n'))
}

func TestPage(t *testing.T) {
	r := sample()
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"Trattoria", "It is lunch time", "guard category", "redeemed", `"points":[47.99,7.85,47.9962,7.8496]`,
		"--share: 100%", "prefers-color-scheme: dark", "&lt;b&gt;near&lt;/b&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"alert(\"1\")", "<img", "ZgotmplZ", "<b>near"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q unescaped", never)
		}
	}
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("%d scripts, want the data and the drawing", n)
	}
	if out := regexp.MustCompile(`(?i)(https?:)?//[a-z]|@import|\ssrc=|<link|url\(`).FindAllString(stripComments(page), -1); out != nil {
		t.Errorf("the page reaches out: %q", out)
	}
}

// stripComments drops the comments of the script, which begin with two slashes too.
func stripComments(page string) string {
	return regexp.MustCompile(`(?m)(^|\s)// .*$`).ReplaceAllString(page, "")
}

func TestPageOfNothing(t *testing.T) {
	r := newReport(&Options{}, nil, 0)
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, `{"tracks":[],"places":[],"offers":[]}`) || strings.Contains(page, "NaN") {
		t.Error("an empty page is not empty")
	}
}

func TestDigestLeavesIDsOut(t *testing.T) {
	o := wire.Offer{ID: "off_1", Delivery: "dlv_1", Title: "Lunch", Trigger: "nearby", Score: 0.7, Reasons: []wire.Reason{{Code: "near", Text: "It is 4 m away", Share: 1}}}
	digest := func(change func(*wire.Offer)) string {
		c := keep(&o)
		change(&c)
		tl := newTally("Mara", false)
		tl.deliver(&c, noon)
		tl.hold([]api.Suppressed{{Offer: "off_9", Code: "cooldown", At: noon}}, nil)
		return tl.digest()
	}
	same := digest(func(*wire.Offer) {})
	if digest(func(o *wire.Offer) { o.ID, o.Delivery = "off_2", "dlv_2" }) != same {
		t.Error("random ids enter the digest")
	}
	for name, change := range map[string]func(*wire.Offer){
		"title":   func(o *wire.Offer) { o.Title = "Dinner" },
		"trigger": func(o *wire.Offer) { o.Trigger = "enter" },
		"score":   func(o *wire.Offer) { o.Score = 0.71 },
		"reason":  func(o *wire.Offer) { o.Reasons[0].Code = "new_for_you" },
		"share":   func(o *wire.Offer) { o.Reasons[0].Share = 0.9 },
	} {
		if digest(change) == same {
			t.Errorf("another %s makes the same digest", name)
		}
	}
}

func TestHoldTellsOnce(t *testing.T) {
	tl := newTally("Mara", false)
	first := api.Suppressed{Offer: "off_1", Code: "cooldown", At: noon}
	second := api.Suppressed{Offer: "off_2", Code: "quiet_hours", At: noon.Add(time.Minute)}
	if got := tl.hold([]api.Suppressed{first}, nil); len(got) != 1 {
		t.Fatalf("told %v", got)
	}
	got := tl.hold([]api.Suppressed{second, first}, map[string]string{"off_2": "Bonus"})
	if len(got) != 1 || got[0].Offer != "Bonus" || tl.codes["cooldown"] != 1 {
		t.Errorf("told %v, counted %v", got, tl.codes)
	}
	for i := range listedHeld + 10 {
		tl.hold([]api.Suppressed{{Offer: "off_3", Code: "cooldown", At: noon.Add(time.Duration(i) * time.Hour)}}, nil)
	}
	if len(tl.held) != listedHeld || tl.codes["cooldown"] != listedHeld+11 {
		t.Errorf("lists %d, counts %d", len(tl.held), tl.codes["cooldown"])
	}
}

func TestWhatTheServerForgot(t *testing.T) {
	tl := newTally("Mara", false)
	tl.acked, tl.Redemptions, tl.Purchases = []string{"dlv_1", "dlv_2"}, 1, 1
	me := api.Account{
		Consents:   map[string]api.Consent{"location": {Granted: true}, "push": {Granted: true}},
		Deliveries: []api.Delivery{{ID: "dlv_1"}, {ID: "dlv_2"}, {ID: "dlv_3"}}, Redemptions: make([]api.Redemption, 2), Purchases: make([]api.Purchase, 1),
	}
	if tl.compare([]string{"location", "push"}, &me); tl.Lost != 0 {
		t.Errorf("%d lost of what is there", tl.Lost)
	}
	if tl.compare([]string{"location", "mood"}, &api.Account{Consents: me.Consents, Deliveries: me.Deliveries[1:]}); tl.Lost != 4 {
		t.Errorf("%d lost, want a consent, a delivery, a redemption and a purchase", tl.Lost)
	}
}

func TestLongTracksAreThinned(t *testing.T) {
	tl := newTally("Mara", true)
	const n = 10_000
	for i := range n {
		tl.fix(wire.Fix{Lat: float64(i) / n, Lon: 7})
	}
	if len(tl.track) > trackPoints || len(tl.track) < trackPoints/2 {
		t.Fatalf("%d points", len(tl.track))
	}
	step := tl.track[1].Lat - tl.track[0].Lat
	for i := 1; i < len(tl.track); i++ {
		if d := tl.track[i].Lat - tl.track[i-1].Lat - step; d > 1e-9 || d < -1e-9 {
			t.Fatalf("point %d stands %v from its place", i, d)
		}
	}
}

func TestQuantiles(t *testing.T) {
	var h histogram
	if h.quantile(0.5) != 0 || h.octaves() != nil {
		t.Error("an empty histogram has a quantile")
	}
	for i := 1; i <= 1000; i++ {
		h.add(time.Duration(i) * 10 * time.Microsecond) // to 10 ms
	}
	for q, want := range map[float64]float64{0.5: 5, 0.99: 9.9, 1: 10} {
		if got := h.quantile(q); got < want || got > want*1.07 {
			t.Errorf("quantile %v is %v ms, want %v to %v", q, got, want, want*1.07)
		}
	}
	sum := 0
	for _, b := range h.octaves() {
		sum += b.Count
	}
	if sum != 1000 {
		t.Errorf("the bars hold %d of 1000", sum)
	}
	h.add(0)
	h.add(-time.Second)
	h.add(100 * time.Hour)
}
