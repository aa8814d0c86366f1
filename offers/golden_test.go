package offers_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
)

var update = flag.Bool("update", false, "write the answers into testdata")

// scene is one golden file: who stands where and when among which offers. Positions are metres east and north of a
// square in Cologne; an offer's merchant and place have its name.
type scene struct {
	Offers []sceneOffer
	Places []scenePlace
	Person scenePerson
	Moment sceneMoment
}

type metres [2]float64

type sceneOffer struct {
	ID, Merchant, Category, Brand string
	At                            metres
	Radius                        float64
	Triggers                      []string
	Dwell                         time.Duration
	Percent                       float64
	Starts, Ends                  time.Time
	PerUser                       int `yaml:"perUser"`
	Exhausted, Stopped, Test      bool
}

type scenePlace struct {
	Category string
	At       metres
}

type scenePerson struct {
	Minor     bool
	Interests []string
	Blocked   []struct{ Kind, Value string }
	Purchases []struct {
		Category, Brand, Merchant string
		Times, DaysAgo            int
	}
	Delivered []struct {
		Offer    string
		HoursAgo int
	}
	Feedback []struct {
		Offer, Action string
		DaysAgo       int
	}
	Redeemed []string
	Mood     []struct {
		State      string
		Categories []string
	}
	Distress []struct {
		HoursAgo int
		Value    float64
	}
}

type sceneMoment struct {
	Time          time.Time
	At            metres
	Way           []sceneFix // before
	Speed, Course *float64
	StoppedFor    time.Duration
	Mood          *struct{ Valence, Arousal, Confidence, Distress float64 }
	Level         string
	Pull          bool
	Radius        float64
	Categories    []string
}

type sceneFix struct {
	At  metres
	Ago time.Duration
}

// walk follows the person along the way up to the moment.
func (s *sceneMoment) walk(m *offers.Matcher, r *offers.Result, moment *offers.Moment) {
	var t fence.Tracker
	var before geo.Fix
	for _, f := range append(s.Way, sceneFix{At: s.At}) {
		mo := moment
		if f.Ago > 0 {
			mo = &offers.Moment{Point: f.At.point()}
		}
		fix := geo.Fix{Point: mo.Point, Accuracy: 10, Time: s.Time.Add(-f.Ago)}
		m.Track(r, &t, mo, before, fix)
		before = fix
	}
}

var square = geo.Point{Lat: 50.9384, Lon: 6.9600}

