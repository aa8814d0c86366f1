package hours_test

import (
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers/hours"
)

// open lists the times of a week in which it is open: "Mo 09:00-Mo 18:00".
func open(h *hours.Hours) string {
	var out []string
	const minutes = 7 * 24 * 60
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	text := func(m int) string { return monday.Add(time.Duration(m) * time.Minute).Format("Mon 15:04") }
	for m := range minutes {
		if h.Open(m) && (m == 0 || !h.Open(m-1)) {
			out = append(out, text(m))
		}
		if h.Open(m) && (m == minutes-1 || !h.Open(m+1)) {
			out[len(out)-1] += "-" + text(m+1)
		}
	}
	return strings.Join(out, ", ")
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"Mo 09:00-18:00":                            "Mon 09:00-Mon 18:00",
		"We,Mo 9:00-10:30":                          "Mon 09:00-Mon 10:30, Wed 09:00-Wed 10:30",
		"Sa-Mo 10:00-11:00":                         "Mon 10:00-Mon 11:00, Sat 10:00-Sat 11:00, Sun 10:00-Sun 11:00",
		"Tu 08:00-12:00,13:00-17:00":                "Tue 08:00-Tue 12:00, Tue 13:00-Tue 17:00",
		"Tu 08:00-12:00, 12:00-17:00":               "Tue 08:00-Tue 17:00",
		"Fr 22:00-02:00":                            "Fri 22:00-Sat 02:00",
		"Fr 22:00-26:00":                            "Fri 22:00-Sat 02:00",
		"Su 22:00-02:00":                            "Mon 00:00-Mon 02:00, Sun 22:00-Mon 00:00",
		"24/7":                                      "Mon 00:00-Mon 00:00",
		"Sa":                                        "Sat 00:00-Sun 00:00",
		"Sa,Su 00:00-24:00":                         "Sat 00:00-Mon 00:00",
		"Mo,Tu 10:00-12:00; Tu off":                 "Mon 10:00-Mon 12:00",
		"Mo,Tu 10:00-12:00; Tu 11:00-13:00":         "Mon 10:00-Mon 12:00, Tue 11:00-Tue 13:00",
		"Mo,Tu 10:00-12:00, Tu 14:00-15:00":         "Mon 10:00-Mon 12:00, Tue 10:00-Tue 12:00, Tue 14:00-Tue 15:00",
		"Mo 10:00-12:00; PH off":                    "Mon 10:00-Mon 12:00",
		"PH closed; Mo 10:00-12:00;":                "Mon 10:00-Mon 12:00",
		"Mo,Su 10:00-12:00; PH,Su off":              "Mon 10:00-Mon 12:00",
		" Mo\t10:00 - 12:00 ;Tu-Su off ":            "Mon 10:00-Mon 12:00",
		"10:00-12:00; Mo-Sa off":                    "Sun 10:00-Sun 12:00",
		"Mo 22:00-04:00; Tu off":                    "Mon 22:00-Tue 04:00", // the night belongs to Monday
		"off; Mo 10:00-12:00":                       "Mon 10:00-Mon 12:00",
		"24/7; Tu-Su off":                           "Mon 00:00-Tue 00:00",
		"Su 20:00-24:00; Mo 00:00-01:00; Tu-Sa off": "Mon 00:00-Mon 01:00, Sun 20:00-Mon 00:00",
	} {
		h, err := hours.Parse("hours", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := open(h); got != want {
			t.Errorf("%q is open %s, want %s", text, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for text, what := range map[string]string{
		"": "such as", "  ": "such as", ";": `";"`, "off": "at some time", "Mo-Su off": "at some time", "PH off": "at some time",
		"Apr-Oct 10:00-18:00": "months", "Mo[1] 10:00-12:00": "days of a month", "week 1-10 Mo 10:00-12:00": "weeks",
		"2026 Mo 10:00-12:00": `"2026"`, "Dec 25 off": "months", "SH off": "school holidays", "PH 10:00-12:00": "PH off",
		"Mo,PH 10:00-12:00": "PH off", "PH": "PH off", "sunrise-sunset": "the clock", "10:00-sunset": "the clock", "10:00+": "an end",
		"10:00-12:00+": "an end", `Mo 10:00-12:00 "by appointment"`: "comments", "Mo 10:00-12:00 || 24/7": "fallback", "Mo 10:00-12:00 open": "leave it out",
		"mo 10:00-12:00": "weekdays are", "Monday 10:00-12:00": "weekdays are", "Mo-10:00": `"10:00"`, "Mo 10-12": `"10"`, "Mo 10:60-12:00": `"10:60"`,
		"Mo 24:00-25:00": `"24:00"`, "Mo 10:00-49:00": `"49:00"`, "Mo 10:00-36:00": "more than a day", "Mo 10:00-10:00": "00:00-24:00", "Mo 10:00": "the end",
		"Mo 10:00-": "the end", "Mo,": "the end", "Mo 10:00-12:00,": "the end", "Mo 10:00-12:00, Tu off": `";" before`, "Mo 10:00-12:00 Tu 10:00-12:00": `"Tu"`,
		"Mo–Fr 10:00-12:00": `"–"`, "Mo \xff": "not understood", strings.Repeat("Mo;", 200): "500 bytes", "Mo: 10:00-12:00": `":"`, "10:00-12:00 Mo": `"Mo"`,
		"100:00-12:00": `"100:00"`, "Mo 10:0-12:00": `"10:0"`, "24/7/365": `"24/7/365"`,
	} {
		_, err := hours.Parse("place.hours", text)
		if f := fault.From(err); f == nil || f.Kind != fault.Invalid || f.Field != "place.hours" || !strings.Contains(f.Detail, what) {
			t.Errorf("%q: want a fault that speaks of %q, got %v", text, what, err)
		}
	}
}

func TestNext(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		text, now string
		open      bool
		next      string // in UTC; empty: never
	}{
		{"Mo-Fr 09:00-18:00", "2026-03-02 08:59", false, "2026-03-02 08:00"},
		{"Mo-Fr 09:00-18:00", "2026-03-02 09:00", true, "2026-03-02 17:00"},
		{"Mo-Fr 09:00-18:00", "2026-03-06 18:00", false, "2026-03-09 08:00"}, // Friday evening: on Monday
		{"Mo-Fr 09:00-18:00", "2026-03-27 18:00", false, "2026-03-30 07:00"}, // the clocks go forward between
		{"Mo 00:00-24:00", "2026-03-02 00:00", true, "2026-03-02 23:00"},
		{"Su 22:00-02:00", "2026-03-01 23:00", true, "2026-03-02 01:00"}, // over the end of the week
		{"Mo 09:00-18:00", "2026-03-02 18:00", false, "2026-03-09 08:00"},
		{"24/7", "2026-03-02 18:00", true, ""},
		// On 29 March the clock goes from 02:00 to 03:00: what opens in that hour opens when it is over.
		{"Su 02:30-04:00", "2026-03-29 01:30", false, "2026-03-29 01:00"},
		{"Su 01:00-02:30", "2026-03-29 01:30", true, "2026-03-29 01:00"},
		{"Su 02:10-02:50", "2026-03-29 01:30", false, "2026-04-05 00:10"}, // that hour is not there on this day
		// On 25 October the hour from 02:00 comes twice, and the wall clock closes twice.
		{"Su 00:00-02:30", "2026-10-25 01:30", true, "2026-10-25 00:30"},
		{"Su 03:00-04:00", "2026-10-25 01:30", false, "2026-10-25 02:00"},
	} {
		h, err := hours.Parse("hours", tt.text)
		if err != nil {
			t.Fatal(err)
		}
		now := at(tt.now)
		next := ""
		if n := h.Next(now.Add(20 * time.Second)); !n.IsZero() {
			next = n.UTC().Format("2006-01-02 15:04")
		}
		if h.OpenAt(now) != tt.open || next != tt.next {
			t.Errorf("%s at %s: open %v, next %q; want %v, %q", tt.text, tt.now, h.OpenAt(now), next, tt.open, tt.next)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestOpenDoesNotAllocate(t *testing.T) {
	h, err := hours.Parse("hours", "Mo-Fr 08:00-12:00,13:00-17:00; Sa 22:00-04:00")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, zone(t, "Europe/Berlin"))
	if n := testing.AllocsPerRun(100, func() { h.OpenAt(now) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// Whatever is read changes when Next says so, and not before.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"Mo-Fr 09:00-18:00; PH off", "Sa-Mo 22:00-02:00, We 10:00-11:00", "24/7; Su off", "Mo 10:00-12:00 \"x\"", "\xff", "Su 02:10-02:50"} {
		f.Add(s, int64(1_774_746_000)) // the night in which clocks go forward
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		h, err := hours.Parse("hours", text)
		if err != nil {
			if fault.From(err).Field != "hours" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		now := time.Unix(unix%4_000_000_000, 0).In(berlin)
		next := h.Next(now)
		if next.IsZero() {
			next = now.AddDate(0, 0, 9)
		} else if !next.After(now) || h.OpenAt(next) == h.OpenAt(now) {
			t.Fatalf("%q: nothing changes from %s to %s", text, now, next)
		}
		for at := now; at.Before(next); at = at.Add(time.Minute) {
			if h.OpenAt(at) != h.OpenAt(now) {
				t.Fatalf("%q: changes at %s, after %s, before %s", text, at, now, next)
			}
		}
	})
}
