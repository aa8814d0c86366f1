package offers

import (
	"cmp"
	"maps"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// stricter returns r with an override that may only make it stricter.
func (r *rules) stricter(o *rules) (rules, error) {
	m := *r
	var err error
	if m.Sensitive, err = stricterCategories(r.Sensitive, o.Sensitive); err != nil {
		return rules{}, err
	}
	if m.Places, err = stricterPlaces(r.Places, o.Places); err != nil {
		return rules{}, err
	}
	d, b := o.Distress, r.Distress
	err = cmp.Or(
		tighten("distress.push", &m.Distress.Push, b.Push, d.Push, -1),
		tighten("distress.holdMinutes", &m.Distress.HoldMinutes, b.HoldMinutes, d.HoldMinutes, 1),
		tighten("distress.rememberHours", &m.Distress.RememberHours, b.RememberHours, d.RememberHours, 1),
		tighten("vulnerable.distress", &m.Vulnerable.Distress, r.Vulnerable.Distress, o.Vulnerable.Distress, -1),
		tighten("vulnerable.days", &m.Vulnerable.Days, r.Vulnerable.Days, o.Vulnerable.Days, -1),
		m.Pressure.tighten(&r.Pressure, &o.Pressure),
		tighten("driving.speed", &m.Driving.Speed, r.Driving.Speed, o.Driving.Speed, -1),
	)
	if err != nil {
		return rules{}, err
	}
	if o.Night != nil {
		if missing := r.Night.hours() &^ o.Night.hours(); missing != 0 {
			return rules{}, fault.Field("night", "must hold all hours from %d to %d: it may only be made longer", r.Night.From, r.Night.To)
		}
		m.Night = o.Night
	}
	return m, nil
}

// tighten sets dst to the override, which must not lie on the loose side of the base: stricter is the sign of the
// strict direction.
func tighten[T int | float64](field string, dst **T, base, override *T, stricter int) error {
	if override == nil {
		return nil
	}
	if cmp.Compare(*override, *base)*stricter < 0 {
		word := "at most"
		if stricter > 0 {
			word = "at least"
		}
		return fault.Field(field, "must be %s %v: an override may only be stricter", word, *base)
	}
	*dst = override
	return nil
}

func stricterCategories(base, over map[string]sensitiveRule) (map[string]sensitiveRule, error) {
	out := maps.Clone(base)
	for _, name := range slices.Sorted(maps.Keys(over)) {
		o, field := over[name], "sensitive."+name
		b, found := base[name]
		if !found {
			if len(o.Categories) == 0 || o.Distress == nil {
				return nil, fault.Field(field, "is a new rule: it must have categories and distress")
			}
			out[name] = o
			continue
		}
		m := b
		for _, c := range o.Categories {
			if !slices.Contains(m.Categories, c) {
				m.Categories = append(slices.Clip(m.Categories), c)
			}
		}
		if err := tighten(field+".distress", &m.Distress, b.Distress, o.Distress, -1); err != nil {
			return nil, err
		}
		if o.PullOnly != nil {
			if or(b.PullOnly, false) && !*o.PullOnly {
				return nil, fault.Field(field+".pullOnly", "must be true: an override may only be stricter")
			}
			m.PullOnly = o.PullOnly
		}
		out[name] = m
	}
	return out, nil
}

func stricterPlaces(base, over map[string]float64) (map[string]float64, error) {
	out := maps.Clone(base)
	for _, name := range slices.Sorted(maps.Keys(over)) {
		if over[name] < base[name] {
			return nil, fault.Field("places."+name, "must be at least %g: an override may only be stricter", base[name])
		}
		out[name] = over[name]
	}
	return out, nil
}
