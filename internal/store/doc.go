// Package store is the record: everything of Flaneur that must outlive the process. It is the only package that
// knows buntdb, and no buntdb type is in any signature, so that another engine can take its place.
//
// A directory holds three files. core.db (fsynced before a call returns) has the catalogue, users' lasting
// records, claims, tombstones and idempotency results; keys.db (the same) one data key per user; state.db (fsynced
// every second) what may be a second old after a power cut. One fact is one key: every value carries a version, a
// revision, its expiry and a CRC-32C over itself and its key. Counters, cells, boxes and external ids are derived:
// they live in memory and are built from the facts at Open.
//
// A user's records are sealed with the user's own data key (AES-256-GCM), so an erase destroys them by destroying
// that key, wherever copies of the ciphertext may lie.
//
// What it is not: an index for the position path (that is package offers), a place for tracks or moods, a
// judge of consent. It does not log: it returns reports and errors, all of them *fault.Error.
//
// Every method is safe for concurrent use and safe to repeat. A fault of kind Unavailable means "unknown, ask
// again". Locks are taken in this order: user shard, ledger shard, catalogue, index, file.
package store
