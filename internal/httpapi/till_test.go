package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

// shop is a world with tills: one at the place of the offers, one at another store, one of another merchant.
type shop struct {
	*world
	t *testing.T
}

func newShop(t *testing.T) *shop {
	w := newWorld(t)
	s := &shop{w, t}
	must(t, json.Unmarshal([]byte(w.send(http.MethodPatch, "/v1/merchants/$merchant", "sk",
		`{"program":{"pointsPerUnit":1,"tiers":[{"name":"silver","points":20},{"name":"gold","points":100}]}}`, nil).body), &api.Merchant{}))
	w.vars["elsewhere"] = w.made("sk", "/v1/places", `{"name":"Second","merchant":"$merchant","category":"restaurant","location":{"lat":48.5,"lon":9.99}}`, "id")
	w.vars["foreign"] = w.made("sk", "/v1/places", `{"name":"Third","merchant":"$stranger","category":"restaurant","location":{"lat":48.6,"lon":9.99}}`, "id")
	for name, at := range map[string][2]string{"till": {"merchant", "place"}, "till2": {"merchant", "elsewhere"}, "till3": {"stranger", "foreign"}} {
		w.vars[name] = w.key(catalogue.KeySpec{
			Mode: offers.Live, Kind: catalogue.Till, Merchant: id.Merchant(w.vars[at[0]]), Place: id.Place(w.vars[at[1]]),
		})
	}
	w.vars["ben"] = w.made("pk", "/v1/users", `{"consents":{"location":{"granted":true,"policy":"1"},"purchases":{"granted":true,"policy":"1"}}}`, "token")
	return s
}

// sells registers an offer and returns its id.
func (s *shop) sells(reward, rest string) string {
	return s.made("sk", "/v1/offers", `{"merchant":"$merchant","place":"$place","title":"Sale","category":"restaurant.italian","triggers":["nearby"],"radius":300,"reward":`+reward+rest+`}`, "id")
}

func (s *shop) reserves(who, offer string) (r api.Redemption) {
	s.t.Helper()
	res := s.send(http.MethodPost, "/v1/me/redemptions", who, `{"offer":"`+offer+`"}`, nil)
	if res.status != http.StatusCreated {
		s.t.Fatalf("reserve: %d %s", res.status, res.body)
	}
	must(s.t, json.Unmarshal([]byte(res.body), &r))
	return r
}

// pays returns the answer of a till, and the code of its refusal.
func (s *shop) pays(till, path, basket string, codes ...string) (out api.CheckoutResult, refused string) {
	s.t.Helper()
	list, _ := json.Marshal(codes)
	res := s.send(http.MethodPost, "/v1/till/"+path, till, `{"codes":`+string(list)+`,`+basket+`}`, []string{"Accept-Language", "de-DE,en"})
	if res.status >= 400 {
		return out, res.problem(s.t).Code
	}
	must(s.t, json.Unmarshal([]byte(res.body), &out))
	for _, l := range out.Lines {
		if l.Refused != nil && refused == "" {
			refused = l.Refused.Code
		}
	}
	return out, refused
}

const twenty = `"amount":20,"currency":"EUR"`

