// Package fcmtest is a Firebase Cloud Messaging server for tests: it speaks HTTP v1 as the real one does, answers
// each device token as scripted, and remembers what it accepted. Only tests import it.
//
// A [Server] is safe for concurrent use.
package fcmtest
