package accept

// Feature is something about an offer, a person or the moment that is there or not, as a number: see Hash1. Different things
// may get the same number, rarely; numbers stay the same from release to release.
type Feature uint32

// Hash1 returns the feature that what group means is a: "the category is 7". Groups are the caller's, one per meaning.
func Hash1(group uint32, a uint64) Feature { return feature(mix(mix(uint64(group))^a) + 1) }

// Hash2 returns a feature of two values together: a cross, such as category and hour. The order counts.
func Hash2(group uint32, a, b uint64) Feature { return feature(mix(mix(mix(uint64(group))^a)^b) + 2) }

// Hash3 returns a feature of three values together.
func Hash3(group uint32, a, b, c uint64) Feature {
	return feature(mix(mix(mix(mix(uint64(group))^a)^b)^c) + 3)
}

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection in which every bit depends on every bit.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func feature(x uint64) Feature { return Feature(x >> 32) }
