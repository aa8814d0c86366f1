package httpapi_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/internal/event"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func TestNumbers(t *testing.T) {
	w := newWorld(t)
	w.vars["testoffer"] = w.made("testsk", "/v1/offers", `{"merchant":"$testmerchant","title":"Lunch","category":"restaurant","reward":{"kind":"percent","value":10},"triggers":["nearby"],"reach":{"type":"Point","coordinates":[9.99,48.4],"radius":300}}`, "id")
	for range 30 {
		w.book.Tell(event.Event{
			Type: event.Delivered, Mode: offers.Test, At: w.now, Merchant: id.Merchant(w.vars["testmerchant"]), Offer: id.Offer(w.vars["testoffer"]),
			User: id.NewUser("0"), Channel: "socket", Trigger: offers.Nearby,
		})
	}
	w.run(t, []scenario{
		{name: "of an offer", method: "GET /v1/offers/$testoffer$/numbers?by=day", cred: "testsk", status: 200, contains: []string{`"counts":{"delivered":30}`, `"people":{"delivered":30}`, `"cohort":20`}},
		{name: "of a merchant", method: "GET /v1/merchants/$testmerchant/numbers", cred: "testsk", status: 200, contains: []string{`"counts":{"delivered":30}`, `"triggers":{"nearby":30}`}},
		{name: "of nothing yet", method: "GET /v1/offers/$offer/numbers", cred: "sk", status: 200, contains: []string{`"counts":{}`}},
		{name: "of another mode", method: "GET /v1/offers/$testoffer$/numbers", cred: "sk", status: 403, code: "mode_mismatch"},
		{name: "of another merchant", method: "GET /v1/merchants/$stranger/numbers", cred: "boundsk", status: 404, code: "not_found"},
		{name: "by nothing", method: "GET /v1/offers/$offer/numbers?by=person", cred: "sk", status: 400, code: "invalid_field", field: "by"},
		{name: "from nowhere", method: "GET /v1/offers/$offer/numbers?from=monday", cred: "sk", status: 400, code: "invalid_field", field: "from"},
		{name: "not for people", method: "GET /v1/offers/$offer/numbers", cred: "token", status: 403, code: "forbidden"},

		{name: "estimate a reach", method: "POST /v1/offers/estimate", cred: "sk", body: `{"reach":{"type":"Point","coordinates":[9.99,48.4],"radius":300}}`, status: 200, contains: []string{`"band":"<20"`, `"days":0`}},
		{name: "estimate places", method: "POST /v1/offers/estimate", cred: "sk", body: `{"places":["$place"],"radius":200}`, status: 200, contains: []string{`"band":"<20"`}},
		{name: "estimate cells", method: "POST /v1/offers/estimate", cred: "sk", body: `{"reach":{"type":"Cells","cells":["891f81534b3ffff"]}}`, status: 200, contains: []string{`"band":"<20"`}},
		{name: "estimate a cell that is none", method: "POST /v1/offers/estimate", cred: "sk", body: `{"reach":{"type":"Cells","cells":["85084003fffffff"]}}`, status: 400, code: "invalid_field", field: "reach.cells[0]"},
		{name: "estimate nothing", method: "POST /v1/offers/estimate", cred: "sk", body: `{}`, status: 400, code: "invalid_field", field: "reach"},
		{name: "estimate without a radius", method: "POST /v1/offers/estimate", cred: "sk", body: `{"places":["$place"]}`, status: 400, code: "invalid_field", field: "radius"},
		{name: "estimate a place of nobody", method: "POST /v1/offers/estimate", cred: "sk", body: `{"places":["plc_none"],"radius":200}`, status: 404, code: "not_found", field: "places[0]"},
	})
}
