package push_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push"
)

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// at reads a wall clock with its offset, so that both halves of a repeated hour can be said.
func at(tb testing.TB, s string) time.Time {
	tb.Helper()
	t, err := time.Parse("2006-01-02 15:04 -0700", s)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func TestAllow(t *testing.T) {
	policy := func(change func(*push.Policy)) push.Policy {
		p := push.Policy{Mode: push.Surprise, DailyCap: 2, MinGapMinutes: 30, QuietFrom: 22 * 60, QuietTo: 7 * 60}
		if change != nil {
			change(&p)
		}
		return p
	}
	night := func(from, to int) func(*push.Policy) {
		return func(p *push.Policy) { p.QuietFrom, p.QuietTo = from, to }
	}
	for _, tt := range []struct {
		name   string
		policy push.Policy
		zone   string
		pushes []string
		now    string
		code   string // empty: allowed
		next   string
	}{
		{"by day", policy(nil), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", "", ""},
		{"asked first", policy(func(p *push.Policy) { p.Mode = push.AskFirst }), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", push.CodeAskFirst, ""},
		{"cap of zero", policy(func(p *push.Policy) { p.DailyCap = 0 }), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", push.CodeDailyCap, ""},
		{"too soon", policy(nil), "Europe/Berlin", []string{"2026-11-22 11:45 +0100"}, "2026-11-22 12:00 +0100", push.CodeMinimumGap, "2026-11-22 12:15 +0100"},
		{"soon enough", policy(nil), "Europe/Berlin", []string{"2026-11-22 11:30 +0100"}, "2026-11-22 12:00 +0100", "", ""},
		{"the gap ends in quiet hours", policy(nil), "Europe/Berlin", []string{"2026-11-22 21:45 +0100"}, "2026-11-22 21:50 +0100", push.CodeMinimumGap, "2026-11-23 07:00 +0100"},
		{"twice today", policy(nil), "Europe/Berlin", []string{"2026-11-22 08:00 +0100", "2026-11-22 09:00 +0100"}, "2026-11-22 12:00 +0100", push.CodeDailyCap, "2026-11-23 07:00 +0100"},
		{"twice yesterday", policy(nil), "Europe/Berlin", []string{"2026-11-21 20:00 +0100", "2026-11-21 21:00 +0100"}, "2026-11-22 07:00 +0100", "", ""},
		{"the day is the person's: pushed when it was yesterday in UTC", policy(night(0, 0)), "Asia/Tokyo", []string{"2026-11-23 00:10 +0900", "2026-11-23 01:00 +0900"}, "2026-11-23 12:00 +0900", push.CodeDailyCap, "2026-11-24 00:00 +0900"},
		{"the day is the person's: still yesterday in UTC", policy(night(0, 0)), "Asia/Tokyo", []string{"2026-11-22 22:00 +0900", "2026-11-22 23:00 +0900"}, "2026-11-23 00:10 +0900", "", ""},
		{"the day is the person's: already tomorrow in UTC", policy(night(0, 0)), "America/New_York", []string{"2026-11-22 17:00 -0500", "2026-11-22 18:00 -0500"}, "2026-11-22 22:00 -0500", push.CodeDailyCap, "2026-11-23 00:00 -0500"},
		{"late evening", policy(nil), "Europe/Berlin", nil, "2026-11-22 22:00 +0100", push.CodeQuietHours, "2026-11-23 07:00 +0100"},
		{"early morning", policy(nil), "Europe/Berlin", nil, "2026-11-23 06:59 +0100", push.CodeQuietHours, "2026-11-23 07:00 +0100"},
		{"quiet hours end", policy(nil), "Europe/Berlin", nil, "2026-11-23 07:00 +0100", "", ""},
		{"quiet at noon", policy(night(12*60, 13*60)), "Europe/Berlin", nil, "2026-11-22 12:30 +0100", push.CodeQuietHours, "2026-11-22 13:00 +0100"},
		{"never quiet", policy(night(60, 60)), "Europe/Berlin", nil, "2026-11-22 01:00 +0100", "", ""},
		{"quiet while the clocks go forward", policy(nil), "Europe/Berlin", nil, "2026-03-28 23:00 +0100", push.CodeQuietHours, "2026-03-29 07:00 +0200"},
		{"quiet while the clocks go back", policy(nil), "Europe/Berlin", nil, "2026-10-24 23:00 +0200", push.CodeQuietHours, "2026-10-25 07:00 +0100"},
		{"quiet until an hour that is left out", policy(night(22*60, 2*60+30)), "Europe/Berlin", nil, "2026-03-29 01:00 +0100", push.CodeQuietHours, "2026-03-29 03:00 +0200"},
		{"quiet until an hour that comes twice: first", policy(night(22*60, 2*60+30)), "Europe/Berlin", nil, "2026-10-25 02:10 +0200", push.CodeQuietHours, "2026-10-25 02:30 +0200"},
		{"quiet until an hour that comes twice: again", policy(night(22*60, 2*60+30)), "Europe/Berlin", nil, "2026-10-25 02:10 +0100", push.CodeQuietHours, "2026-10-25 02:30 +0100"},
		{"a day without midnight", policy(night(0, 0)), "Africa/Cairo", []string{"2026-04-23 20:00 +0200", "2026-04-23 21:00 +0200"}, "2026-04-23 23:00 +0200", push.CodeDailyCap, "2026-04-24 01:00 +0300"},
		{"twice this week", policy(func(p *push.Policy) { p.WeeklyCap = 2 }), "Europe/Berlin", []string{"2026-11-16 08:00 +0100", "2026-11-20 09:00 +0100"}, "2026-11-21 12:00 +0100", push.CodeWeeklyCap, "2026-11-23 07:00 +0100"},
		{"twice last week", policy(func(p *push.Policy) { p.WeeklyCap = 2 }), "Europe/Berlin", []string{"2026-11-22 08:00 +0100", "2026-11-22 09:00 +0100"}, "2026-11-23 12:00 +0100", "", ""},
		{"the week is the person's", policy(func(p *push.Policy) { p.WeeklyCap = 1 }), "Asia/Tokyo", []string{"2026-11-22 21:00 +0900"}, "2026-11-23 07:30 +0900", "", ""},
		{"paused", policy(func(p *push.Policy) { p.PausedUntil = at(t, "2026-11-22 13:00 +0100") }), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", push.CodePaused, "2026-11-22 13:00 +0100"},
		{"the pause ends in quiet hours", policy(func(p *push.Policy) { p.PausedUntil = at(t, "2026-11-22 23:00 +0100") }), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", push.CodePaused, "2026-11-23 07:00 +0100"},
		{"after the pause", policy(func(p *push.Policy) { p.PausedUntil = at(t, "2026-11-22 12:00 +0100") }), "Europe/Berlin", nil, "2026-11-22 12:00 +0100", "", ""},
		{"a memory from the future", policy(nil), "Europe/Berlin", []string{"2027-11-22 12:00 +0100", "2027-11-22 13:00 +0100"}, "2026-11-22 12:00 +0100", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.policy.Validate(); err != nil {
				t.Fatal(err)
			}
			var mem push.Memory
			for _, s := range tt.pushes {
				mem.Record(at(t, s))
			}
			ok, code, next := tt.policy.Allow(at(t, tt.now), zone(t, tt.zone), &mem)
			if ok != (tt.code == "") || code != tt.code {
				t.Errorf("Allow = %v, %q; want %q", ok, code, tt.code)
			}
			var want time.Time
			if tt.next != "" {
				want = at(t, tt.next)
			}
			if !next.Equal(want) {
				t.Errorf("next = %v, want %v", next, want)
			}
		})
	}
}

// TestNextIsTheFirstMoment: whatever the policy, the zone and the past, next is allowed and nothing before it is.
func TestNextIsTheFirstMoment(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 1439)
		p := push.Policy{
			Mode: push.Surprise, DailyCap: rapid.IntRange(1, 4).Draw(t, "cap"), MinGapMinutes: rapid.IntRange(0, 300).Draw(t, "gap"),
			QuietFrom: minute.Draw(t, "from"), QuietTo: minute.Draw(t, "to"), WeeklyCap: rapid.IntRange(0, 6).Draw(t, "week"),
		}
		where, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		day := rapid.SampledFrom([]string{"2026-03-28", "2026-10-24", "2026-04-23", "2026-11-01", "2026-04-04", "2026-07-01"}).Draw(t, "day")
		start, err := time.ParseInLocation(time.DateOnly, day, where)
		if err != nil {
			t.Fatal(err)
		}
		var mem push.Memory
		for _, m := range rapid.SliceOfN(rapid.IntRange(0, 40*60), 0, 6).Draw(t, "pushes") {
			mem.Record(start.Add(time.Duration(m) * time.Minute))
		}
		now := start.Add(time.Duration(rapid.IntRange(0, 40*60*60).Draw(t, "now")) * time.Second)
		ok, _, next := p.Allow(now, where, &mem)
		if ok {
			return
		}
		if ok, code, _ := p.Allow(next, where, &mem); !ok {
			t.Fatalf("at next, %v: %s", next, code)
		}
		for at := now; at.Before(next); at = at.Add(time.Minute) {
			if ok, _, _ := p.Allow(at, where, &mem); ok {
				t.Fatalf("allowed at %v, before %v", at.In(where), next)
			}
		}
		if ok, _, _ := p.Allow(next.Add(-time.Second), where, &mem); ok && next.Add(-time.Second).After(now) {
			t.Fatalf("allowed a second before %v", next)
		}
	})
}

func TestNextDigest(t *testing.T) {
	p := push.Policy{Digest: []int{12 * 60, 18*60 + 30}}
	for now, want := range map[string]string{
		"2026-11-22 11:59 +0100": "2026-11-22 12:00 +0100",
		"2026-11-22 12:00 +0100": "2026-11-22 18:30 +0100",
		"2026-11-22 23:00 +0100": "2026-11-23 12:00 +0100",
		"2026-03-28 19:00 +0100": "2026-03-29 12:00 +0200", // the clocks go forward
	} {
		if got := p.NextDigest(at(t, now), zone(t, "Europe/Berlin")); !got.Equal(at(t, want)) {
			t.Errorf("after %s: %v, want %s", now, got, want)
		}
	}
	if got := (&push.Policy{}).NextDigest(at(t, "2026-11-22 11:59 +0100"), nil); !got.IsZero() {
		t.Errorf("without a digest: %v", got)
	}
}

func TestAllowDoesNotAllocate(t *testing.T) {
	p := push.Policy{Mode: push.Surprise, DailyCap: 2, MinGapMinutes: 30, QuietFrom: 22 * 60, QuietTo: 7 * 60}
	var mem push.Memory
	berlin := zone(t, "Europe/Berlin")
	now := at(t, "2026-11-22 12:00 +0100")
	mem.Record(now.Add(-time.Hour))
	mem.Record(now.Add(-time.Minute))
	if n := testing.AllocsPerRun(100, func() { p.Allow(now, berlin, &mem) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAllow(b *testing.B) {
	p := push.Policy{Mode: push.Surprise, DailyCap: push.MaxDailyCap, MinGapMinutes: 30, QuietFrom: 22 * 60, QuietTo: 7 * 60}
	var mem push.Memory
	berlin := zone(b, "Europe/Berlin")
	now := at(b, "2026-11-22 12:00 +0100")
	for i := range push.MaxDailyCap - 1 {
		mem.Record(now.Add(-time.Duration(31+i) * time.Minute))
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Allow(now, berlin, &mem)
	}
}

func TestValidate(t *testing.T) {
	if err := push.DefaultPolicy().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for field, change := range map[string]func(*push.Policy){
		"mode":            func(p *push.Policy) { p.Mode = "loud" },
		"daily_cap":       func(p *push.Policy) { p.DailyCap = push.MaxDailyCap + 1 },
		"min_gap_minutes": func(p *push.Policy) { p.MinGapMinutes = -1 },
		"quiet_from":      func(p *push.Policy) { p.QuietFrom = 1440 },
		"quiet_to":        func(p *push.Policy) { p.QuietTo = -1 },
		"weekly_cap":      func(p *push.Policy) { p.WeeklyCap = push.MaxWeeklyCap + 1 },
		"quiet_action":    func(p *push.Policy) { p.QuietAction = "drop" },
		"digest":          func(p *push.Policy) { p.Digest = []int{540, 600, 660, 720, 780} },
		"digest[0]":       func(p *push.Policy) { p.Digest = []int{0} }, // in the quiet hours
		"digest[1]":       func(p *push.Policy) { p.Digest = []int{720, 720} },
		"digest[2]":       func(p *push.Policy) { p.Digest = []int{720, 1000, 1440} },
	} {
		p := push.DefaultPolicy()
		change(&p)
		err := fault.From(p.Validate())
		if err == nil || err.Kind != fault.Invalid || err.Field != field {
			t.Errorf("%s out of range: %v", field, err)
		}
	}
}

func TestMemory(t *testing.T) {
	var m push.Memory
	if !m.Last().IsZero() {
		t.Error("an empty memory remembers something")
	}
	start := at(t, "2026-11-22 12:00 +0100")
	m.Record(start.Add(time.Hour))
	m.Record(start) // reported late
	if !m.Last().Equal(start.Add(time.Hour)) {
		t.Errorf("Last = %v", m.Last())
	}
	for i := range 2 * push.MaxWeeklyCap {
		m.Record(start.Add(time.Duration(i) * 2 * time.Hour))
	}
	for i := 1; i < len(m); i++ {
		if m[i] >= m[i-1] {
			t.Fatalf("not newest first: %v", m)
		}
	}
	if m[len(m)-1] == 0 {
		t.Error("not full")
	}
}

func TestEverySuppressionHasAText(t *testing.T) {
	for _, code := range []string{push.CodeAskFirst, push.CodeQuietHours, push.CodeDailyCap, push.CodeMinimumGap, push.CodeUnreachable, push.CodeWeeklyCap, push.CodePaused, push.CodeHeldQuiet, push.CodeDigest, push.CodeOutranked} {
		if en, de := push.SuppressionText(code, "en"), push.SuppressionText(code, "de"); en == "" || de == "" || en == de {
			t.Errorf("%s: %q, %q", code, en, de)
		}
	}
	if text := push.SuppressionText("guard_night", "en"); text != "" {
		t.Errorf("a code of others: %q", text)
	}
}
