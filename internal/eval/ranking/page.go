package ranking

import "io"

// WritePage writes a page with charts.
func (r *Result) WritePage(w io.Writer) error { return nil }
