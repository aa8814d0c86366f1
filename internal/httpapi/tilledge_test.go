package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/api"
)

// syncs tells of one offline redemption and returns its status.
func (s *shop) syncs(till, token string, seq string, at time.Time) string {
	s.t.Helper()
	when, _ := json.Marshal(at)
	res := s.send(http.MethodPost, "/v1/till/sync", till,
		`{"redemptions":[{"tillSeq":`+seq+`,"token":"`+token+`","at":`+string(when)+`,`+twenty+`}]}`, nil)
	var out api.OfflineResults
	must(s.t, json.Unmarshal([]byte(res.body), &out))
	if len(out.Results) != 1 {
		s.t.Fatalf("%d %s", res.status, res.body)
	}
	return out.Results[0].Status
}

// TestAUnitThatWaitsForOfflineTillsIsNotGivenBackTwice holds that nothing but time releases the unit of a voucher that a
// till without network may have taken, and that what was released does not come back to life.
func TestAUnitThatWaitsForOfflineTillsIsNotGivenBackTwice(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"budget":{"total":1},"redeeming":{"offlineHours":24}`)
	r := s.reserves("token", offer)
	taken := s.now.Add(time.Second)
	s.now = s.now.Add(time.Minute)
	s.send(http.MethodDelete, "/v1/me/redemptions/"+string(r.ID), "token", "", nil)
	s.send(http.MethodPost, "/v1/till/redemptions/"+string(r.ID)+"/rollback", "till", "", nil)
	if res := s.send(http.MethodPost, "/v1/me/redemptions", "ben", `{"offer":"`+offer+`"}`, nil); res.status != http.StatusGone {
		t.Errorf("the unit of a voucher that a till may have taken is given to others: %d %s", res.status, res.body)
	}
	if got := s.syncs("till", r.Token, "1", taken); got != "accepted" {
		t.Errorf("the till tells of it: %s", got)
	}
	if got := s.syncs("till", r.Token, "1", taken); got != "duplicate" {
		t.Errorf("again: %s", got)
	}
	if got := s.syncs("till2", r.Token, "1", taken); got != "wrong_store" {
		t.Errorf("another till: %s", got)
	}
}

// TestEraseGivesBackWhatWaits holds that units that wait for tills without network are not lost with their person.
func TestEraseGivesBackWhatWaits(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"budget":{"total":1},"redeeming":{"offlineHours":24}`)
	r := s.reserves("token", offer)
	s.send(http.MethodDelete, "/v1/me/redemptions/"+string(r.ID), "token", "", nil)
	s.send(http.MethodDelete, "/v1/me", "token", "", nil)
	s.reserves("ben", offer)
}

// TestPresenceWithoutATill holds that who reserved there does not use it from elsewhere.
func TestPresenceWithoutATill(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"presence":true}`)
	fix := `{"fixes":[{"lat":48.4005,"lon":9.99,"acc":10,"at":` + millis(s.now) + `}]}`
	s.send(http.MethodPost, "/v1/me/positions", "token", fix, nil)
	s.reserves("token", offer)
	s.now = s.now.Add(12 * time.Minute)
	if res := s.send(http.MethodPost, "/v1/me/redemptions", "token", `{"offer":"`+offer+`","redeem":true}`, nil); res.status != http.StatusForbidden {
		t.Errorf("from nowhere: %d %s", res.status, res.body)
	}
}

// TestWhatOnesOwnPhoneUsedIsOnTheStopList holds that tills without network learn of it as of what was given back.
func TestWhatOnesOwnPhoneUsedIsOnTheStopList(t *testing.T) {
	s := newShop(t)
	offer := s.sells(`{"kind":"percent","value":10}`, `,"redeeming":{"offlineHours":24}`)
	r := s.reserves("token", offer)
	s.send(http.MethodPost, "/v1/me/redemptions", "token", `{"offer":"`+offer+`","redeem":true}`, nil)
	if res := s.send(http.MethodGet, "/v1/till/keys", "till", "", nil); !strings.Contains(res.body, string(r.ID)) {
		t.Errorf("%s", res.body)
	}
}

// TestTillsCantGuessCodes holds that a till asks at a shop's pace, and no faster.
func TestTillsCantGuessCodes(t *testing.T) {
	s := newShop(t)
	for i := range 201 {
		_, refused := s.pays("till", "check", twenty, "00000-00000")
		if want := map[bool]string{true: "unknown_code", false: "rate_limited"}[i < 200]; refused != want {
			t.Fatalf("request %d: %q, want %q", i, refused, want)
		}
	}
}
