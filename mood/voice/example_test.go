package voice_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/mood/voice"
)

// A voice that is higher, louder and faster than this person's usual one.
func Example() {
	var reader voice.Reader
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	say := func(hertz, level, rate float64) {
		at = at.Add(10 * time.Minute)
		p := voice.New(at, 20*time.Second) // numbers that the app does not measure stay NaN
		p.F0Mean, p.Level, p.Rate = hertz, level, rate
		if err := p.Check("prosody"); err != nil {
			fmt.Println(err)
		}
		if affect, ok := reader.Take(p); ok && affect.Arousal > 0.2 {
			fmt.Printf("arousal %+.1f\n", affect.Arousal)
		}
	}
	for i := range 30 {
		say(196+float64(i%5), -24+float64(i%3), 4.4+float64(i%4)/10)
	}
	say(235, -17, 5.5)
	say(19.6, -24, 4.5) // kilohertz, hertz, semitones? it says what it wants
	// Output:
	// arousal +0.7
	// invalid_field: prosody.f0Mean: must be from 50 to 1000 Hz, or NaN if it was not measured
}
