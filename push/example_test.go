package push_test

import (
	"fmt"
	"time"

	"github.com/flaneur-io/flaneur/push"
)

// A person in Berlin allows two surprises a day, an hour apart, and none at night.
func ExamplePolicy_Allow() {
	policy := push.Policy{Mode: push.Surprise, DailyCap: 2, MinGapMinutes: 60, QuietFrom: 21 * 60, QuietTo: 8 * 60}
	berlin := time.FixedZone("CET", 60*60)
	var memory push.Memory

	for _, hour := range []int{12, 13, 14, 20, 22} {
		now := time.Date(2026, 11, 22, hour, 0, 0, 0, berlin).Add(-time.Duration(hour%2) * time.Minute)
		ok, code, next := policy.Allow(now, berlin, &memory)
		if ok {
			memory.Record(now)
			fmt.Println(now.Format("15:04"), "sent")
			continue
		}
		fmt.Println(now.Format("15:04"), code, "until", next.Format("Mon 15:04"))
	}
	// Output:
	// 12:00 sent
	// 12:59 minimum_gap until Sun 13:00
	// 14:00 sent
	// 20:00 daily_cap until Mon 08:00
	// 22:00 quiet_hours until Mon 08:00
}

// A later message about the same thing takes the place of the one that still waits.
func ExampleQueue() {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	q := push.NewQueue(100)
	for _, title := range []string{"Pasta, half price", "Pasta, last five portions"} {
		q.Push(push.Entry{Token: "phone", Message: push.Message{
			User: "usr_0_ada", CollapseKey: "off_pasta", Title: title, Expires: now.Add(time.Hour),
		}})
	}
	for e, ok := q.Pop(now); ok; e, ok = q.Pop(now) {
		fmt.Println(e.Message.Title)
	}
	fmt.Println("replaced:", q.Stats().Replaced)
	// Output:
	// Pasta, last five portions
	// replaced: 1
}
