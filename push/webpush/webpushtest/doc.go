// Package webpushtest is a push service and its browsers on this machine, for tests: it takes what a server sends, checks the
// VAPID signature against the key that the browser subscribed with, decrypts by RFC 8291 as a browser does, and answers
// what a test wants. It shares no code with the library that encrypts.
//
// A [Service] is safe for concurrent use.
package webpushtest
