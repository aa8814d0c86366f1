// Package push decides whether a person may be interrupted now, and keeps what is on its way to them.
//
// It holds the vocabulary that all channels share: [Message]; [Policy] and [Memory] (mode, daily cap, minimum gap,
// quiet hours in the person's own zone); [Queue], bounded and collapsing; [Backoff]; the errors a [Channel] answers.
// The channels themselves are push/socket (the app is in front) and push/fcm (it is not).
//
// The package is pure: time and random numbers are passed in; there is no I/O, no goroutine, no logger. It knows
// nothing of offers: what a message says, and whether it is worth saying, was decided before.
//
// Concurrency: values are plain data. A Policy may be read by many goroutines; a Memory and a Queue belong to one
// owner, who locks.
package push
