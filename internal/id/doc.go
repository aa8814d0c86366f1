// Package id makes and checks the opaque identifiers of Flaneur: a prefix that shows the kind, then random
// characters. A user's id also carries the home cell of the deployment that keeps the user ("0" where there is
// one), and maps to one of 64 user shards; an offer's id maps to one of 16 ledger shards. Both counts are fixed
// for ever, because a cluster's streams are cut by them.
//
// Ids of persons print as a short digest in logs. All functions are safe for concurrent use.
package id
