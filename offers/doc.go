// Package offers is the matcher: merchants, places and offers, the in-memory index over them, who is eligible for
// what and why not, the score with its reasons, and the guard rails that no score gets around.
//
// It is pure: it has no clock (every call takes the time), does no I/O, starts no goroutine and logs nothing; it
// never hears of sockets, pushes or the store. Catalogue is safe for concurrent use: readers never wait, writers
// replace what they change. A Person is guarded by its owner's lock. Everything else is a value.
package offers
