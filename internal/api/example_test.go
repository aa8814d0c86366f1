package api_test

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/api"
)

func ExamplePlaceInput() {
	in := api.PlaceInput{Name: "Da Anna", Category: "restaurant.italian", Location: &geo.Point{Lat: 48.4, Lon: 9.99}}
	body, err := json.Marshal(in)
	fmt.Println(string(body), err)
	// Output: {"name":"Da Anna","category":"restaurant.italian","location":{"lat":48.4,"lon":9.99}} <nil>
}

// A credential does not show itself in a log.
func ExampleSecret() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("key made", "credential", api.Secret("fl_live_sk_…"))
	// Output: level=INFO msg="key made" credential=(hidden)
}
