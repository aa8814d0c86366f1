package wire

import (
	"fmt"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Ranges of what a device may say.
const (
	MaxSeq        = 1<<53 - 1 // the largest integer that every JSON reader keeps
	MaxCategories = 32        // in one pull
	MaxRadius     = 20_000.0  // metres
	MaxAccuracy   = 1e6       // metres
	MaxSpeed      = 600.0     // m/s
	maxTime       = 253402300799999
)

// The texts of closed sets.
var (
	moodSources     = []string{"self", "wearable", "face", "voice", "typing"}
	feedbackActions = []string{
		"opened", "dismissed", "liked", "not_interested", "not_now", "less_like_this", "never_brand", "never_merchant",
	}
	purposes    = []string{"location", "mood", "purchases", "push"}
	moodLevels  = []string{"quiet", "help"}
	tripActions = []string{"start", "stop"}
	tripModes   = []string{"walk", "bike", "car", "transit"}
)

// Sequence returns Seq.
func (f *Hello) Sequence() uint64     { return f.Seq }
func (f *Position) Sequence() uint64  { return f.Seq }
func (f *Mood) Sequence() uint64      { return f.Seq }
func (f *Pull) Sequence() uint64      { return f.Seq }
func (f *Delivered) Sequence() uint64 { return f.Seq }
func (f *Feedback) Sequence() uint64  { return f.Seq }
func (f *Consent) Sequence() uint64   { return f.Seq }
func (f *Erase) Sequence() uint64     { return f.Seq }
func (f *Trip) Sequence() uint64      { return f.Seq }

// Check wants a token.
func (f *Hello) Check() error {
	return first(checkSeq(f.Seq), required("token", f.Token), text("token", f.Token), text("device", f.Device), text("sdk", f.SDK))
}

// Check wants 1 to MaxFixes fixes, each with a point and a time.
func (f *Position) Check() error {
	if err := checkSeq(f.Seq); err != nil {
		return err
	}
	if len(f.Fixes) == 0 || len(f.Fixes) > MaxFixes {
		return fault.Field("fixes", "must hold 1 to %d fixes", MaxFixes)
	}
	for i := range f.Fixes {
		if field, detail := f.Fixes[i].wrong(); field != "" {
			return fault.Field(fmt.Sprintf("fixes[%d].%s", i, field), "%s", detail)
		}
	}
	return nil
}

// wrong names the first field that is out of range. Comparisons are written so that NaN fails.
func (f *Fix) wrong() (field, detail string) {
	switch {
	case !(f.Lat >= -90 && f.Lat <= 90):
		return "lat", "must be degrees from -90 to 90"
	case !(f.Lon >= -180 && f.Lon <= 180):
		return "lon", "must be degrees from -180 to 180"
	case !(f.Accuracy >= 0 && f.Accuracy <= MaxAccuracy):
		return "acc", "must be metres from 0 (unknown) to 1000000"
	case !(f.Speed <= MaxSpeed) || math.IsInf(f.Speed, -1):
		return "speed", "must be m/s up to 600, or negative if unknown"
	case !(f.Course <= 360) || math.IsInf(f.Course, -1):
		return "course", "must be degrees from 0 to 360, or negative if unknown"
	case f.At <= 0 || f.At > maxTime:
		return "at", "must be the time of measurement in Unix milliseconds"
	}
	return "", ""
}

// Check wants all numbers but stress, in range, a known source, and no stress from the person.
func (f *Mood) Check() error {
	if err := first(checkSeq(f.Seq), within("valence", f.Valence, -1, 1), within("arousal", f.Arousal, -1, 1)); err != nil {
		return err
	}
	switch {
	case !(f.Confidence > 0):
		return fault.Field("confidence", "must be above 0, to 1")
	case f.Source == "self" && f.Stress > 0:
		return fault.Field("stress", "must be absent from a self-report")
	}
	return first(within("confidence", f.Confidence, 0, 1), oneOf("source", f.Source, moodSources), within("stress", f.Stress, 0, 1),
		checkTime("at", f.At))
}

// Check wants both of lat and lon or none, and known ranges.
func (f *Pull) Check() error {
	if err := first(checkSeq(f.Seq), within("radius", f.Radius, 0, MaxRadius), text("cursor", f.Cursor)); err != nil {
		return err
	}
	switch {
	case f.Lat == nil && f.Lon != nil:
		return fault.Field("lat", "must stand beside lon")
	case f.Lat != nil && f.Lon == nil:
		return fault.Field("lon", "must stand beside lat")
	case f.Limit < 0 || f.Limit > MaxOffers:
		return fault.Field("limit", "must be from 0 (the server's choice) to %d", MaxOffers)
	case len(f.Categories) > MaxCategories:
		return fault.Field("categories", "must hold at most %d", MaxCategories)
	case f.At < 0 || f.At > maxTime:
		return fault.Field("at", "must be Unix milliseconds")
	}
	if f.Lat != nil {
		if err := first(within("lat", *f.Lat, -90, 90), within("lon", *f.Lon, -180, 180)); err != nil {
			return err
		}
	}
	for i, c := range f.Categories {
		field := fmt.Sprintf("categories[%d]", i)
		if err := first(required(field, c), text(field, c)); err != nil {
			return err
		}
	}
	return nil
}

// Check wants a delivery.
func (f *Delivered) Check() error {
	return first(checkSeq(f.Seq), id.Check("delivery", f.Delivery, id.PrefixDelivery))
}

// Check wants exactly one of delivery and offer, and a known action.
func (f *Feedback) Check() error {
	if err := checkSeq(f.Seq); err != nil {
		return err
	}
	switch {
	case f.Delivery == "" && f.Offer == "":
		return fault.Field("delivery", "must be given, or offer")
	case f.Delivery != "" && f.Offer != "":
		return fault.Field("offer", "must be absent when delivery is given")
	case f.Delivery != "":
		if err := id.Check("delivery", f.Delivery, id.PrefixDelivery); err != nil {
			return err
		}
	default:
		if err := id.Check("offer", f.Offer, id.PrefixOffer); err != nil {
			return err
		}
	}
	return first(oneOf("action", f.Action, feedbackActions), checkTime("at", f.At))
}

// Check wants a known purpose, a yes or a no, for a yes the version of the policy, a level with a yes to mood only, and
// sources with mood only.
func (f *Consent) Check() error {
	if err := first(checkSeq(f.Seq), oneOf("purpose", f.Purpose, purposes), text("policy", f.Policy)); err != nil {
		return err
	}
	switch {
	case f.Granted == nil:
		return fault.Field("granted", "must be true or false")
	case *f.Granted && f.Policy == "":
		return fault.Field("policy", "must name the version of the text that the person saw")
	case f.Level != "" && (!*f.Granted || f.Purpose != "mood"):
		return fault.Field("level", "must be absent unless mood is granted")
	case f.Level != "" && !slices.Contains(moodLevels, f.Level):
		return fault.Field("level", "must be one of %s", list(moodLevels))
	case len(f.Sources) > 0 && f.Purpose != "mood":
		return fault.Field("sources", "must be absent: only mood has sources")
	case len(f.Sources) > len(moodSources):
		return fault.Field("sources", "must hold at most %d", len(moodSources))
	case f.At < 0 || f.At > maxTime:
		return fault.Field("at", "must be Unix milliseconds")
	}
	for i, s := range f.Sources {
		if err := oneOf(fmt.Sprintf("sources[%d]", i), s, moodSources); err != nil {
			return err
		}
	}
	return nil
}

// Check wants a known action; with a start a point or a place, and maybe a mode.
func (f *Trip) Check() error {
	if err := first(checkSeq(f.Seq), oneOf("action", f.Action, tripActions)); err != nil {
		return err
	}
	point := f.Lat != nil && f.Lon != nil
	switch {
	case f.At < 0 || f.At > maxTime:
		return fault.Field("at", "must be Unix milliseconds")
	case f.Action == "stop":
		return f.checkStop()
	case f.Lat == nil && (f.Lon != nil || f.Place == ""):
		return fault.Field("lat", "must stand beside lon, or place in their stead")
	case f.Lat != nil && f.Lon == nil:
		return fault.Field("lon", "must stand beside lat")
	case point && f.Place != "":
		return fault.Field("place", "must be absent when lat and lon are given")
	case f.Mode != "" && !slices.Contains(tripModes, f.Mode):
		return fault.Field("mode", "must be one of %s", list(tripModes))
	case point:
		return first(within("lat", *f.Lat, -90, 90), within("lon", *f.Lon, -180, 180))
	}
	return id.Check("place", f.Place, id.PrefixPlace)
}

func (f *Trip) checkStop() error {
	for _, given := range []struct {
		field string
		there bool
	}{{"lat", f.Lat != nil}, {"lon", f.Lon != nil}, {"place", f.Place != ""}, {"mode", f.Mode != ""}} {
		if given.there {
			return fault.Field(given.field, "must be absent from a stop")
		}
	}
	return nil
}

// Check wants a sequence number.
func (f *Erase) Check() error { return checkSeq(f.Seq) }

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkSeq(seq uint64) error {
	if seq == 0 || seq > MaxSeq {
		return fault.Field("seq", "must be from 1 to 2^53-1, rising from frame to frame")
	}
	return nil
}

func checkTime(field string, ms int64) error {
	if ms <= 0 || ms > maxTime {
		return fault.Field(field, "must be Unix milliseconds")
	}
	return nil
}

func within(field string, v, lo, hi float64) error {
	if v >= lo && v <= hi {
		return nil
	}
	return fault.Field(field, "must be a number from %g to %g", lo, hi)
}

func required(field, s string) error {
	if s == "" {
		return fault.Field(field, "must not be empty")
	}
	return nil
}

func text(field, s string) error {
	if len(s) > MaxText {
		return fault.Field(field, "must be at most %d bytes", MaxText)
	}
	return nil
}

func oneOf(field, s string, set []string) error {
	if slices.Contains(set, s) {
		return nil
	}
	return fault.Field(field, "must be one of %s", list(set))
}
