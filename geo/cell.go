package geo

import "strconv"

// Cell is an H3 cell index (https://h3geo.org/docs/core-library/h3Indexing). The zero value is no cell.
type Cell uint64

const (
	cellResShift = 52
	cellResMask  = Cell(0xf) << cellResShift
	cellMaxRes   = 15
)

// Resolution returns the cell's resolution, 0 (coarsest) to 15.
func (c Cell) Resolution() int { return int(c >> cellResShift & 0xf) }

// Parent returns the cell's ancestor at a coarser resolution by bit arithmetic (no call into H3), or the zero
// Cell if res is finer than the cell's own or out of range.
func (c Cell) Parent(res int) Cell {
	own := c.Resolution()
	if c == 0 || res < 0 || res > own {
		return 0
	}
	// Digits finer than res are set to 7, "unused".
	unused := Cell(1)<<(3*uint(cellMaxRes-res)) - 1
	return c&^cellResMask | Cell(res)<<cellResShift | unused
}

// String returns the usual hexadecimal form.
func (c Cell) String() string { return strconv.FormatUint(uint64(c), 16) }
