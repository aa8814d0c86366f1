// Package offers is the matcher: merchants, places and offers, the in-memory index over them, who is eligible for
// what and why not, the score with its reasons, and the guard rails that no score gets around.
//
// One call of [Matcher.Evaluate] takes a [Person] and a [Moment] through five stages: retrieve (the [Catalogue]'s
// cells), eligible (each refusal a stable code), guard rails ([Guardrails], which are data: guardrails.yaml), score
// (a sum of named terms), choose (a total order). Reasons are the score's own terms.
//
// What brings an offer up beside its reach stands in files of its own: passages through reaches (track.go, over geo/fence),
// ways and detours (way.go), follow-ups (chain.go), what was kept for later (late.go). Where something
// could come up around a person today stands in reaches.go. Demands of the audience and of the
// past (demands.go), opening hours (package hours), stock (stock.go), shopping lists (basket.go), offers at several
// places (stores.go) and hold-outs (holdout.go) decide who is eligible; claim.go and package voucher what a redemption
// takes and gives.
//
// It is pure: it has no clock (every call takes the time), does no I/O, starts no goroutine and logs nothing; it
// never hears of sockets, pushes or the store. Whether a person may be interrupted at all (caps, quiet hours) is
// decided elsewhere.
//
// Concurrency: a Catalogue is safe for concurrent use, matching never waits for writers. Matcher and Guardrails are
// immutable. A Person and a Result are guarded by their owner. Merchants, places and offers that stand in a catalogue
// are shared and must not be changed. Everything else is a value.
package offers
