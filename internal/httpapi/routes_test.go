package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/internal/httpapi"
)

// scenario is one request and what must come of it.
type scenario struct {
	name    string
	method  string // of "METHOD path"
	cred    string
	body    string
	headers []string

	status   int
	code     string // of a problem
	field    string
	contains []string
	lacks    []string
}

func (w *world) run(t *testing.T, scenarios []scenario) {
	t.Helper()
	spec := readSpec(t)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			method, path, _ := strings.Cut(s.method, " ")
			got := w.send(method, path, s.cred, s.body, s.headers)
			if got.status != s.status {
				t.Fatalf("%s: %d, want %d: %s", s.method, got.status, s.status, got.body)
			}
			spec.allows(t, method, w.fill(path), got.status)
			if got.header.Get("X-Request-Id") == "" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("the headers that every answer has are missing")
			}
			if s.status >= 400 {
				p := got.problem(t)
				if p.Code != s.code || p.Field != s.field || p.Status != s.status || p.Detail == "" {
					t.Errorf("problem %+v, want code %q, field %q", p, s.code, s.field)
				}
			}
			for _, want := range s.contains {
				if !strings.Contains(got.body, w.fill(want)) {
					t.Errorf("%s lacks %s", got.body, w.fill(want))
				}
			}
			for _, no := range s.lacks {
				if strings.Contains(got.body, w.fill(no)) {
					t.Errorf("%s must not hold %s", got.body, w.fill(no))
				}
			}
		})
	}
}

