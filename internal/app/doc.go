// Package app is the composition root: it opens the store, builds the rooms, joins them, and runs the server. The
// only place that knows every room, and where the erase list is made.
//
// A Server is for one Run; its methods are safe for concurrent use.
package app
