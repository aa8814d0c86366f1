// Package obs is what an operator sees: metrics, logs, and the handlers /healthz, /readyz and /metrics.
//
// It knows no other room. Those who count are given what they count with (a Counter, a Counters, a method value of
// Metrics), or keep their own figures, which CounterFunc and GaugeFunc read. Labels come from closed sets named when the
// metrics are made; a value outside its set counts as "other", so that no input makes the number of series grow.
//
// The metrics:
//
//	flaneur_sessions                          gauge      open sockets
//	flaneur_frames_total{kind}                counter    frames taken from devices
//	flaneur_frames_dropped_total{reason}      counter    frames not taken, or not sent
//	flaneur_fixes_total                       counter    fixes that passed consent, order and plausibility
//	flaneur_position_seconds                  histogram  one position through the engine
//	flaneur_evaluations_total                 counter    times that a person was matched against the catalogue
//	flaneur_deliveries_total{channel}         counter    offers sent unasked
//	flaneur_suppressions_total{code}          counter    offers held back, and why
//	flaneur_pulls_total                       counter    "what is near me now?"
//	flaneur_redemptions_total{outcome}        counter    claims of an offer
//	flaneur_erasures_total                    counter    people erased
//	flaneur_http_requests_total{route,method,status}  counter  status is a class: 2xx, 4xx …
//	flaneur_http_seconds{route}               histogram  time to answer
//
// beside the Go runtime's and the process's own. No metric carries a person, a place or a merchant.
//
// Logs are log/slog. Types that hold personal data hide themselves (LogValue); the logger made here is the second
// line of defence: it hides attributes with telling names, and every composite value.
//
// Everything here is safe for concurrent use.
package obs
