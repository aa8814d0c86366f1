package offerkit_test

import (
	"fmt"
	"os"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

// pocket is the least that an app implements.
type pocket struct{}

func (pocket) OnOffer(o *offerkit.Offer)             { fmt.Println(o.Title, o.Reasons().At(0).Text) }
func (pocket) OnWithdrawn(string, string)            {}
func (pocket) OnState(string)                        {}
func (pocket) OnPlan(*offerkit.LocationPlan)         {}
func (pocket) OnReach(string, string)                {}
func (pocket) OnFailure(code, field, message string) { fmt.Println(code, field, message) }
func (pocket) Load(string) ([]byte, error)           { return nil, nil }
func (pocket) Save(string, []byte) error             { return nil }
func (pocket) Remove(string) error                   { return nil }

func Example() {
	dir, err := os.MkdirTemp("", "app")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c := offerkit.NewConfig()
	c.ServerURL, c.PublishableKey, c.DataDir = "https://flaneur.example", "fl_live_pk_0123456789", dir
	kit, err := offerkit.NewKit(c, pocket{}, pocket{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer kit.Shutdown()

	err = kit.Track(offerkit.NewFix(48.137, 11.575, 8, 1767225600000)) // nobody has allowed anything yet
	fmt.Println(offerkit.ErrorCode(err.Error()), kit.OptedIn())
	// Output: unauthorized false
}
