package offers

import "strings"

// daypart is a stretch of the day that people have a word for.
type daypart uint8

const (
	night daypart = iota
	morning
	lunch
	afternoon
	evening
)

func daypartOf(hour int) daypart {
	switch {
	case hour < 5 || hour > 21:
		return night
	case hour < 11:
		return morning
	case hour < 14:
		return lunch
	case hour < 17:
		return afternoon
	}
	return evening
}

// fit says how well each hour of the day fits a category, 0 to 1.
type fit struct {
	category string
	by       [24]float32
}

// fits is a constant table: rules of thumb, one row per category with all below it. The first row is for the rest.
var fits = [...]fit{
	{"", hourly("000000000000000000000000")},
	{"restaurant", hourly("100000000027996200479952")},
	{"restaurant.fast_food", hourly("320000000127985435799874")},
	{"cafe", hourly("000000589987789986310000")},
	{"bakery", hourly("000003999975556653000000")},
	{"cafe.ice_cream", hourly("000000000013567999885100")},
	{"bar", hourly("850000000000000012479999")},
	{"nightlife", hourly("985000000000000000013699")},
	{"supermarket", hourly("000000012334433469997500")},
	{"shop", hourly("000000000267766788852000")},
	{"shop.convenience", hourly("422001334444444566788765")},
	{"culture", hourly("000000000245566788997200")},
	{"sport", hourly("000000567654344568996200")},
	{"beauty", hourly("000000000477766788510000")},
	{"health.pharmacy", hourly("111111114666666665532111")},
	{"outdoors", hourly("000000134567788888741000")},
}

// hourly reads a row: one digit per hour, 9 for the best.
func hourly(row string) (by [24]float32) {
	for i := range by {
		by[i] = float32(row[i]-'0') / 9
	}
	return by
}

// fitOf returns the row of a category: the longest that it equals or lies below.
func fitOf(category string) uint8 {
	best := 0
	for i := range fits {
		c := fits[i].category
		if len(c) > len(fits[best].category) && (category == c || strings.HasPrefix(category, c+".")) {
			best = i
		}
	}
	return uint8(best)
}
