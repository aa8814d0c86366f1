// Package phoneday lives a phone's day in a second: where the person truly is, what the receivers make of it, what the
// system tells late, the radio, tunnels, hours without network, and the death of the app. It plays the SDK's plan and
// buffer, and other clients beside them, against the server's rules about positions, and counts what each costs and what
// each misses. docs/battery.md has the figures.
//
//	Day (truth) ─► receivers, sensors ─► Client ─► queue ─► radio ─► Server (fences, hints)
//	                                       ▲                            │
//	                                       └──────── hint ──────────────┘
//
// It is for tests alone, takes no clock and starts no goroutine; the same seed gives the same day. A Day may be shared,
// all else is for one goroutine. It does not simulate what a processor or a screen costs.
package phoneday
