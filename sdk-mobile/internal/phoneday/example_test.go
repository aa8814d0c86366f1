package phoneday_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/sdk-mobile/internal/phoneday"
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/plan"
)

func Example() {
	day := phoneday.MadeDay(1)
	reaches := day.City(700, 1)
	live := func(c phoneday.Client) float64 {
		r, err := phoneday.Live(phoneday.Setup{
			Day: day, Client: c, Server: phoneday.NewReckoner(reaches), Reaches: reaches, Motion: true, Queue: phoneday.Memory,
		})
		if err != nil {
			fmt.Println(err)
		}
		return r.GPS
	}
	fmt.Println(live(phoneday.Kit(plan.Responsive)) < live(phoneday.Naive())/10)
	// Output: true
}
