// Package hex finds H3 cells (https://h3geo.org): the cell of a point, the cells that a region touches, the shape of
// a cell. It is the only importer of the H3 library and so the only cgo in the module; what can be told from a cell
// without H3 (its parents, whether a point is still in it) stands in geo.
//
// It holds no state; everything is safe for concurrent use.
package hex