func TestMerchantSide(t *testing.T) {
	w := newWorld(t)
	w.run(t, []scenario{
		{name: "make a merchant", method: "POST /v1/merchants", cred: "sk", body: `{"name":"A"}`, status: 201, contains: []string{`"mode":"live"`, `"revision":"`}},
		{name: "list merchants", method: "GET /v1/merchants?limit=1", cred: "sk", status: 200, contains: []string{`"next":"`}},
		{name: "bound key lists its merchant", method: "GET /v1/merchants", cred: "boundsk", status: 200, contains: []string{"$merchant"}, lacks: []string{"$stranger"}},
		{name: "read a merchant", method: "GET /v1/merchants/$merchant", cred: "sk", status: 200, contains: []string{`"name":"Da Anna GmbH"`}},
		{name: "change a merchant", method: "PATCH /v1/merchants/$merchant", cred: "sk", body: `{"name":"Anna"}`, status: 200, contains: []string{`"name":"Anna"`}},
		{name: "bound key makes no merchant", method: "POST /v1/merchants", cred: "boundsk", body: `{"name":"A"}`, status: 403, code: "forbidden"},
		{name: "bound key sees no other merchant", method: "GET /v1/merchants/$stranger", cred: "boundsk", status: 404, code: "not_found"},

		{name: "make a place", method: "POST /v1/places", cred: "sk", body: `{"externalId":"x1","name":"A","location":{"lat":1,"lon":2}}`, status: 201, contains: []string{`"location":{"lat":1,"lon":2}`}},
		{name: "replace it by its external id", method: "POST /v1/places", cred: "sk", body: `{"externalId":"x1","name":"B","location":{"lat":1,"lon":2}}`, status: 200, contains: []string{`"name":"B"`}},
		{name: "bound key takes no foreign external id", method: "POST /v1/places", cred: "boundsk", body: `{"externalId":"x1","name":"B","location":{"lat":1,"lon":2}}`, status: 409, code: "already_exists", field: "externalId"},
		{name: "bound key makes its own", method: "POST /v1/places", cred: "boundsk", body: `{"name":"B","location":{"lat":1,"lon":2}}`, status: 201, contains: []string{`"merchant":"$merchant"`}},
		{name: "bound key makes no place for others", method: "POST /v1/places", cred: "boundsk", body: `{"merchant":"$stranger","name":"B","location":{"lat":1,"lon":2}}`, status: 403, code: "forbidden", field: "merchant"},
		{name: "list places", method: "GET /v1/places", cred: "sk", status: 200, contains: []string{"$place"}},
		{name: "places near", method: "GET /v1/places?near=48.4,9.991&limit=1", cred: "sk", status: 200, contains: []string{"$place", `"distance":7`}},
		{name: "places in a box", method: "GET /v1/places?bbox=9,48,10,49", cred: "sk", status: 200, contains: []string{"$place"}, lacks: []string{`"name":"B"`}},
		{name: "read a place", method: "GET /v1/places/$place", cred: "sk", status: 200, contains: []string{`"category":"restaurant.italian"`}},
		{name: "a patch keeps what it does not name", method: "PATCH /v1/places/$place", cred: "sk", body: `{"brand":"Anna","category":null}`, status: 200, contains: []string{`"brand":"Anna"`, `"name":"Da Anna"`}, lacks: []string{"category"}},
		{name: "merge-patch media type", method: "PATCH /v1/places/$place", cred: "sk", body: `{}`, headers: []string{"Content-Type", "application/merge-patch+json"}, status: 200},
		{name: "a place with active offers stays", method: "DELETE /v1/places/$place", cred: "sk", status: 409, code: "conflict"},

		{name: "report a stock", method: "PUT /v1/places/$place/stock", cred: "sk", body: `{"items":[{"sku":"a","quantity":2},{"sku":"b","name":"Bun","quantity":1,"price":1.5,"currency":"EUR"}]}`, status: 200, contains: []string{`"items":2`, `"changed":2`}},
		{name: "stock with a broken item", method: "PUT /v1/places/$place/stock", cred: "sk", body: `{"items":[{"sku":"a","quantity":-1}]}`, status: 400, code: "invalid_field", field: "items[0].quantity"},
		{name: "a stock whose list was forgotten clears nothing", method: "PUT /v1/places/$place/stock", cred: "sk", body: `{}`, status: 400, code: "invalid_field", field: "items"},
		{name: "a stock without a quantity is not sold out", method: "PUT /v1/places/$place/stock", cred: "sk", body: `{"items":[{"sku":"a"}]}`, status: 400, code: "invalid_field", field: "items[0].quantity"},
		{name: "a change without a list", method: "PATCH /v1/places/$place/stock", cred: "sk", body: `{}`, status: 400, code: "invalid_field", field: "items"},
		{name: "stock as a table", method: "PUT /v1/places/$place/stock", cred: "sk", body: "SKU,Quantity,Price,Currency,Shelf\na,2,1.99,EUR,7\nb,1,,,\n", headers: []string{"Content-Type", "text/csv; charset=utf-8"}, status: 200, contains: []string{`"items":2`, `"ignored":["shelf"]`}},
		{name: "a table with a broken row", method: "PUT /v1/places/$place/stock", cred: "sk", body: "sku,quantity\na,2\nb,some\n", headers: []string{"Content-Type", "text/csv"}, status: 400, code: "invalid_field", field: "line 3: quantity"},
		{name: "a table without a header", method: "PATCH /v1/places/$place/stock", cred: "sk", body: "a,2\n", headers: []string{"Content-Type", "text/csv"}, status: 400, code: "invalid_field", field: "line 1"},
		{name: "change a stock that was never told", method: "PATCH /v1/places/$place/stock", cred: "sk", body: `{"items":[{"sku":"new"}]}`, status: 400, code: "invalid_field", field: "items[0].quantity"},
		{name: "list a stock", method: "GET /v1/places/$place/stock?limit=1", cred: "sk", status: 200, contains: []string{`"items":[`}},
		{name: "publish an offer", method: "POST /v1/offers", cred: "sk", body: offerBody, status: 201, contains: []string{`"status":"active"`, `"radius":300`, `"triggers":["nearby"]`}},
		{name: "bound key needs no merchant", method: "POST /v1/offers", cred: "boundsk", body: `{"title":"T","category":"cafe","reach":{"type":"Point","coordinates":[1,1],"radius":9},"triggers":["pull"]}`, status: 201, contains: []string{"$merchant"}},
		{name: "list offers", method: "GET /v1/offers", cred: "sk", status: 200, contains: []string{"$offer"}},
		{name: "read an offer", method: "GET /v1/offers/$offer", cred: "sk", status: 200, contains: []string{`"total":1`}},
		{name: "change an offer", method: "PATCH /v1/offers/$offer", cred: "sk", body: `{"budget":{"total":2}}`, status: 200, contains: []string{`"total":2`, `"perUser":1`}},
		{name: "stop an offer", method: "POST /v1/offers/$offer/stop", cred: "sk", status: 200, contains: []string{`"status":"stopped"`}},
		{name: "stopping it again changes nothing", method: "POST /v1/offers/$offer/stop", cred: "sk", status: 200, contains: []string{`"status":"stopped"`}},

		{
			name: "a batch stands or fails item by item", method: "POST /v1/places/batch", cred: "sk", status: 200,
			body:     `{"items":[{"externalId":"b","name":"A","location":{"lat":1,"lon":2}},{"name":"","location":{"lat":1,"lon":2}},{"externalId":"b","name":"C","location":{"lat":1,"lon":2}}]}`,
			contains: []string{`"created":1,"replaced":1,"failed":1`, `"index":1,"problem"`, `"field":"name"`, `"index":2,"id":"plc_`},
		},
		{name: "a batch of offers", method: "POST /v1/offers/batch", cred: "sk", body: `{"items":[` + offerBody + `]}`, status: 200, contains: []string{`"created":1`}},
		{name: "an empty batch", method: "POST /v1/offers/batch", cred: "sk", body: `{"items":[]}`, status: 400, code: "invalid_field", field: "items"},
		{name: "far too many items", method: "POST /v1/places/batch", cred: "sk", body: `{"items":[` + strings.Repeat(`{},`, 20_000) + `{}]}`, status: 413, code: "too_large", field: "items"},
		{name: "too many items", method: "POST /v1/places/batch", cred: "sk", body: `{"items":[` + strings.TrimSuffix(strings.Repeat(`{"name":"A","location":{"lat":1,"lon":2}},`, 1001), ",") + `]}`, status: 400, code: "invalid_field", field: "items"},
	})
}

