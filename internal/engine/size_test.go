package engine

import (
	"testing"
	"unsafe"
)

// A person costs what the size class of their struct does: 2048 bytes, 8 of which are the allocator's. The next class
// is 2304, and ten thousand people pay the difference.
func TestPersonFitsTheirSizeClass(t *testing.T) {
	if size := unsafe.Sizeof(person{}); size > 2040 {
		t.Errorf("a person takes %d bytes; keep what few people need behind a pointer", size)
	}
}
