// Package webpush is the channel to browsers whose page is not in front: Web Push (RFC 8030) with encrypted payloads (RFC 8291)
// and a VAPID key that says who sends (RFC 8292).
//
// The browser chose the address of its push service, so every request is guarded as one to a stranger's address is (package
// outbound). The service sees when something is sent, how urgent it is and how long it keeps, and nothing of what: payloads are
// padded to one size, and the topic under which a later message replaces an earlier one is a keyed hash.
// Package courier holds the queue, the workers and the retry schedule.
//
// Concurrency: a [Channel] is safe for concurrent use. [Channel.Close] ends its goroutines.
package webpush
