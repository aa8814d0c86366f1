package insight

import (
	"math"
	"strings"

	"github.com/flaneur-io/flaneur/internal/api"
)

// summary adds up what may be seen of several days.
type summary struct {
	cells map[string]tally
	rates map[string]*rate // responses, by part: "", "|hour:13", "|channel:fcm"
	left  bool
}

// rate counts openings among deliveries, of days on which both may be seen.
type rate struct{ opened, delivered int }

func (s *summary) add(v view) {
	if s.cells == nil {
		s.cells, s.rates = make(map[string]tally), make(map[string]*rate)
	}
	s.left = s.left || v.left
	for key, c := range v.cells {
		s.cells[key] = s.cells[key].plus(c)
		part, delivered := strings.CutPrefix(key, "delivered")
		opened, both := v.cells["opened"+part]
		if !delivered || !both {
			continue
		}
		if s.rates[part] == nil {
			s.rates[part] = new(rate)
		}
		s.rates[part].opened += opened.N
		s.rates[part].delivered += c.N
	}
}

// split returns the parts of one family: hours, or stores.
func (s *summary) split(family string) map[string]*summary {
	out := make(map[string]*summary)
	at := func(name string) *summary {
		if out[name] == nil {
			out[name] = &summary{cells: make(map[string]tally), rates: make(map[string]*rate)}
		}
		return out[name]
	}
	for key, c := range s.cells {
		if measure, name, ok := strings.Cut(key, "|"+family+":"); ok {
			at(name).cells[measure] = c
		}
	}
	for part, r := range s.rates {
		if name, ok := strings.CutPrefix(part, "|"+family+":"); ok {
			at(name).rates[""] = r
		}
	}
	return out
}

// figures is the summary in the words of the interface; people are told for single days only, because they don't add up.
func (s *summary) figures(people bool) api.Figures {
	f := api.Figures{Counts: make(map[string]int), BelowCohort: s.left}
	for key, c := range s.cells {
		measure, part, isPart := strings.Cut(key, "|")
		name, currency, money := strings.Cut(measure, ":")
		family, value, _ := strings.Cut(part, ":")
		switch {
		case !isPart && name == "revenue" && money:
			set(&f.Revenue, currency, cents(c.S))
		case !isPart && name == "discount" && money:
			set(&f.Discount, currency, cents(c.S))
		case !isPart:
			f.Counts[measure] = c.N
			if people {
				set(&f.People, measure, c.P)
			}
		case measure == "delivered" && family == "channel":
			set(&f.Channels, value, c.N)
		case measure == "delivered" && family == "trigger":
			set(&f.Triggers, value, c.N)
		case measure == "held_back" && family == "code":
			set(&f.HeldBack, value, c.N)
		}
	}
	for part, r := range s.rates {
		share := math.Round(1000*float64(r.opened)/float64(r.delivered)) / 1000
		if part == "" {
			f.ResponseRate = share
		} else if channel, ok := strings.CutPrefix(part, "|channel:"); ok {
			set(&f.ByChannel, channel, share)
		}
	}
	return f
}

func set[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = make(map[string]V)
	}
	(*m)[key] = v
}

func cents(v float64) float64 { return math.Round(100*v) / 100 }
