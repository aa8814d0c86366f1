package simulator

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// visit is one check-in.
type visit struct {
	at    time.Time
	place geo.Point
}

// How people get from one check-in to the next.
const (
	walkable    = 1500.0 // metres; beyond that people ride
	ride        = 7.0    // m/s through a city: below the speed at which somebody may be driving
	farRide     = 22.0   // m/s beyond cityExtent
	cityExtent  = 30_000.0
	longestStay = 45 * time.Minute
	asksAtVisit = 0.15 // share of the visits at which people look what is near
	tellAtVisit = 0.2  // and tell how they feel
)

// ReadVisits reads check-ins and the places that they name and returns people who walk or ride from check-in to
// check-in: as many as users says (0: all), drawn by the seed, with all that they did. Both are CSV with a header,
// gzipped or not; columns may stand in any order and others are ignored: user_id, place_id, utc_time (RFC 3339) and
// local_time for visits, place_id, lat, lon for places. Zone is everybody's; empty: the one that the first local time
// suggests. A broken row is an error that names its line.
func ReadVisits(visits, places io.Reader, seed uint64, users int, zone string) ([]*Person, error) {
	at, err := readPlaces(places)
	if err != nil {
		return nil, err
	}
	byUser, suggested, err := readVisits(visits, at)
	if err != nil {
		return nil, err
	}
	if zone == "" {
		zone = suggested
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fault.Field("zone", "must be an IANA time zone such as Europe/Berlin")
	}
	chosen := choose(byUser, seed, users)
	people := make([]*Person, len(chosen))
	for i, user := range chosen {
		list := byUser[user]
		slices.SortStableFunc(list, func(a, b visit) int { return a.at.Compare(b.at) })
		people[i] = visitor(seed, i, list, zone, location)
	}
	return people, nil
}

// choose draws users; the order of the answer is that of their ids.
func choose(byUser map[string][]visit, seed uint64, n int) []string {
	all := make([]string, 0, len(byUser))
	for user := range byUser {
		all = append(all, user)
	}
	byID := func(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) } // numbers by value
	slices.SortFunc(all, byID)
	if n <= 0 || n >= len(all) {
		return all
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:n]
	slices.SortFunc(all, byID)
	return all
}

func visitor(seed uint64, number int, list []visit, zone string, location *time.Location) *Person {
	way, character := streams(seed, number)
	p := newPerson(number, character, zone)
	p.invented()
	p.begins = list[0].at.In(location).Add(-time.Minute)
	i := 0
	p.Walk = Itinerary(way, list[0].place, p.begins, func() (Stop, bool) {
		if i == len(list) {
			return Stop{}, false
		}
		here, before := list[i], list[max(0, i-1)]
		s := Stop{Point: here.place, By: here.at.In(location), Pace: pace(before, here)}
		if i++; i < len(list) {
			s.Stay = min(longestStay, list[i].at.Sub(here.at)/2)
		}
		if way.Float64() < tellAtVisit {
			s.Acts = append(s.Acts, report{})
		}
		if way.Float64() < asksAtVisit {
			s.Acts = append(s.Acts, Ask{})
		}
		return s, true
	})
	return p
}

// pace is how fast somebody goes from one check-in to the next: on foot if it is near, and in any case fast enough to
// be there in time.
func pace(from, to visit) float64 {
	metres := geo.Distance(from.place, to.place)
	v := onFoot
	switch {
	case metres > cityExtent:
		v = farRide
	case metres > walkable:
		v = ride
	}
	if seconds := to.at.Sub(from.at).Seconds() / 2; seconds > 0 { // the other half is spent there
		v = max(v, 1.05*metres/seconds)
	}
	return min(v, geo.MaxSpeed/2)
}

func readPlaces(r io.Reader) (map[string]geo.Point, error) {
	at := map[string]geo.Point{}
	err := table(r, "places", []string{"place_id", "lat", "lon"}, func(f []string) (err error) {
		var p geo.Point
		if p.Lat, err = strconv.ParseFloat(f[1], 64); err != nil {
			return err
		}
		if p.Lon, err = strconv.ParseFloat(f[2], 64); err != nil {
			return err
		}
		at[f[0]] = p
		return p.Check("")
	})
	return at, err
}

const localLayout = "2006-01-02T15:04:05"

func readVisits(r io.Reader, at map[string]geo.Point) (byUser map[string][]visit, zone string, err error) {
	byUser = map[string][]visit{}
	err = table(r, "visits", []string{"user_id", "place_id", "utc_time", "local_time"}, func(f []string) error {
		place, known := at[f[1]]
		if !known {
			return fmt.Errorf("there is no place %q", f[1])
		}
		t, err := time.Parse(time.RFC3339, f[2])
		if err != nil {
			return err
		}
		if zone == "" {
			local, err := time.Parse(localLayout, f[3])
			if err != nil {
				return err
			}
			zone = nautical(local.Sub(t).Hours())
		}
		byUser[f[0]] = append(byUser[f[0]], visit{t, place})
		return nil
	})
	if err == nil && len(byUser) == 0 {
		err = fault.Field("visits", "must hold at least one visit")
	}
	return byUser, zone, err
}

// table hands on the named columns of each row.
func table(r io.Reader, name string, columns []string, each func([]string) error) error {
	text, err := plain(r)
	if err != nil {
		return fmt.Errorf("simulator: %s: %w", name, err)
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return fault.Field(name, "must be CSV with a header").Wrap(err)
	}
	index := make([]int, len(columns))
	for i, c := range columns {
		if index[i] = slices.Index(header, c); index[i] < 0 {
			return fault.Field(name, "must have the column %s", c)
		}
	}
	fields := make([]string, len(columns))
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			for i, at := range index {
				fields[i] = row[at]
			}
			err = each(fields)
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return fault.Field(fmt.Sprintf("%s:%d", name, line), "must be a row of %v", columns).Wrap(err)
		}
	}
}

// plain unzips what is gzipped.
func plain(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		return gzip.NewReader(b)
	}
	return b, nil
}
