// Package apptest runs whole servers for tests: not a fake, but what flaneur serve runs, on a port of its own.
//
// Concurrency: a [Server] is used by the test that started it.
package apptest
