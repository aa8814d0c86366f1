package physio_test

import (
	"fmt"
	"math"
	"time"

	"github.com/flaneur-io/flaneur/mood/physio"
)

// A wrist device sends its samples every few seconds; every ten seconds they tell something.
func ExampleWrist() {
	w, err := physio.New(physio.Signals{Pulse: 64, Skin: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for s := 0; s < 90; s++ {
		at := start.Add(time.Duration(s) * time.Second)
		var pulse [64]float64
		for i := range pulse { // a heart that beats 75 times a minute
			phase := (float64(s) + float64(i)/64) * 75 / 60
			pulse[i] = 40 * math.Pow(math.Sin(math.Pi*phase), 6)
		}
		w.Pulse(at, pulse[:])
		w.Skin(at, []float64{2, 2, 2, 2})
		for win, ok := w.Next(); ok; win, ok = w.Next() {
			fmt.Printf("%s: %.0f beats a minute, quality %.1f\n", win.End.Format(time.TimeOnly), win.Values[physio.HRMean], win.Quality)
		}
	}
	// Output:
	// 12:00:30: 75 beats a minute, quality 0.5
	// 12:00:40: 75 beats a minute, quality 0.6
	// 12:00:50: 75 beats a minute, quality 0.8
	// 12:01:00: 75 beats a minute, quality 1.0
	// 12:01:10: 75 beats a minute, quality 1.0
	// 12:01:20: 75 beats a minute, quality 1.0
	// 12:01:30: 75 beats a minute, quality 1.0
}
