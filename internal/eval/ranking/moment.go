package ranking

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

var layouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02 15:04:05Z07:00"}

func parse(text string) (time.Time, error) {
	for _, l := range layouts {
		if t, err := time.Parse(l, text); err == nil {
			return plausible(t, text)
		}
	}
	if s, err := strconv.ParseInt(text, 10, 64); err == nil {
		return plausible(time.Unix(s, 0).UTC(), text)
	}
	return time.Time{}, fmt.Errorf("%q is no time (such as 2012-04-03T18:02:00Z)", text)
}

// plausible refuses what nobody can have recorded, such as milliseconds where seconds are read: figures would be wrong, silently.
func plausible(t time.Time, text string) (time.Time, error) {
	if y := t.Year(); y < 1970 || y > 2100 {
		return t, fmt.Errorf("%q must lie in the years 1970 to 2100 (a number is seconds since 1970)", text)
	}
	return t, nil
}

// moment joins world and local time; one is enough.
func moment(utc, local string) (time.Time, error) {
	if utc == "" {
		utc = local
	}
	at, err := parse(utc)
	if err != nil || local == "" {
		return at, err
	}
	there, err := parse(local)
	if err != nil {
		return at, err
	}
	_, zone := there.Zone() // a local time with a zone is right by itself
	wall := there.Unix() + int64(zone)
	offset := int(wall - at.Unix())
	if offset < -14*3600 || offset > 14*3600 {
		return at, fmt.Errorf("utc_time %s and local_time %s are too far apart", utc, local)
	}
	quarters := math.Round(float64(offset) / 900) // zones lie quarters of an hour apart, on both sides of Greenwich
	return at.In(time.FixedZone("", int(quarters)*900)), nil
}
