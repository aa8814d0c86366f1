package accept

// Groups of the features made here; callers keep theirs below.
const (
	ownGroup = 1 << 31
	kinGroup = ownGroup + 1<<16
	perAsked = 8
)

// Own appends what the person answered so far about the subjects that an offer is about, as features: how far that is from
// what was expected, how often it was yes, what the last answer was, each with how much is known. The first subject is the
// widest ("all offers"); an offer's second subject is of the same kind as any other's second, and so on.
func (r *Responses) Own(dst []Feature, asked []uint32, now uint32) []Feature {
	prior := float32(0.5)
	for i, subject := range asked {
		group := uint32(ownGroup + i*perAsked)
		lift, n := r.Lift(subject, now)
		rate, _ := r.Rate(subject, prior, now)
		if i == 0 {
			prior = rate
		}
		last := uint64(0)
		if s := r.find(subject); s != nil {
			last = 1
			if s.last {
				last = 2
			}
		}
		l, s := step(lift, 3), uint64(subject)
		dst = append(dst,
			Hash1(group, l),
			Hash2(group+1, l, step(min(n, 4), 1)),
			Hash2(group+2, step(rate, 8), step(min(n, 5), 1)),
			Hash2(group+3, l, s),
			Hash2(group+4, step(rate, 8), s),
			Hash2(group+5, last, s),
		)
	}
	return dst
}

// Kin appends, for each of others that the person answered to, that they did so and this is asked. Weights of such features
// say what people who answered alike to the one answer to the other ("twinsumers"), without anybody being compared with
// anybody.
func (r *Responses) Kin(dst []Feature, asked uint32, others []uint32, now uint32) []Feature {
	for _, o := range others {
		if rate, n := r.Rate(o, 0.5, now); n > 0.5 && o != asked {
			dst = append(dst, Hash3(kinGroup, uint64(asked), uint64(o), step(rate, 5)))
		}
	}
	return dst
}

// step rounds v to one of so many steps per unit, not beyond 5.
func step(v, perUnit float32) uint64 {
	const most = 5
	v = min(max(v, -most), most) * perUnit
	if v < 0 {
		return uint64(int64(v - 0.5))
	}
	return uint64(v + 0.5)
}
