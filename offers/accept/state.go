package accept

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Page 0 tells the options, the version and the calibration; each other one holds 256 weights: which are there, as bits, and
// for those z, evidence and anchor. A page starts with a version byte and ends with a checksum; all is big-endian.
const (
	stateVersion = 1
	pageBits     = 8
	pageSize     = 1 << pageBits
	headLength   = 1 + 1 + 4*4 + 8 + 4 + 4 + 2*4*knots + 4
	bitsLength   = pageSize / 8
	slotLength   = 3 * 4
)

// Pages returns how many pages Save may write, numbered from 0.
func (m *Model) Pages() int { return len(m.dirty) }

// Save hands the pages that changed since they were last saved to put, each 3 kB at most; data is valid until put returns.
// Where put fails, Save stops and returns its error; the page counts as changed still. Lessons may go on meanwhile.
func (m *Model) Save(put func(page int, data []byte) error) error {
	var b []byte
	for page := range m.dirty {
		m.mu.Lock()
		changed := m.dirty[page]
		if m.dirty[page] = false; changed {
			b = m.appendPage(b[:0], page)
		}
		m.mu.Unlock()
		if !changed {
			continue
		}
		if err := put(page, b); err != nil {
			m.mu.Lock()
			m.dirty[page] = true
			m.mu.Unlock()
			return err
		}
	}
	return nil
}