func TestTillRedeemsAndRollsBack(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":12.5,"currency":"EUR","max":50}`, `,"budget":{"total":1},"conditions":{"minSpend":10,"currency":"EUR"}`)
	r := s.reserves("token", offer)
	if out, refused := s.pays("till", "check", twenty, r.Code); refused != "" || out.Discount != 2.5 || out.Pay != 17.5 {
		t.Errorf("check: %+v, %s", out, refused)
	}
	for _, tt := range []struct{ till, basket, code, want string }{
		{"till", twenty, "00000-00000", "unknown_code"},
		{"till2", twenty, r.Code, "wrong_store"},
		{"till3", twenty, r.Code, "wrong_merchant"},
		{"till", `"amount":9.99,"currency":"EUR"`, r.Code, "min_spend"},
		{"till", `"amount":20,"currency":"CHF"`, r.Code, "wrong_currency"},
		{"till", `"amount":20.001,"currency":"EUR"`, r.Code, "invalid_field"},
	} {
		for _, path := range []string{"check", "redemptions"} {
			if _, refused := s.pays(tt.till, path, tt.basket, tt.code); refused != tt.want {
				t.Errorf("%s at %s: %q, want %q", path, tt.till, refused, tt.want)
			}
		}
	}
	if res := s.send(http.MethodPost, "/v1/till/redemptions", "till", `{"codes":["`+r.Code+`"],"amount":1,"currency":"EUR"}`, []string{"Accept-Language", "de"}); !strings.Contains(res.body, "zu klein") {
		t.Errorf("no German: %s", res.body)
	}
	if out, refused := s.pays("till", "redemptions", twenty, strings.ToLower(r.Token[:3])+r.Token[3:]); refused != "unknown_code" {
		t.Errorf("%+v, %q", out, refused)
	}
	out, refused := s.pays("till", "redemptions", twenty, r.Token)
	if refused != "" || out.Discount != 2.5 || out.Lines[0].Points != 17 {
		t.Fatalf("redeem: %+v, %s", out, refused)
	}
	if _, refused := s.pays("till", "redemptions", twenty, r.Code); refused != "already_redeemed" {
		t.Errorf("again: %q", refused)
	}
	if res := s.send(http.MethodPost, "/v1/me/redemptions", "ben", `{"offer":"`+offer+`"}`, nil); res.status != http.StatusGone {
		t.Errorf("a second unit: %d %s", res.status, res.body)
	}
	s.loyalty("token", 17, "")
	rollback := "/v1/till/redemptions/" + string(r.ID) + "/rollback"
	if res := s.send(http.MethodPost, rollback, "till3", "", nil); res.status != http.StatusForbidden {
		t.Errorf("by another merchant: %d %s", res.status, res.body)
	}
	for range 2 {
		if res := s.send(http.MethodPost, rollback, "till2", "", nil); res.status != http.StatusOK {
			t.Errorf("rollback: %d %s", res.status, res.body)
		}
	}
	s.loyalty("token", 0, "")
	if _, refused := s.pays("till", "check", twenty, r.Code); refused != "rolled_back" {
		t.Errorf("after the rollback: %q", refused)
	}
	if me := s.send(http.MethodGet, "/v1/me", "token", "", nil).body; !strings.Contains(me, `"status":"rolled_back"`) || strings.Contains(me, `"id":"pur_`) {
		t.Errorf("account: %s", me)
	}
	s.reserves("ben", offer) // its unit came back, once
	s.vars["uta"] = s.made("pk", "/v1/users", `{"language":"de","consents":{"location":{"granted":true,"policy":"1"}}}`, "token")
	if res := s.send(http.MethodPost, "/v1/me/redemptions", "uta", `{"offer":"`+offer+`"}`, nil); !strings.Contains(res.body, "nichts mehr da") {
		t.Errorf("no German: %d %s", res.status, res.body)
	}
	if res := s.send(http.MethodPost, "/v1/me/redemptions", "token", `{"offer":"`+offer+`"}`, nil); res.status != http.StatusGone {
		t.Errorf("the unit came back twice: %d %s", res.status, res.body)
	}
}

