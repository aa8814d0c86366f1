package geo_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func readAll(t *testing.T, r io.Reader, strict bool) ([]geo.TrackFix, geo.TrackReport, error) {
	t.Helper()
	var all []geo.TrackFix
	report, err := geo.ReadTrack(r, geo.AnyTrack, strict, func(f geo.TrackFix) error {
		all = append(all, f)
		return nil
	})
	if report.Fixes != len(all) {
		t.Errorf("report says %d fixes, got %d", report.Fixes, len(all))
	}
	return all, report, err
}

func recorded(user string, lat, lon float64, sec int64) geo.TrackFix {
	return geo.TrackFix{User: user, Fix: geo.Fix{Point: at(lat, lon), Speed: geo.Unknown, Course: geo.Unknown, Time: time.Unix(sec, 0).UTC()}}
}

const (
	csvUnix = "unix_time,lat,lon,occupied\n1211033530,37.75153,-122.39447,0\n1211033614,37.75149,-122.39447,0\n"
	csvDate = "lat,lng,datetime,uid\n39.984094,116.319236,2008-10-23 05:53:05,001\n39.984198,116.319322,2008-10-23T05:53:06Z,002\n"
	csvFull = "\ufeff User , LAT,lon,unix_time,accuracy,speed,course\nann,1,2,1.5,30,,\nann,1,2,1211033614000,,1.5,630\n"
	csvBoth = "lat,lon,unix_time,datetime\n1,2,,2008-10-23 05:53:05\n1,2, ,2008-10-23 05:53:06\n1,2,7,2008-10-23 05:53:07\n"
	gpxTrip = `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>x</name><time>2001-01-01T00:00:00Z</time></metadata>
<wpt lat="1" lon="1"><time>2001-01-01T00:00:00Z</time></wpt>
<trk><name>ann</name><trkseg>
<trkpt lat="52.5" lon="13.4"><ele>3</ele><time>2008-10-23T05:53:05Z</time></trkpt>
<trkpt lat="52.6" lon="13.5"><time>2008-10-23T05:53:06Z</time><extensions><a:b xmlns:a="u"><a:speed>2.5</a:speed><a:course>90</a:course></a:b></extensions></trkpt>
</trkseg></trk><trk><trkseg><trkpt lat="1" lon="2"><time>1970-01-01T00:00:01Z</time></trkpt></trkseg></trk></gpx>`
	geoLine = `{"type":"Feature","properties":{"user":"ann","coordTimes":["2008-10-23T05:53:05Z","2008-10-23T05:53:06Z"]},"geometry":{"type":"LineString","coordinates":[[13.4,52.5],[13.5,52.6,7]]}}`
	geoPts  = `{"features":[{"type":"Feature","properties":{"user":"","uid":7,"unix_time":"","datetime":null,"time":1},"geometry":{"type":"Point","coordinates":[2,1]}},
{"type":"Feature","properties":{"timestamp":"2008-10-23T05:53:05+02:00","speed":3},"geometry":{"type":"Point","coordinates":[2,1]}}],"bbox":[1,2,3,4],"type":"FeatureCollection"}`
)

func TestReadTrack(t *testing.T) {
	with := func(f geo.TrackFix, accuracy, speed, course float64) geo.TrackFix {
		f.Accuracy, f.Speed, f.Course = accuracy, speed, course
		return f
	}
	half := recorded("ann", 1, 2, 1)
	half.Time = half.Time.Add(500 * time.Millisecond)
	for _, c := range []struct {
		name, text string
		want       []geo.TrackFix
		ignored    []string
	}{
		{"csv with unix_time", csvUnix, []geo.TrackFix{recorded("", 37.75153, -122.39447, 1211033530), recorded("", 37.75149, -122.39447, 1211033614)}, []string{"occupied"}},
		{"csv with datetime", csvDate, []geo.TrackFix{recorded("001", 39.984094, 116.319236, 1224741185), recorded("002", 39.984198, 116.319322, 1224741186)}, nil},
		{"csv with other words", "time,latitude,longitude\n2008-10-23T05:53:05Z,1,2\n", []geo.TrackFix{recorded("", 1, 2, 1224741185)}, nil},
		{"csv with everything", csvFull, []geo.TrackFix{with(half, 30, -1, -1), with(recorded("ann", 1, 2, 1211033614), 0, 1.5, 270)}, nil},
		{"csv with both times", csvBoth, []geo.TrackFix{recorded("", 1, 2, 1224741185), recorded("", 1, 2, 1224741186), recorded("", 1, 2, 7)}, nil},
		{"gpx", gpxTrip, []geo.TrackFix{recorded("ann", 52.5, 13.4, 1224741185), with(recorded("ann", 52.6, 13.5, 1224741186), 0, 2.5, 90), recorded("", 1, 2, 1)}, nil},
		{"geojson line", geoLine, []geo.TrackFix{recorded("ann", 52.5, 13.4, 1224741185), recorded("ann", 52.6, 13.5, 1224741186)}, nil},
		{"geojson points", geoPts, []geo.TrackFix{recorded("7", 1, 2, 1), with(recorded("", 1, 2, 1224741185-7200), 0, 3, -1)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var zipped bytes.Buffer
			z := gzip.NewWriter(&zipped)
			_, _ = io.WriteString(z, c.text)
			_ = z.Close()
			for name, r := range map[string]io.Reader{
				"plain": strings.NewReader(c.text), "gzip": &zipped, "byte by byte": iotest.OneByteReader(strings.NewReader(c.text)),
			} {
				got, report, err := readAll(t, r, true)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if !slices.Equal(report.Ignored, c.ignored) || report.Skipped != 0 {
					t.Errorf("%s: %+v", name, report)
				}
			}
		})
	}
}

func TestBrokenRowsAreSkippedOrRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		fixes      int
		lines      []int
	}{
		{"csv", "lat,lon,unix_time\n1,2,3\nx,2,3\n1,200,3\n1,2\n1,2,never\nNaN,2,3\n1,\"2\"x,3\n,2,3\n1,2,3,4\n1,2,4\n", 2, []int{3, 4, 5, 6, 7, 8, 9, 10}},
		{"csv with stray quotes", "lat,lon,unix_time,note\n1,2,\"3,\n1,2,4,\"two\nlines\"\n1,2,5,\"\"\n\n1,2,6,\"\n1,2,x,\n1,2,7,a\n", 2, []int{2, 3, 4, 7, 8}},
		{"gpx", "<gpx>\n<trk><trkseg>\n<trkpt lat='1' lon='2'/>\n<trkpt lat='1' lon='2'><time>x</time></trkpt>\n<trkpt lon='2'><time>2001-01-01T00:00:00Z</time></trkpt>\n" +
			"<trkpt lat='99' lon='2'><time>2001-01-01T00:00:00Z</time></trkpt>\n<trkpt lat='9' lon='2'><time>2001-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>", 1, []int{3, 4, 5, 6}},
		{"geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[1,2]}},7,
			{"properties":{"time":1},"geometry":{"type":"Point","coordinates":[1]}},{"properties":{"time":1},"geometry":{"type":"Point","coordinates":["a","b"]}},
			{"properties":{"coordTimes":[1]},"geometry":{"type":"LineString","coordinates":[[1,2],[1,3]]}},{"geometry":null},
			{"properties":{"coordTimes":[1,"x"]},"geometry":{"type":"LineString","coordinates":[[1,2],[1,3]]}}]}`, 1, []int{0, 0, 0, 0, 0, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, report, err := readAll(t, strings.NewReader(c.text), false)
			var lines []int
			for _, p := range report.Problems {
				lines = append(lines, p.Line)
				if p.Detail == "" {
					t.Errorf("line %d: no detail", p.Line)
				}
			}
			if err != nil || len(got) != c.fixes || report.Skipped != len(c.lines) || !slices.Equal(lines, c.lines) {
				t.Errorf("%d fixes, report %+v, error %v", len(got), report, err)
			}
			_, _, err = readAll(t, strings.NewReader(c.text), true)
			if err == nil {
				t.Fatal("strict reading takes it")
			}
			want := ""
			if c.lines[0] > 0 {
				want = fmt.Sprintf("line %d", c.lines[0])
			}
			wantField(t, err, fault.CodeMalformed, want)
		})
	}
}

func TestUnreadableTracks(t *testing.T) {
	for _, text := range []string{
		"", "\x1f\x8b", "lat,lon\n1,2\n", "lon,unix_time\n", "lat,unix_time\n", "<html/>", "<gpx><trk>", "<gpx></trk></gpx>",
		"<gpx>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</gpx>", "{", "{}", geoLine + "x", geoLine + "\n" + geoLine, geoPts + ",{}", geoPts + "]", `{"type":"Point","coordinates":[1,2]}`, `{"features":7}`, `{"features":[`, `{"type":7}`,
		"lat,lon,unix_time\n" + strings.Repeat("1", 3<<20), "<gpx a='" + strings.Repeat("1", 3<<20) + "'></gpx>", "<gpx>" + strings.Repeat("1", 3<<20) + "</gpx>",
	} {
		_, report, err := readAll(t, strings.NewReader(text), false)
		if err == nil {
			t.Errorf("%.40q: no error, %+v", text, report)
		} else if fault.From(err).Kind != fault.Invalid {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	for _, format := range []geo.TrackFormat{geo.CSV, geo.GPX, geo.GeoJSON, 9} {
		if _, err := geo.ReadTrack(strings.NewReader(""), format, false, nil); fault.From(err) == nil || fault.From(err).Kind != fault.Invalid {
			t.Errorf("nothing in format %d: %v", format, err)
		}
	}
	if _, _, err := readAll(t, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(csvUnix))), false); err == nil {
		t.Error("a reader that fails is taken for the end")
	}
}

func TestReportIsBounded(t *testing.T) {
	text := "lat,lon,unix_time" + strings.Repeat(",x", 1000) + "\n" + strings.Repeat("bad\n", 10_000)
	_, report, err := readAll(t, strings.NewReader(text), false)
	if err != nil || report.Skipped != 10_000 || len(report.Problems) > 100 || len(report.Ignored) > 100 {
		t.Errorf("%d skipped, %d problems, %d ignored: %v", report.Skipped, len(report.Problems), len(report.Ignored), err)
	}
}

func TestReadingEndsWithTheCallersError(t *testing.T) {
	stop := errors.New("enough")
	for _, text := range []string{csvUnix, gpxTrip, geoLine, geoPts} {
		n := 0
		report, err := geo.ReadTrack(strings.NewReader(text), geo.AnyTrack, false, func(geo.TrackFix) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 || report.Fixes != 1 {
			t.Errorf("%.20q: %v after %d, %+v", text, err, n, report)
		}
	}
}

// A person's fixes over months: the stops that come out must look like a life.
func TestRealTracks(t *testing.T) {
	dir := os.Getenv("FLANEUR_TESTDATA")
	if dir == "" {
		t.Skip("FLANEUR_TESTDATA is not set: no real tracks to read")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "tracks", "*", "*.csv.gz"))
	if len(files) == 0 {
		t.Fatalf("no tracks in %s", dir)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var m geo.Motion
		stops, implausible := 0, 0
		stopped := false
		report, err := geo.ReadTrack(f, geo.AnyTrack, true, func(fix geo.TrackFix) error {
			if !m.Last.Time.IsZero() && !geo.Plausible(m.Last, fix.Fix) {
				implausible++
			}
			step := m.Advance(fix.Fix)
			if step.Stopped && !stopped {
				stops++
			}
			stopped = step.Stopped
			return nil
		})
		_ = f.Close()
		if err != nil || report.Fixes < 1000 || stops == 0 {
			t.Errorf("%s: %d fixes, %d stops: %v", name, report.Fixes, stops, err)
		}
		t.Logf("%s: %d fixes, %d stops, %d implausible, ignored %v", filepath.Base(name), report.Fixes, stops, implausible, report.Ignored)
	}
}

func FuzzReadTrack(f *testing.F) {
	for _, text := range []string{csvUnix, csvDate, csvFull, gpxTrip, geoLine, geoPts, "\x1f\x8b", "<gpx><trkpt", "{"} {
		f.Add([]byte(text), uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, format uint8) {
		report, err := geo.ReadTrack(bytes.NewReader(data), geo.TrackFormat(format%5), false, func(fix geo.TrackFix) error {
			if !fix.Valid() || fix.Accuracy < 0 || fix.Course >= 360 || fix.Time.IsZero() && fix.Time != time.Unix(-62135596800, 0).UTC() {
				t.Errorf("handed on %+v", fix)
			}
			return nil
		})
		if err != nil && fault.From(err).Kind != fault.Invalid {
			t.Errorf("not a clear fault: %v", err)
		}
		if len(report.Problems) > report.Skipped {
			t.Errorf("%+v", report)
		}
	})
}

func ExampleReadTrack() {
	file := strings.NewReader("unix_time,lat,lon,colour\n1211033530,37.75153,-122.39447,red\n1211033614,north,-122.39447,red\n")
	report, err := geo.ReadTrack(file, geo.AnyTrack, false, func(fix geo.TrackFix) error {
		fmt.Println(fix.Lat, fix.Lon, fix.Time.Format(time.TimeOnly))
		return nil
	})
	fmt.Println(report.Ignored, report.Problems, err)
	// Output:
	// 37.75153 -122.39447 14:12:10
	// [colour] [{3 lat must be a number}] <nil>
}
