package simulator

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/wire"
)

//go:embed page
var pageFiles embed.FS

// Bounds of the page, which must open quickly everywhere.
const (
	pageOffers = 4000 // on the map
	pageRows   = 400  // in the table
	pageBars   = 12   // in a chart
)

// page is what the template shows.
type page struct {
	*Report
	Style, Script any // trusted: files of this package
	Title         string
	Tiles         []tile
	Charts        []chart
	Moods         []moodChart
	Rows          []Delivery
	Drawing       pageDrawing
}

type tile struct{ Label, Value, Note string }

// chart is a list of bars; upright ones are for things that have an order.
type chart struct {
	ID, Title, Note string
	Upright         bool
	Bars            []pageBar
}

type pageBar struct {
	Label, Text string
	Share       float64 // of the longest, 0 to 100
}

// pageDrawing is the data of the map, as the script reads it. Coordinates are latitude, longitude, alternating.
type pageDrawing struct {
	Tracks []pageTrack `json:"tracks"`
	Places []pagePlace `json:"places"`
	Offers []pageOffer `json:"offers"`
}

type pageTrack struct {
	User   string    `json:"user"`
	Points []float64 `json:"points"`
}

type pagePlace struct {
	Name string     `json:"name"`
	At   [2]float64 `json:"at"`
}

type pageOffer struct {
	User    string     `json:"user"`
	Title   string     `json:"title"`
	Place   string     `json:"place"`
	Time    string     `json:"time"`
	Trigger string     `json:"trigger"`
	Outcome Outcome    `json:"outcome"`
	Reason  string     `json:"reason"`
	At      [2]float64 `json:"at"`
}

// WriteHTML writes the report as one page with map and charts. It needs no network and no other file.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("report.html").Funcs(template.FuncMap{"words": words, "percent": percent, "clock": clockTime}).
		ParseFS(pageFiles, "page/report.html")
	if err != nil {
		return err
	}
	style, err := pageFiles.ReadFile("page/report.css")
	if err != nil {
		return err
	}
	script, err := pageFiles.ReadFile("page/report.js")
	if err != nil {
		return err
	}
	return t.Execute(w, page{
		Report: r, Style: template.CSS(style), Script: template.JS(script), Title: "Flaneur simulation",
		Tiles: r.tiles(), Charts: r.charts(), Moods: r.moodCharts(), Rows: r.Offers[:min(len(r.Offers), pageRows)], Drawing: r.draw(),
	})
}

func (r *Report) tiles() []tile {
	return []tile{
		{"People", grouped(r.Users), fmt.Sprintf("%d erased themselves", r.Erased)},
		{"Fixes", grouped(r.Fixes), grouped(int(r.FixesPerSecond)) + " a second"},
		{"Answer", fmt.Sprintf("%.2g ms", r.LatencyMS.P50), fmt.Sprintf("99 %% within %.3g ms", r.LatencyMS.P99)},
		{"Offers sent", grouped(r.Deliveries), grouped(r.Redemptions) + " redeemed"},
		{"Held back", grouped(r.Suppressions), "each with its reason"},
		{"Asked", grouped(r.Pulls), "what is near me?"},
	}
}

func (r *Report) charts() []chart {
	hours := make([]Bar, 24)
	for h := range hours {
		hours[h].Label = fmt.Sprintf("%d", h)
	}
	shares, triggers := map[string]float64{}, map[string]int{}
	for i := range r.Offers {
		hours[r.Offers[i].At.Hour()].Count++
		triggers[r.Offers[i].Trigger]++
		for _, reason := range r.Offers[i].Reasons {
			shares[reason.Code] += reason.Share
		}
	}
	perMille := map[string]int{}
	for code, sum := range shares {
		perMille[code] = int(math.Round(1000 * sum / float64(len(r.Offers))))
	}
	reasons := newChart("reasons", "Why offers were chosen", "Mean share of each reason in the score", bars(perMille))
	for i := range reasons.Bars {
		reasons.Bars[i].Text = percent(float64(perMille[reasons.Bars[i].Label]) / 1000)
	}
	list := []chart{
		newChart("hours", "Offers by hour", "The people's own time of day", hours),
		newChart("latency", "Time to answer", "From a position to its acknowledgement, up to so much", r.drawing.latency),
		reasons,
		newChart("held", "Why offers were held back", "The same offer for the same reason counts once a day", bars(r.HeldBack)),
		newChart("triggers", "What brought them up", "", bars(triggers)),
		newChart("outcomes", "What people did with offers", "", outcomes(r.Offers)),
	}
	list[0].Upright, list[1].Upright = true, true
	return list
}

func newChart(id, title, note string, all []Bar) chart {
	c := chart{ID: id, Title: title, Note: note}
	most := 1
	for _, b := range all {
		most = max(most, b.Count)
	}
	for i, b := range all {
		if i == pageBars && id != "hours" && id != "latency" {
			break
		}
		c.Bars = append(c.Bars, pageBar{b.Label, grouped(b.Count), math.Round(1000*float64(b.Count)/float64(most)) / 10})
	}
	return c
}

func (r *Report) draw() pageDrawing {
	d := pageDrawing{Tracks: []pageTrack{}, Places: []pagePlace{}, Offers: []pageOffer{}}
	for _, t := range r.drawing.tracks {
		flat := make([]float64, 0, 2*len(t.points))
		for _, p := range t.points {
			flat = append(flat, degrees(p.Lat), degrees(p.Lon))
		}
		d.Tracks = append(d.Tracks, pageTrack{t.user, flat})
	}
	for _, p := range r.drawing.places {
		d.Places = append(d.Places, pagePlace{p.Name, [2]float64{degrees(p.Point.Lat), degrees(p.Point.Lon)}})
	}
	for i := range r.Offers[:min(len(r.Offers), pageOffers)] {
		o := &r.Offers[i]
		d.Offers = append(d.Offers, pageOffer{
			o.User, o.Offer, o.Place, clockTime(o.At), o.Trigger, o.Outcome, firstReason(o.Reasons),
			[2]float64{degrees(o.Point.Lat), degrees(o.Point.Lon)},
		})
	}
	return d
}

func firstReason(list []wire.Reason) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Text
}

// degrees keeps a metre.
func degrees(v float64) float64 { return math.Round(v*1e5) / 1e5 }

func words(code any) string { return strings.ReplaceAll(fmt.Sprint(code), "_", " ") }

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func clockTime(t time.Time) string { return t.Format("2 Jan 15:04") }

// grouped writes a number with thin spaces between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
