package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/simulator"
)

// play runs the demo's day on a server of its own.
func play(t *testing.T, seed uint64, people, connections int, sink simulator.Sink) simulator.Report {
	t.Helper()
	var report simulator.Report
	err := withDemoServer(t.Context(), func(ctx context.Context, s *demoServer) error {
		run, err := s.cast(ctx, seed, people, demoDay(time.Now()))
		if err != nil {
			return err
		}
		run.Connections = connections
		report, err = simulator.Run(ctx, run, sink)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestDemoTellsTheStory holds the main scene: an offer on the way at lunch, the sale, the supermarket, and what is
// held back.
func TestDemoTellsTheStory(t *testing.T) {
	for seed := range uint64(3) {
		var offers, redeemed []string
		held := map[string]string{}
		var looked, erased bool
		report := play(t, seed, 0, 1, func(e simulator.Event) {
			switch e := e.(type) {
			case simulator.Delivered:
				offers = append(offers, e.Offer.Category)
				hour := e.At.Hour()
				switch e.Offer.Category {
				case "restaurant.italian":
					codes := map[string]bool{}
					for _, r := range e.Offer.Reasons {
						codes[r.Code] = true
					}
					for _, want := range []string{"lunch_time", "on_the_way", "you_like_category", "your_mood_choice"} {
						if !codes[want] {
							t.Errorf("seed %d: the restaurant is offered without the reason %s", seed, want)
						}
					}
					if hour != 12 || e.Offer.Trigger != "on_the_way" {
						t.Errorf("seed %d: the restaurant comes at %d o'clock by %s", seed, hour, e.Offer.Trigger)
					}
				case "supermarket":
					if hour < 16 {
						t.Errorf("seed %d: the supermarket comes at %d o'clock", seed, hour)
					}
				}
			case simulator.Used:
				redeemed = append(redeemed, e.Offer.Category)
			case simulator.Suppressed:
				held[e.Offer] = e.Code
			case simulator.Looked:
				looked = looked || len(e.Account.Preferences.Blocked) == 1 && e.Account.Preferences.Blocked[0].Value == simulator.UnwantedBrand
			case simulator.Erased:
				erased = len(e.Holders) > 0
			}
		})
		want := []string{"restaurant.italian", "shop.clothes", "supermarket"}
		if !cmp.Equal(redeemed, want) {
			t.Errorf("seed %d: redeemed %v, want %v; offered %v", seed, redeemed, want, offers)
		}
		if code := held["Bonus for your first bet"]; !strings.HasPrefix(code, "guard_") {
			t.Errorf("seed %d: the bet is held back by %q", seed, code)
		}
		if !looked || !erased || report.Erased != 1 {
			t.Errorf("seed %d: blocked and looked %v, erased %v", seed, looked, erased)
		}
		for _, o := range report.Offers {
			if len(o.Reasons) == 0 {
				t.Errorf("seed %d: %q comes without reasons", seed, o.Offer)
			}
		}
	}
}

// TestSameSeedSameDecisions runs the same people with one connection and with many, on servers of their own, whose ids
// differ.
func TestSameSeedSameDecisions(t *testing.T) {
	one, many := play(t, 11, 15, 1, nil), play(t, 11, 15, 16, nil)
	if one.Deliveries < 20 || one.Suppressions < 100 || one.Evaluations < 500 {
		t.Fatalf("%d deliveries, %d suppressions, %d evaluations: too little to compare", one.Deliveries, one.Suppressions, one.Evaluations)
	}
	if diff := cmp.Diff(one.Offers, many.Offers); diff != "" {
		t.Errorf("deliveries differ (-1 +16 connections):\n%s", diff)
	}
	if diff := cmp.Diff(one.Suppressed, many.Suppressed); diff != "" {
		t.Errorf("suppressions differ (-1 +16 connections):\n%s", diff)
	}
	if !slices.Equal(one.People, many.People) || one.Digest != many.Digest {
		t.Error("digests differ")
	}
	if one.Evaluations != many.Evaluations {
		t.Errorf("%d and %d evaluations", one.Evaluations, many.Evaluations)
	}
}
