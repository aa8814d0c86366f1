package affect

import "io"

// WritePage writes a page with charts.
func (r *Result) WritePage(io.Writer) error { return nil }