// Dump hands all pages that hold anything to put, whether they changed or not; data is valid until put returns.
func (m *Model) Dump(put func(page int, data []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b []byte
	for page := range m.dirty {
		if b = m.appendPage(b[:0], page); page > 0 && len(b) == 1+bitsLength+4 {
			continue
		}
		if err := put(page, b); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) appendPage(b []byte, page int) []byte {
	e := binary.BigEndian
	b = append(b, stateVersion)
	floats := func(fs ...float32) {
		for _, f := range fs {
			b = e.AppendUint32(b, math.Float32bits(f))
		}
	}
	if page == 0 {
		b = append(b, m.o.Bits)
		floats(m.o.Alpha, m.o.Beta, m.o.L1, m.o.L2)
		b = e.AppendUint64(b, m.o.Seed)
		b = e.AppendUint32(b, m.version)
		b = e.AppendUint32(b, m.calibration.lessons)
		floats(m.calibration.surplus[:]...)
		floats(m.calibration.variance[:]...)
	} else {
		first := (page - 1) * pageSize
		at := len(b)
		b = append(b, make([]byte, bitsLength)...)
		for k := range pageSize {
			i := first + k
			if n := load(&m.evidence[i]); n > 0 {
				b[at+k/8] |= 1 << (k % 8)
				floats(m.z[i], n, m.anchor[i])
			}
		}
	}
	return e.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// Load takes in a page that Save wrote, of a model with the same options; Reach may differ. A malformed fault says what is
// wrong with it; the model is left as it was then.
func (m *Model) Load(page int, data []byte) error {
	e := binary.BigEndian
	n := len(data) - 4
	if page < 0 || page >= len(m.dirty) {
		return broken("must have a number below %d", len(m.dirty))
	}
	if n < 1 || data[0] != stateVersion || e.Uint32(data[n:]) != crc32.ChecksumIEEE(data[:n]) {
		return broken("must be of version %d, with its checksum", stateVersion)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if page == 0 {
		return m.loadHead(data)
	}
	return m.loadWeights((page-1)*pageSize, data[1:n])
}

func (m *Model) loadHead(data []byte) error {
	e := binary.BigEndian
	if len(data) != headLength {
		return broken("that is the first must be %d bytes", headLength)
	}
	b := data[2:]
	float := func() float32 {
		f := math.Float32frombits(e.Uint32(b))
		b = b[4:]
		return f
	}
	o := Options{Bits: data[1], Alpha: float(), Beta: float(), L1: float(), L2: float(), Reach: m.o.Reach}
	o.Seed = e.Uint64(b)
	if o != m.o {
		return broken("must come from a model with options %+v, not %+v", m.o, o)
	}
	version := e.Uint32(b[8:])
	c := calibration{lessons: e.Uint32(b[12:])}
	b = b[16:]
	for _, part := range []*[knots]float32{&c.surplus, &c.variance} {
		for i := range part {
			part[i] = float()
		}
	}
	for i := range knots {
		if !finite(c.surplus[i]) || !(c.variance[i] >= 0 && c.variance[i] <= mostProofs) {
			return broken("must hold a calibration that lessons can leave")
		}
	}
	m.version, m.calibration = version, c
	m.curve.Store(c.draw())
	return nil
}

func (m *Model) loadWeights(first int, b []byte) error {
	if len(b) < bitsLength {
		return broken("must tell which weights it holds")
	}
	there, rest := b[:bitsLength], b[bitsLength:]
	var z, n, anchor [pageSize]float32
	e := binary.BigEndian
	for k := range pageSize {
		if there[k/8]&(1<<(k%8)) == 0 {
			continue
		}
		if len(rest) < slotLength {
			return broken("must hold as many weights as it says")
		}
		for i, to := range []*float32{&z[k], &n[k], &anchor[k]} {
			*to = math.Float32frombits(e.Uint32(rest[4*i:]))
		}
		if !finite(z[k]) || !(n[k] > 0 && n[k] <= mostEvidence) || !weighs(m.weight(z[k], n[k])) || !weighs(anchor[k]) {
			return broken("must hold weights that lessons can leave")
		}
		rest = rest[slotLength:]
	}
	if len(rest) > 0 {
		return broken("must hold as many weights as it says")
	}
	for k := range pageSize {
		m.set(first+k, z[k], n[k])
		m.anchor[first+k] = anchor[k]
	}
	return nil
}

// weighs reports whether w can be a weight, or one that was rounded.
func weighs(w float32) bool { return -mostWeight-1 < w && w < mostWeight+1 }

func (m *Model) set(i int, z, n float32) {
	m.z[i] = z
	store(&m.evidence[i], n)
	store(&m.weights[i], m.weight(z, n))
}

func broken(detail string, args ...any) error {
	return fault.New(fault.Invalid, fault.CodeMalformed, "A page of weights "+detail+".", args...)
}

// Mark is what a model was at a version, 2 MB with 18 bits. It is not changed once made.
type Mark struct {
	o           Options
	version     uint32
	z, evidence []float32
	calibration calibration
}

// Version returns the version that was made with the mark.
func (k *Mark) Version() uint32 { return k.version }

// Mark begins the next version and returns what it begins with. From now on lessons move weights within Options.Reach of it.
func (m *Model) Mark() *Mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	k := &Mark{o: m.o, version: m.version, z: slices.Clone(m.z), evidence: make([]float32, len(m.z)), calibration: m.calibration}
	for i := range k.evidence {
		k.evidence[i] = load(&m.evidence[i])
	}
	m.settle()
	return k
}

// Use goes on from a mark, such as that before something went wrong. It returns a malformed fault if the mark comes from a
// model with other options.
func (m *Model) Use(k *Mark) error {
	if k.o != m.o {
		return fault.New(fault.Invalid, fault.CodeMalformed, "A mark must come from a model with options %+v, not %+v.", m.o, k.o)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version, m.calibration = k.version, k.calibration
	for i := range k.z {
		if n := k.evidence[i]; n != load(&m.evidence[i]) || k.z[i] != m.z[i] {
			m.set(i, k.z[i], n)
			m.dirty[1+i/pageSize] = true
		}
	}
	m.curve.Store(m.calibration.draw())
	m.settle()
	return nil
}

// settle makes the weights those of the version.
func (m *Model) settle() {
	m.dirty[0] = true
	for i := range m.anchor {
		if w := load(&m.weights[i]); w != m.anchor[i] {
			m.anchor[i] = w
			m.dirty[1+i/pageSize] = true
		}
	}
}