// TestEraseGivesBack holds that nobody takes along the units that they only reserved.
func TestEraseGivesBack(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"budget":{"total":1},"redeeming":{"offlineHours":24}`)
	r := s.reserves("token", offer)
	if res := s.send(http.MethodDelete, "/v1/me", "token", "", nil); res.status != http.StatusOK {
		t.Fatalf("%d %s", res.status, res.body)
	}
	for _, text := range []string{r.Code, r.Token} {
		if _, refused := s.pays("till", "check", twenty, text); refused != "unknown_code" {
			t.Errorf("the code of an erased person: %q", refused)
		}
	}
	s.reserves("ben", offer)
}

func (s *shop) loyalty(who string, points int, tier string) {
	s.t.Helper()
	var l api.Loyalty
	must(s.t, json.Unmarshal([]byte(s.send(http.MethodGet, "/v1/me/loyalty", who, "", nil).body), &l))
	if points == 0 && len(l.Merchants) == 0 {
		return
	}
	if len(l.Merchants) != 1 || l.Merchants[0].Points != points || l.Merchants[0].Tier != tier {
		s.t.Errorf("points %+v, want %d, tier %q", l.Merchants, points, tier)
	}
}

func TestReservationEndsToTheSecond(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"amount","value":5,"currency":"EUR"}`, `,"budget":{"total":1},"redeeming":{"holdMinutes":10}`)
	r := s.reserves("token", offer)
	s.now = r.Expires.Add(-time.Second)
	if _, refused := s.pays("till", "check", twenty, r.Code); refused != "" {
		t.Errorf("a second before: %q", refused)
	}
	s.now = r.Expires
	if _, refused := s.pays("till", "redemptions", twenty, r.Code); refused != "expired" {
		t.Errorf("at its end: %q", refused)
	}
	if res := s.send(http.MethodGet, "/v1/me/redemptions/"+string(r.ID), "token", "", nil); !strings.Contains(res.body, `"status":"expired"`) {
		t.Errorf("%s", res.body)
	}
	s.reserves("ben", offer) // the unit is back
	back := s.reserves("ben", s.sells(`{"kind":"none"}`, `,"budget":{"total":1}`))
	for range 2 {
		if res := s.send(http.MethodDelete, "/v1/me/redemptions/"+string(back.ID), "ben", "", nil); res.status != http.StatusOK || !strings.Contains(res.body, "rolled_back") {
			t.Errorf("give back: %d %s", res.status, res.body)
		}
	}
	s.reserves("token", string(back.Offer))
}

func TestTillStacks(t *testing.T) {
	s := newShop(t)
	a := s.reserves("token", s.sells(`{"kind":"amount","value":5,"currency":"EUR"}`, `,"redeeming":{"stacks":true,"group":"g"}`)).Code
	b := s.reserves("token", s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"stacks":true}`)).Code
	c := s.reserves("token", s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"stacks":true,"group":"g"}`)).Code
	alone := s.reserves("token", s.sells(`{"kind":"percent","value":50}`, "")).Code
	bens := s.reserves("ben", s.sells(`{"kind":"percent","value":1}`, `,"redeeming":{"stacks":true}`)).Code
	for want, codes := range map[string][]string{
		"group_taken": {a, c}, "not_stackable": {a, alone}, "already_redeemed": {a, a}, "unknown_code": {b, "00000-00000"},
	} {
		if _, refused := s.pays("till", "redemptions", twenty, codes...); refused != want {
			t.Errorf("%v: %q, want %q", codes, refused, want)
		}
	}
	if _, refused := s.pays("till", "redemptions", twenty, a, bens); refused != "not_stackable" {
		t.Errorf("two people's: %q", refused)
	}
	key := []string{"Idempotency-Key", "basket-1"}
	body := `{"codes":["` + a + `","` + b + `"],` + twenty + `}`
	first := s.send(http.MethodPost, "/v1/till/redemptions", "till", body, key)
	again := s.send(http.MethodPost, "/v1/till/redemptions", "till", body, key)
	if first.status != http.StatusCreated || first.body != again.body || !strings.Contains(first.body, `"discount":7`) || !strings.Contains(first.body, `"pay":13`) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	s.loyalty("token", 13, "") // once, for what was paid
}

