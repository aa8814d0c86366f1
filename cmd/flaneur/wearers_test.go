package main

import (
	"context"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/simulator"
)

// TestPeopleUnderStressAreLeftAlone goes the whole way, from invented signals in invented phones over real sockets to what
// the server pushes: nothing comes unasked while it believes in distress. The weights that are shipped say little rather than
// too much, so what presses is softened most of the time under stress, but not all is held back.
func TestPeopleUnderStressAreLeftAlone(t *testing.T) {
	var report simulator.Report
	err := withDemoServer(t.Context(), func(ctx context.Context, s *demoServer) error {
		day := demoDay(time.Now())
		run, err := s.cast(ctx, 1, 0, day)
		if err != nil {
			return err
		}
		city, err := simulator.Freiburg()
		if err != nil {
			return err
		}
		run.People = city.People(1, 12, day)
		simulator.WearWristbands(run.People, 1, len(run.People))
		report, err = simulator.Run(ctx, run, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Refused) > 0 {
		t.Errorf("refused: %v", report.Refused)
	}
	const soften = 0.2 // distress from which guardrails.yaml softens what presses
	var stressed, sent, held, protected, calm, alarmed, marked int
	for _, w := range report.Wearers {
		stressed, sent, held = stressed+w.Stressed, sent+w.Sent, held+w.Held
		for _, p := range w.Points {
			switch {
			case p.Stress >= 0.5 && p.Distress >= soften:
				protected += 5
			case p.Stress < 0.1:
				calm += 5
				if p.Distress >= soften {
					alarmed += 5
				}
			}
		}
		for _, m := range w.Marks {
			if m.Held {
				continue
			}
			marked++
			for i := range w.Points[:len(w.Points)-1] {
				p, next := w.Points[i], w.Points[i+1]
				if !m.At.Before(p.At) && m.At.Before(next.At) && p.Distress >= 0.5 && next.Distress >= 0.5 {
					t.Errorf("%s: %q came at %s with distress %.2f", w.User, m.Offer, m.At.Format("15:04"), p.Distress)
				}
			}
		}
	}
	t.Logf("%d people: %d minutes under stress, %d of them protected, %d offers sent in them (%d all day) and %d held back; %d calm minutes, %d of them alarmed",
		len(report.Wearers), stressed, protected, sent, marked, held, calm, alarmed)
	if stressed < 400 || protected < stressed/2 {
		t.Errorf("%d of %d minutes under stress are protected", protected, stressed)
	}
	if alarmed > calm/4 {
		t.Errorf("%d of %d calm minutes are softened", alarmed, calm)
	}
	if held == 0 {
		t.Error("nothing was held back under stress")
	}
}
