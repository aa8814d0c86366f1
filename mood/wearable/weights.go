package wearable

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood/physio"
)

// Format is the version of the table that this package reads.
const Format = 1

// Weights turn a [Contrast] into affect: some linear heads, small enough to be read by people. It is a value; what is in use
// must not be changed.
type Weights struct {
	Format  int      `json:"format"`
	Name    string   `json:"name"`    // tells this table from others
	Origin  string   `json:"origin"`  // where the numbers are from
	Terms   string   `json:"terms"`   // under which they may be used
	Sources []string `json:"sources"` // of what is claimed in origin
	// Impersonal compares with the population instead of the person's own past: to measure what the baseline gives.
	Impersonal bool  `json:"impersonal,omitempty"`
	Wrist      Heads `json:"wrist"`
	Heart      Heads `json:"heart"` // for devices without skin conductance, such as straps
}

// Heads are what one kind of device is read with.
type Heads struct {
	Valence Scale      `json:"valence"`
	Arousal Scale      `json:"arousal"`
	Stress  Likelihood `json:"stress"`
	Amused  Likelihood `json:"amused"` // amused and not neutral, given that there is no stress
}

// Head is a weighted sum.
type Head struct {
	Bias   float64 `json:"bias"`
	Window Row     `json:"window,omitzero"` // per standard deviation of the person, in this minute
	Recent Row     `json:"recent,omitzero"` // and in the last five
}

// Score returns the sum for a contrast.
func (h *Head) Score(c *Contrast) float64 {
	s := h.Bias
	for f, z := range c.Window {
		s += h.Window[f]*z + h.Recent[f]*c.Recent[f]
	}
	return s
}

// Scale is a head that gives a point on a scale from -1 to 1.
type Scale struct {
	Head
	Variance float64 `json:"variance"` // of its error on people whom it had not seen
}

// Likelihood is a head that gives log-odds.
type Likelihood struct {
	Head
	Alone   Calibration `json:"alone"`   // of one window
	Lasting Calibration `json:"lasting"` // of the mean in Memory
}

// Calibration maps log-odds to a probability, 1 / (1 + exp(-(slope x + shift))) (Platt 1999).
type Calibration struct {
	Slope float64 `json:"slope"`
	Shift float64 `json:"shift"`
}

// Probability returns that of a score.
func (c Calibration) Probability(score float64) float64 {
	return 1 / (1 + math.Exp(-(c.Slope*score + c.Shift)))
}

// Row is a weight per feature. In JSON it is an object of features by name, without those that weigh nothing.
type Row [physio.NumFeatures]float64

// MarshalJSON writes the weights in the order of features.
func (r Row) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for f, w := range r {
		if w == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		n, err := json.Marshal(w)
		if err != nil {
			return nil, fmt.Errorf("weight of %s: %w", physio.Feature(f), err)
		}
		b = fmt.Appendf(b, "%q:%s", physio.Feature(f), n)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON refuses features that don't exist.
func (r *Row) UnmarshalJSON(b []byte) error {
	var m map[string]float64
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*r = Row{}
	for name, w := range m {
		f, ok := physio.ParseFeature(name)
		if !ok {
			return fmt.Errorf("there is no feature %.40q", name)
		}
		r[f] = w
	}
	return nil
}

//go:embed weights.json
var defaults []byte

// Default returns the weights that come with the package. They were made by hand from published directions and effect
// sizes, and calibrated on invented people; Origin and Sources say how.
func Default() *Weights {
	w, err := Parse(defaults)
	if err != nil {
		panic(err) // a test reads the embedded table
	}
	return w
}

// maxTable is far above what the heads need.
const maxTable = 64 << 10

// Parse reads a table as JSON. It returns a malformed fault that says what is wrong, or an Invalid one that names the field.
func Parse(b []byte) (*Weights, error) {
	if len(b) > maxTable {
		return nil, malformed("is %d bytes long; %d are enough", len(b), maxTable)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var w Weights
	if err := d.Decode(&w); err != nil {
		return nil, malformed("can't be read: %v", err)
	}
	if d.More() {
		return nil, malformed("is followed by something else")
	}
	if err := w.Check(); err != nil {
		return nil, err
	}
	return &w, nil
}

func malformed(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A table of weights "+detail+".", args...)
}

// Check returns an Invalid fault that names what can't be used.
func (w *Weights) Check() error {
	if w.Format != Format {
		return fault.Field("format", "must be %d", Format)
	}
	for _, t := range []struct{ field, text string }{{"name", w.Name}, {"origin", w.Origin}, {"terms", w.Terms}} {
		if t.text == "" {
			return fault.Field(t.field, "must be given: nobody may use numbers without knowing where they are from")
		}
	}
	for _, k := range []struct {
		field string
		heads *Heads
	}{{"wrist", &w.Wrist}, {"heart", &w.Heart}} {
		for _, s := range []struct {
			field string
			scale *Scale
		}{{"valence", &k.heads.Valence}, {"arousal", &k.heads.Arousal}} {
			field := k.field + "." + s.field
			if err := s.scale.check(field); err != nil {
				return err
			}
			if v := s.scale.Variance; !(v >= 0.01 && v <= 4) {
				return fault.Field(field+".variance", "must be 0.01 to 4, on a scale from -1 to 1")
			}
		}
		for _, s := range []struct {
			field string
			head  *Likelihood
		}{{"stress", &k.heads.Stress}, {"amused", &k.heads.Amused}} {
			field := k.field + "." + s.field
			if err := s.head.check(field); err != nil {
				return err
			}
			for _, c := range []Calibration{s.head.Alone, s.head.Lasting} {
				if !(c.Slope > 0 && c.Slope <= 10) || !(math.Abs(c.Shift) <= 100) {
					return fault.Field(field, "must be calibrated with a slope above 0, at most 10, and a shift within 100")
				}
			}
		}
	}
	return nil
}

func (h *Head) check(field string) error {
	if !(math.Abs(h.Bias) <= 100) {
		return fault.Field(field+".bias", "must be -100 to 100")
	}
	for _, row := range []struct {
		field string
		row   *Row
	}{{".window.", &h.Window}, {".recent.", &h.Recent}} {
		for f, w := range row.row {
			if !(math.Abs(w) <= 30) {
				return fault.Field(field+row.field+physio.Feature(f).String(), "must be -30 to 30")
			}
		}
	}
	return nil
}

// fingerprint tells tables apart: what was learned on top of one means nothing on top of another.
func (w *Weights) fingerprint() uint64 {
	h := fnv.New64a()
	_ = json.NewEncoder(h).Encode(w) // finite, as Check found: it can't fail
	return h.Sum64()
}
