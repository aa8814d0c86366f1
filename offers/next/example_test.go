package next_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/offers/next"
)

// Somebody goes to work in the morning and home in the evening. What everybody's visits taught says where they go on Friday.
func Example() {
	const home, work, bar = 1, 2, 3
	empty := func() *next.Shared {
		s := next.NewShared(10)
		s.Put(home, &geo.Point{Lat: 48.14, Lon: 11.58}, 1)
		s.Put(work, &geo.Point{Lat: 48.17, Lon: 11.55}, 2)
		s.Put(bar, nil, 3)
		return s
	}
	monday := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	week := func(yield func(int, next.Visit) bool) {
		for day := range 60 {
			at := monday.AddDate(0, 0, day)
			if !yield(0, next.Visit{Place: work, At: at.Add(9 * time.Hour)}) || !yield(0, next.Visit{Place: home, At: at.Add(18 * time.Hour)}) {
				return
			}
		}
	}
	o := next.Defaults()
	o.Rate, o.NetRate = 0.01, 0.003
	m := next.New(empty(), next.Defaults())
	m.Use(next.Fit(o, 2, 1, true, empty, week))

	var person next.History
	for _, v := range week {
		m.Learn(&person, v)
		m.Shared().Observe(&person, v)
	}
	var x next.Scratch
	scores := make([]float32, 3)
	m.Rank(&x, &person, next.Query{At: monday.AddDate(0, 0, 60).Add(9 * time.Hour)}, []uint32{home, work, bar}, scores)
	fmt.Println("work before home:", scores[1] > scores[0], "and before the bar:", scores[1] > scores[2])
	// Output: work before home: true and before the bar: true
}
