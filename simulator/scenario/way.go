package scenario

import (
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/wire"
)

// leg is a part of somebody's way: from one point to another, or a stay.
type leg struct {
	from, to   geo.Point
	begin, end time.Time
}

func (l leg) stays() bool { return l.from == l.to }

// paces in m/s.
var paces = map[string]float64{"": 1.4, "foot": 1.4, "run": 3, "bike": 4.5, "tram": 8, "car": 13}

const (
	crawl           = 0.5 // m/s: whoever has more time than that waits first
	defaultEvery    = 10 * time.Second
	defaultStanding = time.Minute
	defaultAccuracy = 10.0
	maxFixes        = 200_000 // of one person
)

// route turns the way-points of a person into legs.
func (f *File) route(p *Person) (legs []leg, found Mistakes) {
	var at geo.Point
	now := f.begin
	for i := range p.Way {
		w := &p.Way[i]
		if mistake := w.check(i, now); mistake != "" {
			return nil, Mistakes{w.Source.mistake("%s", mistake)}
		}
		to := at
		switch {
		case w.Place != "":
			to = f.locate(&Point{place: string(w.Place)})
		case w.Point.set:
			to = f.locate(&w.Point)
		}
		if i == 0 {
			at, now = to, maxTime(now, w.At.Time.Time)
		}
		arrive := w.arrival(now, geo.Distance(at, to))
		if depart := w.departure(now, arrive, geo.Distance(at, to)); depart.After(now) {
			legs = append(legs, leg{at, at, now, depart})
			now = depart
		}
		if arrive.After(now) {
			legs = append(legs, leg{at, to, now, arrive})
		}
		at, now = to, arrive
		leave := now.Add(w.Stay.Duration)
		if until := w.Until.Time.Time; until.After(leave) {
			leave = until
		}
		if leave.After(now) {
			legs = append(legs, leg{at, at, now, leave})
			now = leave
		}
	}
	if len(p.Way) > 0 { // and stands until the end
		legs = append(legs, leg{at, at, now, time.Time{}})
	}
	return legs, nil
}

func (w *Waypoint) check(i int, now time.Time) string {
	here := w.Place != "" || w.Point.set
	switch {
	case w.Place != "" && w.Point.set:
		return "has a place and a point; choose one"
	case !here && i == 0:
		return "the first way-point needs a place or a point"
	case !here && w.Stay.Duration == 0 && w.Until.IsZero():
		return "needs a place or a point, or a stay"
	case w.Stay.Duration != 0 && !w.Until.IsZero():
		return "has stay and until; choose one"
	case w.By != "" && w.Speed != 0:
		return "has by and speed; choose one"
	case w.Speed < 0 || w.Speed > 300:
		return "speed must be above 0, to 300 m/s"
	case !w.At.IsZero() && w.At.Before(now):
		return "at " + w.At.Format(time.TimeOnly) + " lies before the end of the way-point before, " + now.Format(time.TimeOnly)
	}
	return ""
}

func (w *Waypoint) pace() float64 {
	if w.Speed > 0 {
		return w.Speed
	}
	return paces[w.By]
}

// arrival is when somebody is there who may leave at now.
func (w *Waypoint) arrival(now time.Time, metres float64) time.Time {
	if !w.At.IsZero() {
		return w.At.Time.Time
	}
	return now.Add(seconds(metres / w.pace()))
}

// departure is when they leave to be there in time.
func (w *Waypoint) departure(now, arrive time.Time, metres float64) time.Time {
	if metres == 0 {
		return arrive
	}
	needed := metres / arrive.Sub(now).Seconds()
	if needed >= crawl && w.By == "" && w.Speed == 0 {
		return now
	}
	return maxTime(now, arrive.Add(-seconds(metres/w.pace())))
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond)
}