func TestMemberCodeEarnsPoints(t *testing.T) {
	s := newShop(t)
	var m api.MemberCode
	must(t, json.Unmarshal([]byte(s.send(http.MethodGet, "/v1/me/member-code", "ben", "", nil).body), &m))
	body := `{"member":"` + m.Code + `",` + twenty + `}`
	key := []string{"Idempotency-Key", "buy-1"}
	for range 2 {
		if res := s.send(http.MethodPost, "/v1/till/purchases", "till", body, key); res.status != http.StatusCreated || !strings.Contains(res.body, `"points":20,"balance":20,"tier":"silver"`) {
			t.Errorf("%d %s", res.status, res.body)
		}
	}
	s.loyalty("ben", 20, "silver")
	if _, refused := s.pays("till", "check", twenty, m.Code); refused != "unknown_code" {
		t.Errorf("a member's code is no voucher: %q", refused)
	}
	if res := s.send(http.MethodGet, "/v1/me/member-code", "shy", "", nil); res.status != http.StatusForbidden {
		t.Errorf("without consent: %d", res.status)
	}
	s.send(http.MethodPatch, "/v1/me/consents", "ben", `{"consents":{"purchases":{"granted":false}}}`, nil)
	if res := s.send(http.MethodPost, "/v1/till/purchases", "till", body, nil); res.status != http.StatusNotFound {
		t.Errorf("after a withdrawal: %d %s", res.status, res.body)
	}
	s.loyalty("ben", 0, "")
}

func TestPresence(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"presence":true}`)
	ask := func() answer {
		return s.send(http.MethodPost, "/v1/me/redemptions", "token", `{"offer":"`+offer+`"}`, nil)
	}
	stand := func(lat string) {
		s.t.Helper()
		s.now = s.now.Add(3 * time.Hour)
		fix := `{"fixes":[{"lat":` + lat + `,"lon":9.99,"acc":10,"at":` + millis(s.now) + `}]}`
		if res := s.send(http.MethodPost, "/v1/me/positions", "token", fix, nil); res.status != http.StatusOK || strings.Contains(res.body, "refused") {
			t.Fatalf("%d %s", res.status, res.body)
		}
	}
	if res := ask(); res.status != http.StatusForbidden || res.problem(t).Code != "not_present" {
		t.Errorf("from nowhere: %d %s", res.status, res.body)
	}
	stand("48.5")
	if res := ask(); res.status != http.StatusForbidden {
		t.Errorf("from afar: %d %s", res.status, res.body)
	}
	stand("48.4005")
	s.now = s.now.Add(11 * time.Minute)
	if res := ask(); res.status != http.StatusForbidden {
		t.Errorf("from before: %d %s", res.status, res.body)
	}
	stand("48.4005")
	var r api.Redemption
	res := ask()
	must(t, json.Unmarshal([]byte(res.body), &r))
	s.now = s.now.Add(12 * time.Minute)
	if _, refused := s.pays("till", "redemptions", twenty, r.Code); refused != "not_present" {
		t.Errorf("somebody else's phone: %q", refused)
	}
}

func millis(t time.Time) string {
	b, _ := json.Marshal(t.UnixMilli())
	return string(b)
}

// TestTillKeysAreForTillsOnly holds that a till's key opens nothing else, and that no other key opens a till.
func TestTillKeysAreForTillsOnly(t *testing.T) {
	s := newShop(t)
	for _, path := range []string{"/v1/offers", "/v1/places", "/v1/me"} {
		if res := s.send(http.MethodGet, path, "till", "", nil); res.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, res.status)
		}
	}
	for _, cred := range []string{"sk", "pk", "token", "boundsk"} {
		if res := s.send(http.MethodGet, "/v1/till/keys", cred, "", nil); res.status != http.StatusForbidden {
			t.Errorf("%s: %d", cred, res.status)
		}
	}
	r := s.reserves("token", s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"offlineHours":24}`))
	s.send(http.MethodDelete, "/v1/me/redemptions/"+string(r.ID), "token", "", nil)
	res := s.send(http.MethodGet, "/v1/till/keys", "till", "", nil)
	if res.status != http.StatusOK || !strings.Contains(res.body, string(r.ID)) || strings.Contains(res.body, "usr_") {
		t.Errorf("%d %s", res.status, res.body)
	}
	if res := s.send(http.MethodGet, "/v1/till/keys", "till3", "", nil); strings.Contains(res.body, string(r.ID)) {
		t.Errorf("another merchant sees %s", res.body)
	}
}
