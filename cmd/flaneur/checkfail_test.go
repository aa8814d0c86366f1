package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spoiled is a scenario in which ben receives espresso at 09:04 and redeems it; its last line is for an expectation.
const spoiled = `
origin: [47.9959, 7.8522]
places:
  cafe: {at: [0, 0], category: cafe}
offers:
  espresso: {place: cafe, radius: 150, triggers: [enter]}
  never: {place: cafe, radius: 150, starts: "day 9 09:00"}
people:
  ben:
    way: [{at: "09:00", point: [-500, 0]}, {at: "09:06", place: cafe, stay: 10 min}]
    does: [{at: "09:10", redeem: espresso}STEP]
steps: [{at: "09:15", merchant: shop, stop: espresso}]
expect:
  - {person: ben, receives: espresso}
  - `

// TestEveryExpectationCanFail breaks a scenario once for each kind of expectation.
func TestEveryExpectationCanFail(t *testing.T) {
	for _, tt := range []struct{ step, expect, happened string }{
		{"", "{person: ben, receives: espresso}", ""},
		{"", "{person: ben, receives: espresso, at: '09:20'}", "it came at 09:04"},
		{"", "{person: ben, receives: espresso, at: '09:20', within: 20 min}", ""},
		{"", "{person: ben, receives: espresso, between: ['09:10', '09:20']}", "it came at 09:04"},
		{"", "{person: ben, receives: espresso, after: '09:10'}", "it came at 09:04"},
		{"", "{person: ben, receives: espresso, before: '09:02'}", "it came at 09:04"},
		{"", "{person: ben, receives: espresso, channel: fcm}", "channel socket"},
		{"", "{person: ben, receives: espresso, trigger: dwell}", "trigger enter"},
		{"", "{person: ben, receives: espresso, reasons: [near, brand]}", "reasons ["},
		{"", "{person: ben, receives: espresso, firstReason: brand}", "reasons ["},
		{"", "{person: ben, receives: espresso, notUsed: weather}", "notUsed [mood purchases]"},
		{"", "{person: ben, receives: espresso, shows: {title: Tea}}", `title is "espresso", and must be "Tea"`},
		{"", "{person: ben, receives: espresso, shows: {distance: '< 5'}}", `distance is `},
		{"", "{person: ben, receives: espresso, shows: {image: any}}", `image is absent`},
		{"", "{person: ben, receives: espresso, shows: {category: null}}", `category is "cafe", and must be absent`},
		{"", "{person: ben, receives: never}", "none; held back: not_started at 09:0"},
		{"", "{person: ben, not: never, code: ended}", "held back: not_started at 09:0"},
		{"", "{person: ben, not: never, code: not_started}", ""},
		{"", "{person: ben, not: espresso}", "it came at 09:04"},
		{"", "{person: ben, not: espresso, after: '09:10'}", ""},
		{"", "{person: ben, not: espresso, after: '09:10', code: daily_cap}", "it was not held back"},
		{"", "{person: ben, held: never, code: not_started, after: '09:10'}", "held back: not_started at 09:0"},
		{"", "{person: ben, deliveries: 2}", "1"},
		{"", "{person: ben, deliveries: '> 1'}", "1"},
		{"", "{person: ben, deliveries: 1}", ""},
		{"", "{offer: never, deliveries: 1}", "0"},
		{"", "{offer: espresso, deliveries: 1, after: '09:10'}", "0"},
		{"", "{offer: espresso, redemptions: 2}", "1"},
		{"", "{person: ben, offer: espresso, redemptions: 1}", ""},
		{"", "{person: ben, order: [espresso, never]}", "[espresso]"},
		{"", "{person: ben, withdrawn: espresso, reason: stopped}", ""},
		{"", "{person: ben, withdrawn: espresso, reason: changed}", "told at 09:1"},
		{"", "{person: ben, withdrawn: never}", "was not told"},
		{"", "{person: ben, knows: {language: de}}", "language is absent"},
		{"", "{person: ben, knows: {deliveries: []}}", "deliveries is [{"},
		{`, {at: "09:11", pull: yes, expect: {offers: [never]}}`, "", "offers [espresso]"},
		{`, {at: "09:11", pull: yes, expect: {offers: []}}`, "", "offers [espresso]"},
		{`, {at: "09:11", pull: yes, expect: {includes: never}}`, "", "offers [espresso]"},
		{`, {at: "09:11", pull: yes, expect: {excludes: espresso}}`, "", "offers [espresso]"},
		{`, {at: "09:16", redeem: espresso}`, "", "410 offer_stopped offer"},
		{`, {at: "09:16", redeem: espresso, refused: sold_out}`, "", "410 offer_stopped offer"},
		{`, {at: "09:11", redeem: espresso, refused: sold_out}`, "", "it was not refused"},
		{`, {at: "09:16", redeem: espresso, expect: {code: offer_stopped, field: user}}`, "", "field offer"},
		{`, {at: "09:11", open: espresso, expect: {status: 200}}`, "", "status 204"},
		{`, {at: "09:11", call: {path: /v1/me}, expect: {answer: {minor: yes}}}`, "", "minor is "},
		{`, {at: "09:11", call: {path: /v1/me}, save: {x: nothing.here}}`, "", `the answer has no "nothing.here"`},
	} {
		t.Run(tt.expect+tt.step, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(spoiled, "STEP", tt.step, 1) + tt.expect
			if tt.expect == "" {
				text = strings.TrimSuffix(text, "  - ")
			}
			file := filepath.Join(t.TempDir(), "spoiled.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r := checkFile(t.Context(), file)
			if r.err != nil {
				t.Fatal(r.err)
			}
			happened := ""
			for _, c := range r.Checks {
				happened += c.Happened
			}
			if (tt.happened == "") != r.Passed || !strings.Contains(happened, tt.happened) {
				t.Errorf("happened %q; want %q", happened, tt.happened)
			}
		})
	}
}