// fixes returns the positions that a person's phone reports until the end. dir opens the file of a track.
func (f *File) fixes(name string, p *Person, open func(string) (io.ReadCloser, error)) ([]wire.Fix, error) {
	var out []wire.Fix
	if p.Track != nil {
		var err error
		if out, err = f.recorded(p.Track, open); err != nil {
			return nil, err
		}
	} else {
		legs, _ := f.route(p)
		for i := range legs {
			out = f.report(out, &legs[i], p)
		}
	}
	if p.Jitter > 0 {
		f.blur(out, name, p.Jitter)
	}
	for i := range out {
		if out[i].Accuracy == 0 || p.Accuracy > 0 {
			out[i].Accuracy = defaultAccuracy
			if p.Accuracy > 0 {
				out[i].Accuracy = p.Accuracy
			}
		}
	}
	return out, nil
}

// report adds the positions of a leg, the first one at its begin, and the last one before its end.
func (f *File) report(out []wire.Fix, l *leg, p *Person) []wire.Fix {
	end := l.end
	if end.IsZero() {
		end = f.end.Add(time.Millisecond)
	}
	every := pick(p.Every.Duration, defaultEvery)
	if l.stays() {
		every = pick(p.Standing.Duration, defaultStanding)
	}
	metres, course := geo.Distance(l.from, l.to), geo.Bearing(l.from, l.to)
	for at := l.begin; at.Before(end) && !at.After(f.end) && len(out) < maxFixes; at = at.Add(every) {
		fix := wire.Fix{Lat: l.from.Lat, Lon: l.from.Lon, At: at.UnixMilli()}
		if !l.stays() {
			took := l.end.Sub(l.begin).Seconds()
			q := geo.Destination(l.from, course, metres*at.Sub(l.begin).Seconds()/took)
			fix.Lat, fix.Lon, fix.Speed, fix.Course = q.Lat, q.Lon, metres/took, course
		}
		if n := len(out); n > 0 && out[n-1].At >= fix.At {
			continue
		}
		out = append(out, fix)
	}
	return out
}

func pick(v, otherwise time.Duration) time.Duration {
	if v > 0 {
		return max(v, time.Second)
	}
	return otherwise
}

// blur adds noise that follows from the seed and the person's name.
func (f *File) blur(fixes []wire.Fix, name string, metres float64) {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	rng := rand.New(rand.NewPCG(uint64(f.Seed), h.Sum64()))
	for i := range fixes {
		p := moved(geo.Point{Lat: fixes[i].Lat, Lon: fixes[i].Lon}, metres*rng.NormFloat64()/math.Sqrt2, metres*rng.NormFloat64()/math.Sqrt2)
		fixes[i].Lat, fixes[i].Lon = p.Lat, p.Lon
	}
}

// recorded reads a track, moved to its start.
func (f *File) recorded(t *Track, open func(string) (io.ReadCloser, error)) (out []wire.Fix, err error) {
	r, err := open(t.File)
	if err != nil {
		return nil, Mistakes{t.Source.mistake("%v", err)}
	}
	defer func() { _ = r.Close() }()
	user, first := t.User, time.Time{}
	_, err = geo.ReadTrack(r, geo.AnyTrack, false, func(fix geo.TrackFix) error {
		if user == "" {
			user = fix.User
		}
		if fix.User != user {
			return nil
		}
		if first.IsZero() {
			first = fix.Time
		}
		at := fix.Time
		if !t.Start.IsZero() {
			at = t.Start.Add(fix.Time.Sub(first))
		}
		if at.Before(f.begin) || at.After(f.end) || len(out) >= maxFixes {
			return nil
		}
		out = append(out, wire.Fix{
			Lat: fix.Lat, Lon: fix.Lon, Accuracy: fix.Accuracy, Speed: fix.Speed, Course: fix.Course, At: at.UnixMilli(),
		})
		return nil
	})
	if err != nil {
		return nil, Mistakes{t.Source.mistake("%s: %v", t.File, err)}
	}
	if len(out) == 0 {
		return nil, Mistakes{t.Source.mistake("%s has no position between the clock and the end; start: \"09:00\" moves it in time", t.File)}
	}
	return out, nil
}
