// Package fault is the one error vocabulary of Flaneur: a kind for the edges, a stable code for machines,
// the name of the offending field, and a sentence for people.
//
// It does not log, and it knows neither HTTP nor WebSocket: the edges translate. All values are immutable
// and safe for concurrent use.
package fault
