// Package obs is what an operator sees: metrics, logs, and the handlers /healthz, /readyz and /metrics.
//
// It knows no other room. The rooms count for themselves; Figures, filled in by whoever joins them, names those counts
// as metrics (its tags are the list). Beside them stand
//
//	flaneur_position_seconds                          histogram  one position through the engine
//	flaneur_http_requests_total{route,method,status}  counter    status is a class: 2xx, 4xx …
//	flaneur_http_seconds{route}                       histogram  time to answer
//
// and the Go runtime's and the process's own. Labels come from closed sets, so that no input makes the number of
// series grow, and no metric carries a person, a place or a merchant.
//
// Logs are log/slog. Types that hold personal data hide themselves (LogValue); the logger made here is the second
// line of defence: it hides attributes with telling names, ids of persons, tokens and keys inside texts, and every composite
// value.
//
// Everything here is safe for concurrent use.
package obs
