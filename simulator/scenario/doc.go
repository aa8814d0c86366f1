// Package scenario checks what a server does for people against what a file says that it must do: the runner behind
// flaneur check. docs/scenarios.md documents the format of the files.
//
// [Read] reads a file and tells every mistake in it, with its place. [Run] plays it: it registers merchants, places and
// offers, opts people in, walks them on their own clock over real sockets, takes the steps in the order of time, one at a
// time, and compares. It knows the server only from outside, as an app and a merchant do, and starts none.
//
// Nothing here is random but by the file's seed, and nothing depends on the time of day. A File is read-only after Read;
// several may be run at the same time, each against a server of its own.
package scenario