func TestPersonSide(t *testing.T) {
	w := newWorld(t)
	w.vars["lunch"] = w.made("sk", "/v1/offers", `{"merchant":"$merchant","place":"$place","title":"Lunch","category":"restaurant.italian",`+
		`"reach":{"type":"Point","coordinates":[9.99,48.4],"radius":250},"triggers":["enter","pull"],"ends":"2099-01-01T00:00:00Z"}`, "id")
	ms := w.now.UnixMilli()
	w.run(t, []scenario{
		{name: "opt in", method: "POST /v1/users", cred: "pk", body: `{"consents":{"location":{"granted":true,"policy":"1"}},"language":"de"}`, status: 201, contains: []string{`"token":"fl_dev_usr_`}},
		{name: "nothing granted", method: "POST /v1/users", cred: "pk", body: `{"consents":{}}`, status: 403, code: "consent_required", field: "consents"},
		{name: "no policy", method: "POST /v1/users", cred: "pk", body: `{"consents":{"location":{"granted":true}}}`, status: 400, code: "invalid_field", field: "consents.location.policy"},
		{name: "a key that others could hit upon", method: "POST /v1/users", cred: "pk", headers: []string{"Idempotency-Key", "1"}, body: `{"consents":{"location":{"granted":true,"policy":"1"}}}`, status: 400, code: "invalid_field", field: "Idempotency-Key"},
		{name: "neither yes nor no", method: "POST /v1/users", cred: "pk", body: `{"consents":{"push":{"granted":true,"policy":"1"},"location":{"policy":"1"}}}`, status: 400, code: "invalid_field", field: "consents.location.granted"},
		{name: "unknown purpose", method: "POST /v1/users", cred: "pk", body: `{"consents":{"ads":{"granted":true,"policy":"1"}}}`, status: 400, code: "invalid_field", field: "consents.ads"},
		{name: "unknown level", method: "POST /v1/users", cred: "pk", body: `{"consents":{"mood":{"granted":true,"policy":"1"}},"moodLevel":"max"}`, status: 400, code: "invalid_field", field: "moodLevel"},
		{name: "a level without consent", method: "POST /v1/users", cred: "pk", body: `{"consents":{"location":{"granted":true,"policy":"1"}},"moodLevel":"quiet"}`, status: 400, code: "invalid_field", field: "moodLevel"},
		{name: "unknown zone", method: "POST /v1/users", cred: "pk", body: `{"consents":{"mood":{"granted":true,"policy":"1"}},"zone":"Mars"}`, status: 400, code: "invalid_field", field: "zone"},
		{name: "simulated from this machine", method: "POST /v1/users", cred: "pk", body: `{"consents":{"mood":{"granted":true,"policy":"1"}},"simulated":true}`, status: 201},
		{name: "simulated through a proxy", method: "POST /v1/users", cred: "pk", headers: []string{"X-Forwarded-For", "192.0.2.1"}, body: `{"consents":{"mood":{"granted":true,"policy":"1"}},"simulated":true}`, status: 403, code: "forbidden", field: "simulated"},
		{name: "simulated with a test key", method: "POST /v1/users", cred: "testpk", headers: []string{"X-Forwarded-For", "192.0.2.1"}, body: `{"consents":{"mood":{"granted":true,"policy":"1"}},"simulated":true}`, status: 201},

		{name: "pull", method: "GET /v1/offers?lat=48.4&lon=9.99&radius=500&category=restaurant&category=cafe", cred: "token", status: 200, contains: []string{"$offer", `"reasons":[{`}},
		{name: "pull nothing", method: "GET /v1/offers?lat=0&lon=0", cred: "token", status: 200, contains: []string{`"items":[]`}},
		{name: "pull without consent", method: "GET /v1/offers?lat=48.4&lon=9.99", cred: "shy", status: 403, code: "consent_required", field: "location"},
		{name: "half a point", method: "GET /v1/offers?lat=48.4", cred: "token", status: 400, code: "invalid_field", field: "lon"},
		{name: "no number", method: "GET /v1/offers?lat=NaN&lon=1", cred: "token", status: 400, code: "invalid_field", field: "lat"},
		{name: "out of range", method: "GET /v1/offers?lat=91&lon=1", cred: "token", status: 400, code: "invalid_field", field: "lat"},
		{name: "a parameter of nobody", method: "GET /v1/offers?lat=1&lon=1&colour=red", cred: "token", status: 400, code: "unknown_field", field: "colour"},
		{name: "a parameter twice", method: "GET /v1/offers?lat=1&lat=1&lon=1", cred: "token", status: 400, code: "invalid_field", field: "lat"},

		{name: "positions", method: "POST /v1/me/positions", cred: "token", body: fmt.Sprintf(`{"fixes":[{"lat":48.4,"lon":9.99,"acc":10,"at":%d}]}`, ms), status: 200, contains: []string{`"accepted":1`, `"hint":{"metres":`}},
		{name: "a fix of yesterday's order", method: "POST /v1/me/positions", cred: "token", body: fmt.Sprintf(`{"fixes":[{"lat":48.4,"lon":9.99,"acc":10,"at":%d}]}`, ms), status: 200, contains: []string{`"refused":{`, `"field":"fixes[0].at"`}},
		{name: "positions without consent", method: "POST /v1/me/positions", cred: "shy", body: fmt.Sprintf(`{"fixes":[{"lat":48.4,"lon":9.99,"at":%d}]}`, ms), status: 403, code: "consent_required", field: "location"},
		{name: "no fixes", method: "POST /v1/me/positions", cred: "token", body: `{"fixes":[]}`, status: 400, code: "invalid_field", field: "fixes"},
		{name: "a fix without longitude", method: "POST /v1/me/positions", cred: "token", body: fmt.Sprintf(`{"fixes":[{"lat":48.4,"at":%d}]}`, ms), status: 400, code: "invalid_field", field: "fixes[0].lon"},
		{name: "a fix off the globe", method: "POST /v1/me/positions", cred: "token", body: fmt.Sprintf(`{"fixes":[{"lat":48.4,"lon":9.99,"at":%d},{"lat":95,"lon":9.99,"at":%d}]}`, ms, ms+1), status: 400, code: "invalid_field", field: "fixes[1].lat"},
		{name: "an unknown member of a fix", method: "POST /v1/me/positions", cred: "token", body: `{"fixes":[{"lat":48.4,"lon":9.99,"at":1,"altitude":3}]}`, status: 400, code: "unknown_field", field: "fixes[0].altitude"},

		{name: "mood", method: "POST /v1/me/mood", cred: "shy", body: fmt.Sprintf(`{"valence":-0.5,"arousal":0,"confidence":0.9,"source":"self","at":%d}`, ms), status: 204},
		{name: "mood without consent", method: "POST /v1/me/mood", cred: "token", body: fmt.Sprintf(`{"valence":-0.5,"arousal":0,"confidence":0.9,"source":"self","at":%d}`, ms), status: 403, code: "consent_required", field: "mood"},
		{name: "mood from a source that is not allowed", method: "POST /v1/me/mood", cred: "shy", body: fmt.Sprintf(`{"valence":-0.5,"arousal":0,"confidence":0.9,"source":"wearable","at":%d}`, ms), status: 403, code: "consent_required", field: "mood.wearable"},
		{name: "mood beyond its range", method: "POST /v1/me/mood", cred: "shy", body: `{"valence":-5,"arousal":0,"confidence":0.9,"source":"self","at":1}`, status: 400, code: "invalid_field", field: "valence"},

		{name: "feedback", method: "POST /v1/me/feedback", cred: "token", body: fmt.Sprintf(`{"offer":"$offer","action":"liked","at":%d}`, ms), status: 204},
		{name: "feedback of no kind", method: "POST /v1/me/feedback", cred: "token", body: `{"offer":"$offer","action":"shrugged","at":1}`, status: 400, code: "invalid_field", field: "action"},
		{name: "feedback on nothing", method: "POST /v1/me/feedback", cred: "token", body: `{"offer":"off_none","action":"liked","at":1}`, status: 404, code: "not_found", field: "offer"},
		{name: "purchase", method: "POST /v1/me/purchases", cred: "token", body: `{"place":"$place","amount":12.5,"currency":"EUR"}`, status: 201, contains: []string{`"id":"pur_`}},
		{name: "purchase without consent", method: "POST /v1/me/purchases", cred: "shy", body: `{"place":"$place","amount":12.5,"currency":"EUR"}`, status: 403, code: "consent_required", field: "purchases"},
		{name: "trip", method: "POST /v1/me/trips", cred: "token", body: `{"place":"$place","mode":"walk"}`, status: 201, contains: []string{`"lat":48.`, `"mode":"walk"`, `"at":"`}},
		{name: "the trip", method: "GET /v1/me/trips/current", cred: "token", status: 200, contains: []string{`"place":"$place"`}},
		{name: "trip to nowhere", method: "POST /v1/me/trips", cred: "token", body: `{"mode":"walk"}`, status: 400, code: "invalid_field", field: "lat"},
		{name: "trip by rocket", method: "POST /v1/me/trips", cred: "token", body: `{"lat":1,"lon":2,"mode":"rocket"}`, status: 400, code: "invalid_field", field: "mode"},
		{name: "trip to no place", method: "POST /v1/me/trips", cred: "token", body: `{"place":"plc_none"}`, status: 404, code: "not_found", field: "place"},
		{name: "trip without consent", method: "POST /v1/me/trips", cred: "shy", body: `{"lat":1,"lon":2}`, status: 403, code: "consent_required", field: "location"},
		{name: "trip ends", method: "DELETE /v1/me/trips/current", cred: "token", status: 204},
		{name: "no trip", method: "GET /v1/me/trips/current", cred: "token", status: 404, code: "not_found"},
		{name: "no chains", method: "GET /v1/me/chains", cred: "token", status: 200, contains: []string{`"items":[]`}},
		{name: "leave no chain", method: "DELETE /v1/me/chains/$offer", cred: "token", status: 404, code: "not_found", field: "root"},
		{name: "redeem", method: "POST /v1/me/redemptions", cred: "token", body: `{"offer":"$offer"}`, status: 201, contains: []string{`"ticket":1`, `"code":"`}},
		{name: "no offer to redeem", method: "POST /v1/me/redemptions", cred: "token", body: `{}`, status: 400, code: "invalid_field", field: "offer"},

		{name: "consents", method: "GET /v1/me/consents", cred: "token", status: 200, contains: []string{`"location":{"granted":true`, `"push":{"granted":false}`}},
		{name: "one consent", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"mood":{"granted":true,"policy":"2"}},"moodLevel":"help"}`, status: 200, contains: []string{`"location":{"granted":true`, `"moodLevel":"help"`}},
		{name: "the level alone", method: "PATCH /v1/me/consents", cred: "token", body: `{"moodLevel":"quiet"}`, status: 200, contains: []string{`"moodLevel":"quiet"`, `"mood":{"granted":true`}},
		{name: "a source of mood", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"mood":{"granted":true,"policy":"$notice","sources":["wearable","face"]}}}`, status: 200, contains: []string{`"moodLevel":"quiet"`, `"policy":"2"`, `"moodSources":{"face":{"granted":true`, `"self":{"granted":true`, `"wearable":{"granted":true`}},
		{name: "a source withdrawn", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"mood":{"granted":false,"sources":["face"]}}}`, status: 200, contains: []string{`"mood":{"granted":true`, `"face":{"granted":false`, `"wearable":{"granted":true`}},
		{name: "what is not named is withdrawn, sources too", method: "PUT /v1/me/consents", cred: "token", body: `{"consents":{"location":{"granted":true,"policy":"1"},"mood":{"granted":true,"policy":"$notice","sources":["voice"]}}}`, status: 200, contains: []string{`"moodLevel":"quiet"`, `"self":{"granted":false`, `"voice":{"granted":true`, `"wearable":{"granted":false`}},
		{name: "mood put without sources", method: "PUT /v1/me/consents", cred: "token", body: `{"consents":{"location":{"granted":true,"policy":"1"},"mood":{"granted":true,"policy":"3"}},"moodLevel":"help"}`, status: 200, contains: []string{`"moodLevel":"help"`, `"self":{"granted":true`, `"voice":{"granted":false`}},
		{name: "a notice that was never written", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"mood":{"granted":true,"policy":"1999","sources":["wearable"]}}}`, status: 400, code: "notice_outdated", field: "consents.mood.policy"},
		{name: "a source of mood that does not exist", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"mood":{"granted":true,"policy":"$notice","sources":["self","smell"]}}}`, status: 400, code: "invalid_field", field: "consents.mood.sources[1]"},
		{name: "sources of another purpose", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"push":{"granted":true,"policy":"1","sources":["self"]}}}`, status: 400, code: "invalid_field", field: "consents.push.sources"},
		{name: "a minor's mood", method: "POST /v1/users", cred: "pk", body: `{"minor":true,"consents":{"mood":{"granted":true,"policy":"$notice","sources":["self"]}}}`, status: 403, code: "forbidden", field: "mood"},
		{name: "notices", method: "GET /v1/notices?lang=de", cred: "pk", status: 200, contains: []string{`"deployment":"public"`, `"language":"de"`, `"version":"$notice"`, `"level":"quiet"`, "Hautleitwert", `"source":"typing"`}},
		{name: "words for a mood", method: "GET /v1/moods?lang=de", cred: "pk", status: 200, contains: []string{`"language":"de"`, `"id":"happy"`, "Ausgelaugt", "😫"}},
		{name: "words for a mood in a language that nobody speaks", method: "GET /v1/moods?lang=fr", cred: "token", status: 400, code: "invalid_field", field: "lang"},
		{name: "notices in a language that nobody wrote", method: "GET /v1/notices?lang=fr", cred: "token", status: 400, code: "invalid_field", field: "lang"},
		{name: "all consents", method: "PUT /v1/me/consents", cred: "token", body: `{"consents":{"location":{"granted":true,"policy":"1"}}}`, status: 200, contains: []string{`"location":{"granted":true`, `"mood":{"granted":false`, `"moodLevel":"off"`}},
		{name: "preferences", method: "GET /v1/me/preferences", cred: "token", status: 200, contains: []string{`"mode":"ask_first"`}},
		{name: "set preferences", method: "PUT /v1/me/preferences", cred: "token", body: `{"push":{"mode":"ask_first","dailyCap":2,"minGapMinutes":10,"quietFrom":0,"quietTo":60},"language":"en","zone":"","blocked":[{"kind":"brand","value":"Lucky Seven"}],"mood":[{"state":"drained","categories":["cafe"]}]}`, status: 200, contains: []string{`"dailyCap":2`, "Lucky Seven", `"state":"drained"`}},
		{name: "too many pushes", method: "PUT /v1/me/preferences", cred: "token", body: `{"push":{"mode":"ask_first","dailyCap":200,"minGapMinutes":10,"quietFrom":0,"quietTo":60},"language":"en","zone":""}`, status: 400, code: "invalid_field", field: "push.dailyCap"},
		{name: "no such block", method: "PUT /v1/me/preferences", cred: "token", body: `{"push":{"mode":"ask_first","dailyCap":2,"minGapMinutes":10,"quietFrom":0,"quietTo":60},"language":"en","zone":"","blocked":[{"kind":"colour","value":"red"}]}`, status: 400, code: "invalid_field", field: "blocked[0].kind"},
		{name: "push token without consent", method: "PUT /v1/me/push-token", cred: "token", body: `{"channel":"fcm","token":"abc"}`, status: 403, code: "consent_required", field: "push"},
		{name: "push token of no channel", method: "PUT /v1/me/push-token", cred: "token", body: `{"channel":"pigeon","token":"abc"}`, status: 400, code: "invalid_field", field: "channel"},
		{name: "what to watch without push", method: "GET /v1/me/reaches?lat=48.4&lon=9.99", cred: "token", status: 403, code: "consent_required", field: "push"},
		{name: "push consent", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"push":{"granted":true,"policy":"2"}}}`, status: 200},
		{name: "ask me first", method: "PATCH /v1/me/preferences", cred: "token", body: `{"push":{"mode":"ask_first"}}`, status: 200},
		{name: "what to watch, for who asks first", method: "GET /v1/me/reaches", cred: "token", status: 200, contains: []string{`{"reaches":[],"code":"mode_ask_first","radius":20000,"seconds":86400}`}},
		{name: "surprise me", method: "PATCH /v1/me/preferences", cred: "token", body: `{"push":{"mode":"surprise","dailyCap":16,"minGapMinutes":0,"quietFrom":0,"quietTo":0}}`, status: 200},
		{name: "what to watch", method: "GET /v1/me/reaches?lat=48.41&lon=9.99&limit=1", cred: "token", status: 200, lacks: []string{"code", "$offer"}, contains: []string{`"reaches":[{"offer":"$lunch$","place":"$place","lat":48.4,"lon":9.99,"radius":250,"triggers":["enter"],"until":"2099-01-01T00:00:00Z"}]`, `"seconds":`}},
		{name: "what to watch around the last position", method: "GET /v1/me/reaches", cred: "token", status: 200, contains: []string{"$lunch$"}},
		{name: "half a point to watch", method: "GET /v1/me/reaches?lon=9.99", cred: "token", status: 400, code: "invalid_field", field: "lat"},
		{name: "a point off the globe to watch", method: "GET /v1/me/reaches?lat=48&lon=181", cred: "token", status: 400, code: "invalid_field", field: "lon"},
		{name: "far too much to watch", method: "GET /v1/me/reaches?limit=101", cred: "token", status: 400, code: "invalid_field", field: "limit"},
		{name: "nothing to watch", method: "GET /v1/me/reaches?limit=0", cred: "token", status: 400, code: "invalid_field", field: "limit"},
		{name: "reaches of a colour", method: "GET /v1/me/reaches?colour=red", cred: "token", status: 400, code: "unknown_field", field: "colour"},
		{name: "a merchant watches nobody", method: "GET /v1/me/reaches", cred: "sk", status: 403, code: "forbidden"},
		{name: "what to watch without consent", method: "GET /v1/me/reaches?lat=48.4&lon=9.99", cred: "shy", status: 403, code: "consent_required", field: "location"},
		{name: "push token", method: "PUT /v1/me/push-token", cred: "token", body: `{"channel":"fcm","token":"abc"}`, status: 204},
		{name: "push token goes", method: "PUT /v1/me/push-token", cred: "token", body: `{"channel":"fcm","token":"abc","remove":true}`, status: 204},

		{name: "account", method: "GET /v1/me", cred: "token", status: 200, contains: []string{`"user":"usr_`, `"redemptions":[{"id":"red_`, `"pushTokens":0`, "Lucky Seven"}, lacks: []string{"fl_dev_"}},
		{name: "erase", method: "DELETE /v1/me", cred: "token", status: 200, contains: []string{`"holders":["records"`}, lacks: []string{"usr_"}},
		{name: "erased", method: "GET /v1/me", cred: "token", status: 410, code: "erased"},
	})
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	w.run(t, []scenario{
		{name: "none", method: "GET /v1/places", status: 401, code: "unauthorized"},
		{name: "another scheme", method: "GET /v1/places", headers: []string{"Authorization", "Basic Zm9vOmJhcg=="}, status: 401, code: "unauthorized"},
		{name: "unknown key", method: "GET /v1/places", headers: []string{"Authorization", "Bearer fl_live_sk_nobody"}, status: 401, code: "unauthorized"},
		{name: "unknown token", method: "GET /v1/me", headers: []string{"Authorization", "Bearer fl_dev_nobody"}, status: 401, code: "unauthorized"},
		{name: "publishable key for merchants", method: "GET /v1/places", cred: "pk", status: 403, code: "forbidden"},
		{name: "secret key for an opt-in", method: "POST /v1/users", cred: "sk", body: `{}`, status: 403, code: "forbidden"},
		{name: "secret key for a person", method: "GET /v1/me", cred: "sk", status: 403, code: "forbidden"},
		{name: "device token for merchants", method: "GET /v1/places", cred: "token", status: 403, code: "forbidden"},
		{name: "test key on live data", method: "GET /v1/places/$place", cred: "testsk", status: 403, code: "mode_mismatch"},
		{name: "test key changes live data", method: "PATCH /v1/offers/$offer", cred: "testsk", body: `{"title":"x"}`, status: 403, code: "mode_mismatch"},
		{name: "live offer of a test merchant", method: "POST /v1/offers", cred: "sk", body: strings.ReplaceAll(offerBody, "$merchant", "$testmerchant"), status: 403, code: "mode_mismatch", field: "merchant"},
		{name: "test lists hold no live data", method: "GET /v1/places", cred: "testsk", status: 200, lacks: []string{"$place"}},
	})
	if got := w.send("GET", "/v1/places", "", "", nil).header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		t.Errorf("WWW-Authenticate %q", got)
	}
}

func TestBadInput(t *testing.T) {
	w := newWorld(t)
	reach := func(geometry string) string {
		return strings.Replace(offerBody, `{"type":"Point","coordinates":[9.99,48.4],"radius":300}`, geometry, 1)
	}
	var ring strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&ring, "[%g,%g],", float64(i)/1000, 1.0)
	}
	huge := `{"type":"Polygon","coordinates":[[` + ring.String() + `[0,1]]]}`
	w.run(t, []scenario{
		{name: "a polygon of 100,000 vertices", method: "POST /v1/offers/batch", cred: "sk", body: `{"items":[` + reach(huge) + `]}`, status: 413, code: "too_large", field: "items[0].reach.coordinates"},
		{name: "the same alone", method: "POST /v1/offers", cred: "sk", body: reach(huge), status: 413, code: "too_large", field: "body"},
		{name: "written as short as can be", method: "POST /v1/offers", cred: "sk", body: reach(`{"type":"Polygon","coordinates":[[` + strings.Repeat("[0,1],", 100_000) + `[0,1]]]}`), status: 413, code: "too_large", field: "reach.coordinates"},
		{name: "an unclosed ring", method: "POST /v1/offers", cred: "sk", body: reach(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`), status: 400, code: "invalid_field", field: "reach.coordinates[0][3]"},
		{name: "no radius", method: "POST /v1/offers", cred: "sk", body: reach(`{"type":"Point","coordinates":[0,0]}`), status: 400, code: "invalid_field", field: "reach.radius"},
		{name: "latitude first", method: "POST /v1/offers", cred: "sk", body: reach(`{"type":"Point","coordinates":[48,109],"radius":1}`), status: 400, code: "invalid_field", field: "reach.coordinates[1]"},
		{name: "no reach", method: "POST /v1/offers", cred: "sk", body: reach(`null`), status: 400, code: "invalid_field", field: "reach"},
		{name: "NaN", method: "POST /v1/places", cred: "sk", body: `{"name":"A","location":{"lat":NaN,"lon":2}}`, status: 400, code: "malformed", field: "location.lat"},
		{name: "null for a latitude is no zero", method: "POST /v1/places", cred: "sk", body: `{"name":"A","location":{"lat":null,"lon":2}}`, status: 400, code: "invalid_field", field: "location.lat"},
		{name: "null in a fix", method: "POST /v1/me/positions", cred: "token", body: `{"fixes":[{"lat":1,"lon":null,"at":1}]}`, status: 400, code: "invalid_field", field: "fixes[0].lon"},
		{name: "null in a reach", method: "POST /v1/offers", cred: "sk", body: reach(`{"type":"Point","coordinates":[null,48],"radius":1}`), status: 400, code: "invalid_field", field: "reach.coordinates[0]"},
		{name: "a mood as a label", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"happy"}`, status: 204},
		{name: "a mood as an emoji", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"😌","source":"self","at":1772449200000}`, status: 204},
		{name: "an unknown label", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"peckish"}`, status: 400, code: "invalid_field", field: "label"},
		{name: "a label and a number", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"happy","arousal":0}`, status: 400, code: "invalid_field", field: "arousal"},
		{name: "a label from a device", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"happy","source":"face"}`, status: 400, code: "invalid_field", field: "source"},
		{name: "a label with stress", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"happy","stress":0.5}`, status: 400, code: "invalid_field", field: "stress"},
		{name: "a label from before there were clocks", method: "POST /v1/me/mood", cred: "shy", body: `{"label":"happy","at":-1}`, status: 400, code: "invalid_field", field: "at"},
		{name: "numbers without a time", method: "POST /v1/me/mood", cred: "shy", body: `{"valence":0,"arousal":0,"confidence":0.9,"source":"self"}`, status: 400, code: "invalid_field", field: "at"},
		{name: "a mood without valence", method: "POST /v1/me/mood", cred: "shy", body: `{"arousal":0,"confidence":0.9,"source":"self","at":1}`, status: 400, code: "invalid_field", field: "valence"},
		{name: "a mood with null for arousal", method: "POST /v1/me/mood", cred: "shy", body: `{"valence":0,"arousal":null,"confidence":0.9,"source":"self","at":1}`, status: 400, code: "invalid_field", field: "arousal"},
		{name: "deep nesting is not answered in full", method: "POST /v1/places", cred: "sk", body: `{"name":` + strings.Repeat("[", 100_000), status: 400, code: "malformed", field: "name" + strings.Repeat("[0]", 7)},
		{name: "a withdrawal that is not said outright", method: "PATCH /v1/me/consents", cred: "token", body: `{"consents":{"location":{}}}`, status: 400, code: "invalid_field", field: "consents.location.granted"},
		{name: "a consent that is null", method: "PUT /v1/me/consents", cred: "token", body: `{"consents":{"location":null}}`, status: 400, code: "invalid_field", field: "consents.location.granted"},
		{name: "a consent and more", method: "PUT /v1/me/consents", cred: "token", body: `{"consents":{"location":{"granted":false,"level":"help"}}}`, status: 400, code: "unknown_field", field: "consents.location.level"},
		{name: "a mood level alone where mood is not allowed", method: "PATCH /v1/me/consents", cred: "token", body: `{"moodLevel":"help"}`, status: 403, code: "consent_required", field: "mood"},
		{name: "a category of a pull", method: "GET /v1/offers?lat=1&lon=1&category=", cred: "token", status: 400, code: "invalid_field", field: "category[0]"},
		{name: "out of range", method: "POST /v1/places", cred: "sk", body: `{"name":"A","location":{"lat":1,"lon":200}}`, status: 400, code: "invalid_field", field: "location.lon"},
		{name: "half a location", method: "POST /v1/places", cred: "sk", body: `{"name":"A","location":{"lat":1}}`, status: 400, code: "invalid_field", field: "location.lon"},
		{name: "no location", method: "POST /v1/places", cred: "sk", body: `{"name":"A"}`, status: 400, code: "invalid_field", field: "location"},
		{name: "a wrong type", method: "POST /v1/places", cred: "sk", body: `{"name":7}`, status: 400, code: "invalid_field", field: "name"},
		{name: "an unknown member", method: "POST /v1/places", cred: "sk", body: `{"name":"A","colour":"red"}`, status: 400, code: "unknown_field", field: "colour"},
		{name: "an offer can't aim at a mood", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, `"title"`, `"mood":"drained","title"`, 1), status: 400, code: "unknown_field", field: "mood"},
		{name: "a repeated member", method: "POST /v1/places", cred: "sk", body: `{"name":"A","name":"B"}`, status: 400, code: "malformed", field: "name"},
		{name: "something after the object", method: "POST /v1/places", cred: "sk", body: `{"name":"A"} {}`, status: 400, code: "malformed"},
		{name: "half an object", method: "POST /v1/places", cred: "sk", body: `{"name":"A"`, status: 400, code: "malformed"},
		{name: "no object", method: "POST /v1/places", cred: "sk", body: `[]`, status: 400, code: "malformed"},
		{name: "null", method: "PUT /v1/me/consents", cred: "token", body: ` null`, status: 400, code: "malformed"},
		{name: "no body", method: "POST /v1/places", cred: "sk", status: 400, code: "malformed"},
		{name: "a body where none belongs", method: "DELETE /v1/places/$place", cred: "sk", body: `{}`, status: 400, code: "malformed"},
		{name: "no JSON", method: "POST /v1/places", cred: "sk", body: `name=A`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: "unsupported_media_type"},
		{name: "no media type", method: "POST /v1/places", cred: "sk", body: `{}`, headers: []string{"Content-Type", ""}, status: 415, code: "unsupported_media_type"},
		{name: "a cursor of nobody", method: "GET /v1/places?cursor=zzz", cred: "sk", status: 400, code: "invalid_field", field: "cursor"},
		{name: "an oversized body", method: "POST /v1/places", cred: "sk", body: `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, status: 413, code: "too_large", field: "body"},
		{name: "an oversized batch", method: "POST /v1/places/batch", cred: "sk", body: `{"name":"` + strings.Repeat("a", 8<<20) + `"}`, status: 413, code: "too_large", field: "body"},
		{name: "no trigger", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, `"nearby"`, `"sometimes"`, 1), status: 400, code: "invalid_field", field: "triggers"},
		{name: "no reward", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, "two_for_one", "luck", 1), status: 400, code: "invalid_field", field: "reward.kind"},
		{name: "no dwell", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, `"title"`, `"dwellSeconds":1e300,"title"`, 1), status: 400, code: "invalid_field", field: "dwellSeconds"},
		{name: "a short dwell", method: "POST /v1/offers", cred: "sk", body: strings.Replace(strings.Replace(offerBody, `"title"`, `"dwellSeconds":1,"title"`, 1), `"nearby"`, `"dwell"`, 1), status: 400, code: "invalid_field", field: "dwellSeconds"},
		{name: "no time", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, `"title"`, `"starts":"noon","title"`, 1), status: 400, code: "invalid_field", field: "starts"},
		{name: "no merchant", method: "POST /v1/offers", cred: "sk", body: strings.Replace(offerBody, `"merchant":"$merchant",`, "", 1), status: 400, code: "invalid_field", field: "merchant"},
		{name: "a merchant of nobody", method: "POST /v1/offers", cred: "sk", body: strings.ReplaceAll(offerBody, "$merchant", "mer_none"), status: 400, code: "invalid_field", field: "merchant"},
		{name: "a place of nobody", method: "POST /v1/offers", cred: "sk", body: strings.ReplaceAll(offerBody, "$place", "plc_none"), status: 400, code: "invalid_field", field: "place"},
		{name: "another merchant's place", method: "POST /v1/offers", cred: "sk", body: strings.ReplaceAll(offerBody, "$merchant", "$stranger"), status: 403, code: "forbidden", field: "place"},
		{name: "an offer keeps its merchant", method: "PATCH /v1/offers/$offer", cred: "sk", body: `{"merchant":"$stranger"}`, status: 400, code: "invalid_field", field: "merchant"},
		{name: "a status is not set", method: "PATCH /v1/offers/$offer", cred: "sk", body: `{"status":"active"}`, status: 400, code: "unknown_field", field: "status"},
		{name: "no such item", method: "GET /v1/offers/off_none", cred: "sk", status: 404, code: "not_found"},
		{name: "no id at all", method: "GET /v1/offers/%20%2F..", cred: "sk", status: 404, code: "not_found"},
		{name: "no limit", method: "GET /v1/places?limit=0", cred: "sk", status: 400, code: "invalid_field", field: "limit"},
		{name: "a large limit", method: "GET /v1/places?limit=100000", cred: "sk", status: 400, code: "invalid_field", field: "limit"},
		{name: "near nothing", method: "GET /v1/places?near=48", cred: "sk", status: 400, code: "invalid_field", field: "near"},
		{name: "near and in a box", method: "GET /v1/places?near=48,9&bbox=1,2,3,4", cred: "sk", status: 400, code: "invalid_field", field: "bbox"},
		{name: "a box upside down", method: "GET /v1/places?bbox=1,9,3,4", cred: "sk", status: 400, code: "invalid_field", field: "bbox"},
		{name: "an odd If-Match", method: "PATCH /v1/places/$place", cred: "sk", body: `{}`, headers: []string{"If-Match", "41"}, status: 400, code: "invalid_field", field: "If-Match"},
		{name: "a long Idempotency-Key", method: "POST /v1/places", cred: "sk", body: `{}`, headers: []string{"Idempotency-Key", strings.Repeat("k", 256)}, status: 400, code: "invalid_field", field: "Idempotency-Key"},
	})
}

func TestUnrouted(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/", 404, "not_found", ""},
		{"GET", "/v1/nothing", 404, "not_found", ""},
		{"DELETE", "/v1/offers", 405, "method_not_allowed", "GET, HEAD, POST"},
		{"OPTIONS", "/v1/me", 405, "method_not_allowed", "DELETE, GET, HEAD"},
	} {
		res := w.send(tt.method, tt.path, "sk", "", nil)
		if p := res.problem(t); res.status != tt.status || p.Code != tt.code || res.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d %s, Allow %q", tt.method, tt.path, res.status, p.Code, res.header.Get("Allow"))
		}
	}
	if res := w.send(http.MethodHead, "/v1/places", "sk", "", nil); res.status != 200 || res.body != "" {
		t.Errorf("HEAD: %d %q", res.status, res.body)
	}
	if len(httpapi.Routes()) < 30 {
		t.Error("Routes must name them all")
	}
}
