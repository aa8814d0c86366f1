// Package archtest holds the rules of the house as tests: who may import whom, what the pure rooms may not do, and
// the size and shape of files, functions and interfaces. It has no code of its own.
//
// The tests parse the source themselves (go/parser) and start no `go list`, because the test cache sees only files
// that the test itself opens: a violation can't hide behind a cached pass. Rooms that do not exist yet break no rule;
// a room that the tables do not know breaks one, so that nobody moves in without a look at the arrows.
//
// testdata/planted.txtar is a small module that breaks every rule at a marked line: it shows that the tests can fail.
package archtest