func (m metres) point() geo.Point {
	const degree = geo.EarthRadius * math.Pi / 180
	return geo.Point{Lat: square.Lat + m[1]/degree, Lon: square.Lon + m[0]/(degree*math.Cos(square.Lat*math.Pi/180))}
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s scene
			for i := range archive.Files {
				f := &archive.Files[i]
				var into any
				switch f.Name {
				case "offers":
					into = &s.Offers
				case "places":
					into = &s.Places
				case "person":
					into = &s.Person
				case "moment":
					into = &s.Moment
				case "want":
					got := play(t, &s)
					if *update {
						f.Data = []byte(got)
					} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
						t.Errorf("run go test -update if this is right (-want +got):\n%s", diff)
					}
					continue
				}
				if err := yaml.NewDecoder(bytes.NewReader(f.Data), yaml.Strict()).Decode(into); err != nil {
					t.Fatalf("%s: %v", f.Name, err)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// play returns what a scene's matcher says, one line per offer.
func play(t *testing.T, s *scene) string {
	t.Helper()
	c := offers.NewCatalogue(hex.Grid{})
	for i, p := range s.Places {
		must(t, c.PutPlace(&offers.Place{ID: id.Place(fmt.Sprintf("plc_x%d", i)), Name: "x", Category: p.Category, Point: p.At.point()}))
	}
	for i := range s.Offers {
		s.Offers[i].put(t, c)
	}
	rails, err := offers.DefaultGuardrails()
	must(t, err)
	p := s.Person.person(t, c, rails, s.Moment.Time)
	var r offers.Result
	matcher, moment := offers.NewMatcher(c, rails), s.Moment.moment(t)
	s.Moment.walk(matcher, &r, moment)
	matcher.Evaluate(&r, p, moment)
	var out strings.Builder
	var reasons []offers.Reason
	for i := range r.Matches {
		m := &r.Matches[i]
		fmt.Fprintf(&out, "%d. %s: %s, %.0f m, score %.3f\n", i+1, short(m.Offer), m.Trigger, m.Distance, m.Score)
		reasons = m.Reasons(reasons[:0])
		for _, why := range reasons {
			fmt.Fprintf(&out, "   %2.0f%% %s: %s / %s\n", why.Share*100, why.Code, why.Text("en"), why.Text("de"))
		}
	}
	slices.SortFunc(r.Suppressions, func(a, b offers.Suppression) int { return strings.Compare(string(a.Offer.ID), string(b.Offer.ID)) })
	for _, held := range r.Suppressions {
		fmt.Fprintf(&out, "-  %s: %s: %s / %s\n", short(held.Offer), held.Code, offers.SuppressionText(held.Code, "en"), offers.SuppressionText(held.Code, "de"))
	}
	return out.String()
}

func short(o *offers.Offer) string { return strings.TrimPrefix(string(o.ID), id.PrefixOffer) }

func (s *sceneOffer) put(t *testing.T, c *offers.Catalogue) {
	t.Helper()
	reach, err := geo.NewCircle(s.At.point(), s.Radius)
	must(t, err)
	triggers, err := offers.ParseTriggers("triggers", s.Triggers)
	must(t, err)
	merchant := s.Merchant
	if merchant == "" {
		merchant = s.ID
	}
	o := &offers.Offer{
		ID: id.Offer("off_" + s.ID), Merchant: id.Merchant("mer_" + merchant), Place: id.Place("plc_" + s.ID),
		Title: s.ID, Category: s.Category, Brand: s.Brand, Reach: reach, Triggers: triggers, Dwell: s.Dwell,
		Starts: s.Starts, Ends: s.Ends, Budget: offers.Budget{PerUser: s.PerUser},
	}
	if s.Percent > 0 {
		o.Reward = offers.Reward{Kind: offers.Percent, Value: s.Percent}
	}
	if s.Stopped {
		o.Status = offers.Stopped
	}
	if s.Test {
		o.Mode = offers.Test
	}
	must(t, o.Validate())
	must(t, c.PutPlace(&offers.Place{ID: o.Place, Merchant: o.Merchant, Name: s.ID, Category: s.Category, Brand: s.Brand, Point: s.At.point(), Mode: o.Mode}))
	must(t, c.PutOffers(o))
	if s.Exhausted {
		c.SetExhausted(o.ID, &offers.Span{})
	}
}

func (s *scenePerson) person(t *testing.T, c *offers.Catalogue, rails *offers.Guardrails, now time.Time) *offers.Person {
	t.Helper()
	p := &offers.Person{Minor: s.Minor}
	must(t, p.SetInterests(s.Interests))
	var blocks []offers.Block
	for _, b := range s.Blocked {
		var k offers.BlockKind
		must(t, k.UnmarshalText([]byte(b.Kind)))
		blocks = append(blocks, offers.Block{Kind: k, Value: b.Value})
	}
	must(t, p.SetBlocks(blocks))
	for _, b := range s.Purchases {
		for range max(b.Times, 1) {
			p.Purchased(now.AddDate(0, 0, -b.DaysAgo), b.Category, b.Brand, id.Merchant(b.Merchant))
		}
	}
	for _, d := range s.Delivered {
		p.Delivered(now.Add(-time.Duration(d.HoursAgo)*time.Hour), c.Offer(id.Offer("off_"+d.Offer)))
	}
	for _, f := range s.Feedback {
		var a offers.Action
		must(t, a.UnmarshalText([]byte(f.Action)))
		p.Feedback(now.AddDate(0, 0, -f.DaysAgo), a, c.Offer(id.Offer("off_"+f.Offer)))
	}
	for _, o := range s.Redeemed {
		p.Redeemed(noon, id.Offer("off_"+o))
	}
	var choices []offers.MoodChoice
	for _, m := range s.Mood {
		state, err := mood.ParseState(m.State)
		must(t, err)
		choices = append(choices, offers.MoodChoice{State: state, Categories: m.Categories})
	}
	must(t, p.SetMoodChoices(choices))
	for _, d := range s.Distress {
		p.ObserveMood(now.Add(-time.Duration(d.HoursAgo)*time.Hour), mood.Estimate{Valence: -0.8, Confidence: 0.9, Distress: d.Value}, rails)
	}
	return p
}

func (s *sceneMoment) moment(t *testing.T) *offers.Moment {
	t.Helper()
	m := &offers.Moment{
		Now: s.Time, Zone: s.Time.Location(), Point: s.At.point(), Pull: s.Pull, Radius: s.Radius, Categories: s.Categories,
		Step: geo.Step{Speed: geo.Unknown, Course: geo.Unknown, Stopped: s.StoppedFor > 0, StoppedFor: s.StoppedFor},
	}
	if s.Speed != nil {
		m.Step.Speed = *s.Speed
	}
	if s.Course != nil {
		m.Step.Course = *s.Course
	}
	if s.Mood != nil {
		m.Mood = mood.Estimate{Valence: s.Mood.Valence, Arousal: s.Mood.Arousal, Confidence: s.Mood.Confidence, Distress: s.Mood.Distress}
	}
	if s.Level != "" {
		var err error
		m.MoodLevel, err = mood.ParseLevel(s.Level)
		must(t, err)
	}
	return m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
