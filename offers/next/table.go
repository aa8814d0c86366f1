package next

// table finds what a moment knows of a place by its slot: open addressing with a bounded search, emptied by counting up the turn.
// A place that finds no room is ranked as one of which less is known.
const (
	tableBits = 11
	tableSize = 1 << tableBits
)

type table struct {
	turn  uint32
	cells [tableSize]cell
}

type cell struct {
	turn, slot uint32
	rival      bool    // taken into a lesson
	own        int16   // index into History.places, -1: not there
	follows    float32 // how often it came after the last place, among everybody
	alike      float32 // how much it is visited by those who visit this person's places
	cosine     float32 // the same, as a share of those who visit either, squared
}

func (t *table) reset() {
	if t.turn++; t.turn == 0 {
		*t = table{turn: 1}
	}
}

// at returns the cell of a slot, a new one if there is none and room, or nil.
func (t *table) at(slot uint32, add bool) *cell {
	i := slot * 0x9e3779b1 >> (32 - tableBits)
	for range 24 { // the table is never asked to be full
		c := &t.cells[i]
		switch {
		case c.turn != t.turn:
			if !add {
				return nil
			}
			*c = cell{turn: t.turn, slot: slot, own: -1}
			return c
		case c.slot == slot:
			return c
		}
		i = (i + 1) % tableSize
	}
	return nil
}
