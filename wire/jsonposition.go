package wire

import "strconv"

// appendJSONPosition encodes a position that has passed Check.
func appendJSONPosition(dst []byte, p *Position) []byte {
	dst = append(dst, `{"t":"position","seq":`...)
	dst = strconv.AppendUint(dst, p.Seq, 10)
	dst = append(dst, `,"fixes":[`...)
	for i := range p.Fixes {
		f := &p.Fixes[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendNumber(append(dst, `{"lat":`...), f.Lat)
		dst = appendNumber(append(dst, `,"lon":`...), f.Lon)
		if f.Accuracy > 0 {
			dst = appendNumber(append(dst, `,"acc":`...), f.Accuracy)
		}
		if f.Speed >= 0 {
			dst = appendNumber(append(dst, `,"speed":`...), f.Speed)
		}
		if f.Course >= 0 {
			dst = appendNumber(append(dst, `,"course":`...), f.Course)
		}
		dst = strconv.AppendInt(append(dst, `,"at":`...), f.At, 10)
		if f.Mock {
			dst = append(dst, `,"mock":true`...)
		}
		if f.Replayed {
			dst = append(dst, `,"replayed":true`...)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...)
}

func appendNumber(dst []byte, v float64) []byte {
	return strconv.AppendFloat(dst, v+0, 'g', -1, 64) // +0 makes -0 plain
}

// parseJSONPosition is the fast way through a position frame: it reads the common form without an allocation and
// reports false for anything else, which then goes to the strict reader for its verdict and its words. What it
// accepts, the strict reader accepts with the same outcome: a fuzz target compares them.
func parseJSONPosition(data []byte, p *Position) bool {
	s := scanner{b: data}
	p.Seq, p.Fixes = 0, p.Fixes[:0]
	var seen seen
	for sep := byte('{'); s.eat(sep); sep = ',' {
		var ok bool
		switch string(s.name()) {
		case "t":
			ok = seen.first(0) && string(s.word()) == "position"
		case "seq":
			var err error
			p.Seq, err = strconv.ParseUint(string(s.number()), 10, 64)
			ok = seen.first(1) && err == nil
		case "fixes":
			ok = seen.first(2) && s.fixes(p)
		}
		if !ok {
			return false
		}
	}
	return s.eat('}') && s.end() && seen == 0b111
}

// seen remembers which members were there.
type seen uint16

func (s *seen) first(bit int) bool {
	had := *s&(1<<bit) != 0
	*s |= 1 << bit
	return !had
}

// scanner reads tokens of plain JSON: names and words of letters only. Where it does not understand, it returns an
// empty token or false and stays there.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) fixes(p *Position) bool {
	for sep := byte('['); s.eat(sep); sep = ',' {
		if len(p.Fixes) == MaxFixes {
			return false
		}
		p.Fixes = append(p.Fixes, Fix{Speed: -1, Course: -1})
		if !s.fix(&p.Fixes[len(p.Fixes)-1]) {
			return false
		}
	}
	return len(p.Fixes) > 0 && s.eat(']')
}

func (s *scanner) fix(f *Fix) bool {
	var seen seen
	for sep := byte('{'); s.eat(sep); sep = ',' {
		var ok bool
		switch string(s.name()) {
		case "lat":
			ok = seen.first(0) && s.float(&f.Lat)
		case "lon":
			ok = seen.first(1) && s.float(&f.Lon)
		case "at":
			var err error
			f.At, err = strconv.ParseInt(string(s.number()), 10, 64)
			ok = seen.first(2) && err == nil
		case "acc":
			ok = seen.first(3) && s.float(&f.Accuracy)
		case "speed":
			ok = seen.first(4) && s.float(&f.Speed)
		case "course":
			ok = seen.first(5) && s.float(&f.Course)
		case "mock":
			ok = seen.first(6) && s.bool(&f.Mock)
		case "replayed":
			ok = seen.first(7) && s.bool(&f.Replayed)
		}
		if !ok {
			return false
		}
	}
	return s.eat('}') && seen&0b111 == 0b111
}

func (s *scanner) float(v *float64) bool {
	n := s.number()
	if len(n) == 0 || len(n) > 32 { // a longer one would cost an allocation
		return false
	}
	var err error
	*v, err = strconv.ParseFloat(string(n), 64)
	return err == nil
}

func (s *scanner) bool(v *bool) bool {
	s.space()
	for _, word := range [...]string{"true", "false"} {
		if rest := s.b[s.i:]; len(rest) >= len(word) && string(rest[:len(word)]) == word {
			s.i += len(word)
			*v = word == "true"
			return true
		}
	}
	return false
}

// number returns the next token if it is a number by the grammar of RFC 8259, section 6.
func (s *scanner) number() []byte {
	s.space()
	i, b := s.i, s.b
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return nil
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return nil
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return nil
		}
	}
	n := b[s.i:i]
	s.i = i
	return n
}

func (s *scanner) name() []byte {
	w := s.word()
	if !s.eat(':') {
		return nil
	}
	return w
}

func (s *scanner) word() []byte {
	if !s.eat('"') {
		return nil
	}
	from := s.i
	for s.i < len(s.b) && s.b[s.i] >= 'a' && s.b[s.i] <= 'z' {
		s.i++
	}
	w := s.b[from:s.i]
	if s.i == len(s.b) || s.b[s.i] != '"' {
		return nil
	}
	s.i++
	return w
}

func (s *scanner) eat(c byte) bool {
	s.space()
	if s.i == len(s.b) || s.b[s.i] != c {
		return false
	}
	s.i++
	return true
}

func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\t' || s.b[s.i] == '\r') {
		s.i++
	}
}
