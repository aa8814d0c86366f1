package store

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// The scanner reads a buntdb file (a log of SET and DEL commands in the Redis protocol) without buntdb, because
// buntdb takes a wrong length for a cut-off tail and drops all that follows, misplaces its write position after a
// run of zeros, and panics on some broken commands. It only knows the forms that this package writes.

// maxBulk bounds what one length field may ask for: the largest value with its envelope and cells, and some room.
const maxBulk = maxValue + 8*maxCells + 1<<16

var (
	errCut     = errors.New("ends within a command")
	errFraming = errors.New("not a command")
)

// command is one step of a log; it lies at [start, end) of the file.
type command struct {
	set        bool
	key, value string
	expires    int64 // what buntdb will believe; 0: never
	start, end int64
}

// section is a run [start, end) of good commands.
type section struct{ start, end int64 }

// scanResult is what a log holds: the sections of good commands, and what is wrong. The log is sound if there is
// one section and neither cut nor damage.
type scanResult struct {
	good   []section
	cut    []Fault // at most one
	broken []Fault
}

func (r *scanResult) keep(c command) {
	if n := len(r.good); n > 0 && r.good[n-1].end == c.start {
		r.good[n-1].end = c.end
		return
	}
	r.good = append(r.good, section{c.start, c.end})
}

// scan reads the log in the first size bytes of src and calls visit with every good command, in order.
func scan(file string, src io.ReaderAt, size int64, visit func(command, envelope)) (scanResult, error) {
	var res scanResult
	s := &scanner{src: src, size: size}
	s.seek(0)
	for {
		start := s.at
		c, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return res, nil
		case errors.Is(err, errCut), errors.Is(err, errFraming):
			resume, rerr := s.resync(file, start+1)
			if rerr != nil {
				return res, rerr
			}
			f := Fault{File: file, Offset: start, Reason: err.Error()}
			if resume < 0 && (errors.Is(err, errCut) || s.zeros(start)) {
				res.cut = append(res.cut, f)
				return res, nil
			}
			res.broken = append(res.broken, f)
			if resume < 0 {
				return res, nil
			}
			s.seek(resume)
		case err != nil:
			return res, err
		default:
			env, reason := inspect(file, c)
			if reason != nil {
				res.broken = append(res.broken, Fault{File: file, Class: classOf(c.key), Offset: c.start, Reason: reason.Error()})
				continue
			}
			res.keep(c)
			visit(c, env)
		}
	}
}

var (
	errForeign = errors.New("unknown kind of key")
	errExpiry  = errors.New("expiry differs from the record's own")
)

// inspect says what is wrong with a well-framed command.
func inspect(file string, c command) (envelope, error) {
	if !belongs(file, c.key) {
		return envelope{}, errForeign
	}
	if !c.set {
		return envelope{}, nil
	}
	env, err := decode(c.key, c.value)
	if err != nil {
		return env, err
	}
	// buntdb counts from its own reading of the clock, a moment after ours.
	if d := c.expires - env.expires; d < -2 || d > 2 {
		return env, errExpiry
	}
	return env, nil
}

type scanner struct {
	src  io.ReaderAt
	size int64
	at   int64
	r    *bufio.Reader
}

func (s *scanner) seek(at int64) {
	s.at = at
	section := io.NewSectionReader(s.src, at, s.size-at)
	if s.r == nil {
		s.r = bufio.NewReaderSize(section, 1<<16)
		return
	}
	s.r.Reset(section)
}

// next reads one command; io.EOF is the clean end.
func (s *scanner) next() (command, error) {
	if s.at == s.size {
		return command{}, io.EOF
	}
	c := command{start: s.at}
	parts, err := s.number('*')
	if err != nil {
		return c, err
	}
	if parts != 2 && parts != 3 && parts != 5 {
		return c, errFraming
	}
	var args [5]string
	for i := range parts {
		if args[i], err = s.bulk(); err != nil {
			return c, err
		}
	}
	c.key, c.value, c.end = args[1], args[2], s.at
	switch {
	case parts == 2 && args[0] == "del":
	case parts == 3 && args[0] == "set":
		c.set = true
	case parts == 5 && args[0] == "set" && args[3] == "ae":
		c.set = true
		if c.expires = parseDigits(args[4]); c.expires <= 0 {
			return c, errFraming
		}
	default:
		return c, errFraming
	}
	return c, nil
}

// number reads mark, decimal digits and CRLF.
func (s *scanner) number(mark byte) (int64, error) {
	const longest = len("*1234567890\r\n")
	b, err := s.r.Peek(longest)
	if err != nil && err != io.EOF {
		return 0, err
	}
	if len(b) == 0 {
		return 0, errCut
	}
	end := bytes.IndexByte(b, '\n')
	if b[0] != mark {
		return 0, errFraming
	}
	if end < 0 {
		if len(b) < longest {
			return 0, errCut
		}
		return 0, errFraming
	}
	if end < 3 || b[end-1] != '\r' {
		return 0, errFraming
	}
	n := parseDigits(string(b[1 : end-1]))
	if n < 0 {
		return 0, errFraming
	}
	_, _ = s.r.Discard(end + 1)
	s.at += int64(end + 1)
	return n, nil
}

func (s *scanner) bulk() (string, error) {
	n, err := s.number('$')
	if err != nil {
		return "", err
	}
	if n > maxBulk {
		return "", errFraming
	}
	if n+2 > s.size-s.at {
		return "", errCut
	}
	b := make([]byte, n+2)
	if _, err := io.ReadFull(s.r, b); err != nil {
		return "", err
	}
	s.at += n + 2
	if b[n] != '\r' || b[n+1] != '\n' {
		return "", errFraming
	}
	return string(b[:n]), nil
}

// resync returns the offset, from at on, of the next good command, or -1. Values can hold text that looks like a
// command, but not one with the right checksum unless somebody put it there; callers keep raw line breaks out of
// what strangers choose (JSON escapes them, sealed records are noise).
func (s *scanner) resync(file string, at int64) (int64, error) {
	const window = 1 << 16
	buf := make([]byte, window)
	for at < s.size {
		n, err := s.src.ReadAt(buf[:min(window, s.size-at)], at)
		if err != nil && err != io.EOF {
			return -1, err
		}
		b, off := buf[:n], 0
		for {
			i := bytes.IndexByte(b[off:], '*')
			if i < 0 {
				break
			}
			off += i
			s.seek(at + int64(off))
			c, err := s.next()
			if err == nil {
				if _, err = inspect(file, c); err == nil {
					return c.start, nil
				}
			}
			off++
		}
		if n == 0 {
			break
		}
		at += int64(n)
	}
	return -1, nil
}

// zeros reports whether all from at on is zero bytes, as some file systems leave the end after a power cut.
func (s *scanner) zeros(at int64) bool {
	s.seek(at)
	for {
		b, err := s.r.ReadByte()
		if err != nil {
			return err == io.EOF
		}
		if b != 0 {
			return false
		}
	}
}

// parseDigits returns the value of 1 to 12 decimal digits, or -1.
func parseDigits(s string) int64 {
	if s == "" || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return -1
	}
	var n int64
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}
