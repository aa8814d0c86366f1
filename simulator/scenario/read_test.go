package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/simulator/scenario"
)

// whole is a file without mistakes, to be spoiled.
const whole = `name: x
origin: [47.9959, 7.8522]
places:
  cafe: {at: [0, 0]}
offers:
  espresso: {place: cafe, radius: 150}
people:
  ben: {way: [{point: [-400, 0]}, {place: cafe, stay: 5 min}]}
steps:
  - {at: "09:05", person: ben, open: espresso}
expect:
  - {person: ben, receives: espresso}
`

func TestMistakesSayWhereAndWhatWouldBeRight(t *testing.T) {
	if _, err := scenario.Read(strings.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, replace, by, want string }{
		{"unknown key at the top", "places:", "place:", `3:1: place: unknown key "place"; did you mean "places"?`},
		{"unknown key of the interface", "radius: 150", "radios: 150", `6:27: offers.espresso.radios: unknown key "radios"; did you mean "radius"?`},
		{"unknown key of a person", "{way:", "{wey:", `8:9: people.ben.wey: unknown key "wey"; did you mean "way"?`},
		{"unknown verb", "open: espresso", "opens: espresso", `10:32: steps[0].opens: unknown key "opens"; did you mean "open"?`},
		{"unknown kind of expectation", "receives:", "recieves:", `12:19: expect[0].recieves: unknown key "recieves"; did you mean "receives"?`},
		{"unknown name", "place: cafe, radius", "place: caffe, radius", `6:21: offers.espresso.place: "caffe" is none of the file's places; did you mean "cafe"?`},
		{"unknown person", "{person: ben, rec", "{person: eva, rec", `12:14: expect[0].person: "eva" is none of the file's people; there is ben`},
		{"no time", `at: "09:05"`, `at: "9 o'clock"`, `10:10: steps[0].at: must be a time such as "09:05", "day 2 09:05", "2026-06-17 09:05" or "+90 min", not "9 o'clock"`},
		{"before the clock", `at: "09:05"`, `at: "08:05"`, `10:10: steps[0].at: 08:05 lies before the clock (2026-06-16 09:00:00); the next day would be "day 2 08:05"`},
		{"no duration", "stay: 5 min", "stay: 5", `8:55: people.ben.way[1].stay: must be a number and a unit, such as 30 s, 10 min, 2 h or 1 d, not "5"`},
		{"degrees among metres", "[-400, 0]", "[47.99591, 7.85221]", `8:23: people.ben.way[0].point: looks like degrees, but pairs are metres from the origin; write {lat: 47.99591, lon: 7.85221}`},
		{"no place", "cafe: {at: [0, 0]}", "cafe: {}", `4:3: places.cafe: needs at: POINT, such as at: [metres east, metres north]`},
		{"circle of places", "cafe: {at: [0, 0]}", "cafe: {at: cafe}", `4:3: places.cafe.at: goes round in a circle`},
		{"two things at once", "open: espresso", "open: espresso, dismiss: espresso", `10:48: steps[0].dismiss: a step does one thing: open or dismiss`},
		{"nobody", "person: ben, open", "open", `10:5: steps[0]: open is something that a person does; add person: NAME`},
		{"a narrowing that has no meaning", "receives: espresso", "not: espresso, channel: fcm", `12:5: expect[0]: channel says nothing about not; it goes with receives`},
		{"two kinds", "receives: espresso", "receives: espresso, not: espresso", `12:5: expect[0]: must say one of `},
		{"asserts nothing", "expect:\n  - {person: ben, receives: espresso}\n", "", "expect: is missing: the file asserts nothing"},
		{"an enumeration", "{person: ben, receives", "{channel: sokket, person: ben, receives", `12:15: expect[0].channel: must be socket, fcm or none, not "sokket"; did you mean "socket"?`},
		{"no zone", "name: x", "zone: Europe/Berlln", `1:7: zone: must be an IANA time zone such as Europe/Berlin, not "Europe/Berlln"`},
		{"no YAML", "name: x", "name: [x", "is no YAML"},
		{"the same key twice", "name: x", "name: x\nname: y", `2:1: is no YAML: mapping key "name" already defined`},
		{"a way back in time", "{place: cafe, stay: 5 min}", `{at: "09:10", place: cafe}, {at: "09:05", point: [0, 0]}`, `people.ben.way[2]: at 09:05:00 lies before the end of the way-point before, 09:10:00`},
		{"a number with a unit", "radius: 150", "radius: 0.2 km", `6:35: offers.espresso.radius: must be a number without a unit, not "0.2 km"`},
		{"a scalar for a map", "radius: 150", "radius: 150, budget: 5", `offers.espresso.budget: must be a map, not "5"`},
		{"another word for a key", "receives: espresso", "receives: espresso, tolerance: 2 min", `expect[0].tolerance: unknown key "tolerance"; here it is within`},
		{"another word for a kind", "receives: espresso", "suppressed: espresso", `expect[0].suppressed: unknown key "suppressed"; here it is held`},
		{"another word at the top", "name: x", "timezone: Europe/Berlin", `1:1: timezone: unknown key "timezone"; here it is zone`},
		{"a trigger that there is not", "receives: espresso", "receives: espresso, trigger: entr", `must be enter, exit, dwell, nearby, crossed, on_the_way or follow_up, not "entr"; did you mean "enter"?`},
		{"no reason of a withdrawal", "receives: espresso", "withdrawn: espresso, reason: bored", `must be stopped, paused, changed, expired, sold_out or blocked, not "bored"`},
		{"a count that is none", "receives: espresso", "deliveries: many", `12:5: expect[0]: deliveries must be a number, or a comparison such as "<= 3"`},
		{"nothing to compare", "receives: espresso", "receives: espresso, shows: {}", `12:5: expect[0]: names nothing that could be otherwise`},
		{"a key that is none", "receives: espresso", "zzzzzzzzz: 1", `known here: after, at,`},
		{"nothing", whole, "", "is empty"},
		{"a list", whole, "- name: x", "must be a map, not a list"},
		{"an alias to nothing", "{at: [0, 0]}", "*where", "must be a map, not an alias that nothing defines"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(whole, tt.replace) {
				t.Fatalf("there is no %q to replace", tt.replace)
			}
			_, err := scenario.Read(strings.NewReader(strings.Replace(whole, tt.replace, tt.by, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestWhatIsHarmlessIsForgiven(t *testing.T) {
	for _, text := range []string{
		strings.Replace(whole, "open: espresso", "pull: yes", 1),
		strings.Replace(whole, "open: espresso", "feels: {valence: -0.5, arousal: 0.6, source: self}", 1),
		strings.Replace(whole, `"09:05"`, `09:05:30`, 1),
		strings.Replace(whole, "name: x", "name: 42\nclock: 08:00", 1),
		"\ufeff# a comment\n---\n" + whole,
		strings.ReplaceAll(whole, "\n", "\r\n"),
		strings.Replace(whole, "[-400, 0]", "{from: cafe, east: -400}", 1),
		strings.Replace(whole, "[-400, 0]", "{lat: 47.99, lon: 7.85}", 1),
		strings.Replace(whole, "origin: [47.9959, 7.8522]", "origin: {lat: 47.9959, lon: 7.8522}", 1),
		strings.Replace(whole, "cafe: {at: [0, 0]}", "cafe: {name: Café Zentral, at: [0, 0]}\n  again: {at: Café Zentral}", 1),
		strings.Replace(whole, "{place: cafe, radius: 150}", "&o {place: cafe, radius: 150}\n  twin: {<<: *o, title: Another}", 1),
	} {
		if _, err := scenario.Read(strings.NewReader(text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a: &a [*a, *a]\n<<: *a")
	f.Add("people: {ben: &b {<<: *b, way: *b}}")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := scenario.Read(strings.NewReader(text))
		if (file == nil) != (err != nil) {
			t.Errorf("%v, %v", file, err)
		}
	})
}

func TestAliasesDoNotExplode(t *testing.T) {
	var text strings.Builder
	text.WriteString("steps: [{at: \"09:05\", person: ben, call: {path: /, body: *z}}]\nname: &a [x, x, x, x]\n")
	last := "a"
	for _, next := range []string{"b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "z"} {
		text.WriteString("x" + next + ": &" + next + " [" + strings.Repeat("*"+last+", ", 9) + "x]\n")
		last = next
	}
	if _, err := scenario.Read(strings.NewReader(text.String())); err == nil || !strings.Contains(err.Error(), "too much") {
		t.Error(err)
	}
}
