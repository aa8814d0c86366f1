package hours_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/offers/hours"
)

func Example() {
	h, err := hours.Parse("hours", "Mo-Fr 11:00-14:00; Fr,Sa 18:00-02:00")
	if err != nil {
		panic(err)
	}
	saturday := time.Date(2026, 5, 2, 1, 30, 0, 0, time.UTC)
	fmt.Println(h.OpenAt(saturday), h.Next(saturday).Format("Mon 15:04"))
	_, err = hours.Parse("hours", "Apr-Oct 10:00-18:00")
	fmt.Println(err)
	// Output:
	// true Sat 02:00
	// invalid_field: hours: must be opening hours such as Mo-Fr 09:00-18:00; Sa 10:00-14:00: "Apr" is not understood, months are not known
}
