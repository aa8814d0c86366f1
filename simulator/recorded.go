package simulator

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// recording replays fixes as they were recorded, whatever the server hints; now and then the person looks what is
// near or tells how they feel.
type recording struct {
	rng   *rand.Rand
	zone  *time.Location
	fixes []geo.Fix
	sent  int
	acted bool
}

// actsEvery is the mean number of fixes between two acts of a recorded person.
const actsEvery = 500

// Next implements Walk.
func (w *recording) Next(wire.Hint) (Moment, bool) {
	if w.sent > 0 && !w.acted && w.rng.IntN(actsEvery) == 0 {
		w.acted = true
		m := Moment{At: w.fixes[w.sent-1].Time.In(w.zone), Act: Ask{}}
		if w.rng.IntN(2) == 0 {
			m.Act = report{}
		}
		return m, true
	}
	w.acted = false
	if w.sent == len(w.fixes) {
		return Moment{}, false
	}
	f := w.fixes[w.sent]
	w.sent++
	return Moment{At: f.Time.In(w.zone), Fix: wireFix(f)}, true
}

// TrackReport says what ReadTracks passed over.
type TrackReport struct {
	Skipped  int
	Problems []geo.TrackProblem // the first of them
	Ignored  []string           // columns that were not understood
}

// ReadTracks reads one file of recorded fixes (CSV, GPX or GeoJSON, gzipped or not; see geo.ReadTrack) and returns a
// person for each user in it, at most limit of them (0: all), in the order of the file. First is the number of the
// first person: it decides their alias and, with the seed, their character. Zone is theirs; empty: the one that their
// longitude suggests.
func ReadTracks(r io.Reader, seed uint64, first, limit int, zone string) ([]*Person, TrackReport, error) {
	var order []string
	byUser := map[string][]geo.Fix{}
	report, err := geo.ReadTrack(r, geo.AnyTrack, false, func(f geo.TrackFix) error {
		if _, known := byUser[f.User]; !known {
			if limit > 0 && len(order) == limit {
				return nil
			}
			order = append(order, f.User)
		}
		byUser[f.User] = append(byUser[f.User], f.Fix)
		return nil
	})
	passed := TrackReport{report.Skipped, report.Problems, report.Ignored}
	if err != nil {
		return nil, passed, err
	}
	people := make([]*Person, 0, len(order))
	for i, user := range order {
		p, err := replay(seed, first+i, byUser[user], zone)
		if err != nil {
			return nil, passed, err
		}
		people = append(people, p)
	}
	return people, passed, nil
}

func replay(seed uint64, number int, fixes []geo.Fix, zone string) (*Person, error) {
	if zone == "" {
		zone = nautical(fixes[0].Lon / 15)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("simulator: zone: %w", err)
	}
	way, character := streams(seed, number)
	p := newPerson(number, character, zone)
	p.invented()
	p.begins = fixes[0].Time.In(location)
	p.Walk = &recording{rng: way, zone: location, fixes: fixes}
	return p, nil
}

// nautical names the zone without summer time that lies so many hours east of Greenwich. The signs of these names go
// the other way (POSIX).
func nautical(hours float64) string {
	h := int(math.Round(hours))
	if h == 0 {
		return "Etc/GMT"
	}
	return fmt.Sprintf("Etc/GMT%+d", -max(-12, min(h, 14)))
}
