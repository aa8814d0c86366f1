package hours

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// MaxText bounds what Parse reads, in bytes.
const MaxText = 500

var weekdays = []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"} // constant table

// Parse reads opening hours. The error is a fault that names field and what is not understood.
func Parse(field, text string) (*Hours, error) {
	p := parser{field: field}
	if len(text) > MaxText {
		return nil, fault.Field(field, "must be at most %d bytes", MaxText)
	}
	if p.tokens = tokens(text); len(p.tokens) == 0 {
		return nil, fault.Field(field, "must be opening hours such as Mo-Fr 09:00-18:00")
	}
	var days [7][]span
	for add := false; ; {
		if err := p.rule(&days, add); err != nil {
			return nil, err
		}
		if p.done() {
			break
		}
		add = p.next() == ","
		if p.done() && !add { // a last semicolon
			break
		}
	}
	h := compile(&days)
	if len(h.spans) == 0 {
		return nil, fault.Field(field, "must be open at some time of the week")
	}
	return h, nil
}

// tokens splits text into words, times, and single other characters.
func tokens(text string) (out []string) {
	const word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const number = "0123456789:/"
	for text != "" {
		n := len(text) - len(strings.TrimLeft(text, word))
		if n == 0 {
			n = len(text) - len(strings.TrimLeft(text, number))
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
		}
		if t := text[:n]; strings.TrimSpace(t) != "" {
			out = append(out, t)
		}
		text = text[n:]
	}
	return out
}

// parser goes through the tokens.
type parser struct {
	field  string
	tokens []string
	at     int
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

// look returns the token so many ahead, "" beyond the end.
func (p *parser) look(ahead int) string {
	if i := p.at + ahead; i < len(p.tokens) {
		return p.tokens[i]
	}
	return ""
}

func (p *parser) next() string {
	t := p.look(0)
	p.at++
	return t
}

// rule reads weekdays and times, and puts them into days: beside what is there, or in its place.
func (p *parser) rule(days *[7][]span, add bool) error {
	on, holidays, err := p.weekdays()
	if err != nil {
		return err
	}
	var spans []span
	switch t := p.look(0); {
	case t == "off" || t == "closed":
		if add {
			return p.fail("off after a comma", `put ";" before a rule with off`)
		}
		p.at++
	case t == "24/7" || (on != 0 || holidays) && (t == "" || t == ";"): // no times: all day
		if t == "24/7" {
			p.at++
		}
		spans = []span{{0, day}}
	default:
		if spans, err = p.times(); err != nil {
			return err
		}
	}
	if t := p.look(0); t != "" && t != ";" && t != "," {
		return p.unknown(t)
	}
	switch {
	case holidays && spans != nil:
		return p.fail("PH with times", "public holidays are not known: only PH off is read")
	case on == 0 && !holidays:
		on = 1<<7 - 1
	}
	for d := range days {
		if on&(1<<d) == 0 {
			continue
		}
		if !add {
			days[d] = nil
		}
		days[d] = append(days[d], spans...)
	}
	return nil
}

// weekdays reads a list of days and ranges of them, as a set of bits, and whether PH is among them.
func (p *parser) weekdays() (set int, holidays bool, err error) {
	for {
		t := p.look(0)
		from := slices.Index(weekdays, t)
		switch {
		case from >= 0:
			to := from
			if p.look(1) == "-" {
				p.at += 2
				if to = slices.Index(weekdays, p.look(0)); to < 0 {
					return 0, false, p.unknown(p.look(0))
				}
			}
			for set |= 1 << to; from != to; from = (from + 1) % 7 {
				set |= 1 << from
			}
		case t == "PH":
			holidays = true
		case set == 0 && !holidays && p.startsTimes(t):
			return 0, false, nil
		default:
			return 0, false, p.unknown(t)
		}
		p.at++
		if p.look(0) != "," {
			return set, holidays, nil
		}
		p.at++
	}
}

func (p *parser) startsTimes(t string) bool {
	return t == "24/7" || t == "off" || t == "closed" || t != "" && t[0] >= '0' && t[0] <= '9'
}

// times reads a list of stretches of the day. A comma that no time follows is left for the next rule.
func (p *parser) times() (spans []span, err error) {
	for {
		from, ok := clock(p.look(0), day-1)
		if !ok {
			return nil, p.unknown(p.look(0))
		}
		if p.at++; p.look(0) != "-" {
			return nil, p.unknown(p.look(0))
		}
		p.at++
		to, ok := clock(p.look(0), 2*day)
		if !ok {
			return nil, p.unknown(p.look(0))
		}
		p.at++
		switch {
		case to == from:
			return nil, p.fail(p.tokens[p.at-3]+"-"+p.tokens[p.at-1], "say 00:00-24:00 for all day")
		case to < from:
			to += day
		case to-from > day:
			return nil, p.fail(p.tokens[p.at-3]+"-"+p.tokens[p.at-1], "it is more than a day")
		}
		if spans = append(spans, span{int16(from), int16(to)}); p.look(0) != "," || !p.startsTimes(p.look(1)) {
			return spans, nil
		}
		p.at++
	}
}

// clock reads hh:mm to minutes, at most so many.
func clock(s string, most int) (minutes int, ok bool) {
	hour, minute, found := strings.Cut(s, ":")
	if !found || len(hour) < 1 || len(hour) > 2 || len(minute) != 2 || strings.Trim(hour+minute, "0123456789") != "" {
		return 0, false
	}
	number := func(s string) (n int) {
		for _, c := range s {
			n = 10*n + int(c-'0')
		}
		return n
	}
	minutes = number(hour)*60 + number(minute)
	return minutes, number(minute) < 60 && minutes <= most
}

// beyond is a constant table: what OpenStreetMap knows and this package does not, by the word that tells.
var beyond = map[string]string{
	"SH": "school holidays are not known", "week": "weeks of the year are not known", "easter": "dates are not known",
	"sunrise": "times are those of the clock", "sunset": "times are those of the clock", "dawn": "times are those of the clock",
	"dusk": "times are those of the clock", "+": "an end is needed", "\"": "comments are not read", "|": "there is no fallback",
	"[": "days of a month are not known", "open": "leave it out", "unknown": "it is open or off",
	"Jan": "months are not known", "Feb": "months are not known", "Mar": "months are not known", "Apr": "months are not known",
	"May": "months are not known", "Jun": "months are not known", "Jul": "months are not known", "Aug": "months are not known",
	"Sep": "months are not known", "Oct": "months are not known", "Nov": "months are not known", "Dec": "months are not known",
}

func (p *parser) unknown(token string) error {
	why := beyond[token]
	switch {
	case token == "":
		return p.fail("the end", "weekdays and times are missing there")
	case why == "" && token[0] >= '0' && token[0] <= '9':
		why = "a time is hh:mm, from 00:00 to 24:00"
	case why == "" && len(token) > 1:
		why = "weekdays are Mo, Tu, We, Th, Fr, Sa, Su"
	case why == "":
		why = "it is not expected there"
	}
	return p.fail(token, why)
}

func (p *parser) fail(what, why string) error {
	return fault.Field(p.field, "must be opening hours such as Mo-Fr 09:00-18:00; Sa 10:00-14:00: %q is not understood, %s", what, why)
}
