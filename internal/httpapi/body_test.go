package httpapi_test

import (
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/httpapi"
)

// FuzzDecode holds that no body panics the reader, and that what it refuses it refuses with a fault of the caller's.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		offerBody, `{"fixes":[{"lat":1,"lon":2,"at":3}]}`, `{"consents":{"location":{"granted":true,"policy":"1"}}}`, `{"items":[{}]}`,
		`{"reach":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`, `{"location":{"lat":NaN}}`, `[[[[`, "", "null", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, v := range []any{
			&api.Batch[api.OfferInput]{}, &api.OfferInput{}, &api.PlaceInput{}, &api.Positions{}, &api.OptIn{}, &api.Preferences{},
		} {
			err := httpapi.Decode(body, v)
			if f := fault.From(err); f != nil && f.Kind != fault.Invalid && f.Kind != fault.TooLarge {
				t.Errorf("%T: %v", v, err)
			}
		}
	})
}
