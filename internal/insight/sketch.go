package insight

import (
	"math"
	"slices"
)

// sketch counts different hashes: exactly up to its size, then by the largest of the smallest ones (k minimum values,
// Bar-Yossef et al. 2002), with a standard error of 1/√(size-2). It remembers nothing beyond these hashes.
type sketch struct {
	hashes []uint64 // sorted, at most size
}

func (s *sketch) add(h uint64, size int) {
	i, known := slices.BinarySearch(s.hashes, h)
	switch {
	case known:
	case len(s.hashes) < size:
		s.hashes = slices.Insert(s.hashes, i, h)
	case i < size:
		copy(s.hashes[i+1:], s.hashes[i:size-1])
		s.hashes[i] = h
	}
}

// remove forgets a hash. While the count is exact, it is one less.
func (s *sketch) remove(h uint64) {
	if i, known := slices.BinarySearch(s.hashes, h); known {
		s.hashes = slices.Delete(s.hashes, i, i+1)
	}
}

func (s *sketch) count(size int) int {
	if len(s.hashes) < size {
		return len(s.hashes)
	}
	return int(float64(size-1) / (float64(s.hashes[size-1]) / math.MaxUint64))
}

// slack is how far a count may be off: four standard errors, nothing while it is exact.
func slack(count, size int) int {
	if count < size {
		return 0
	}
	return int(math.Ceil(4 * float64(count) / math.Sqrt(float64(size-2))))
}
