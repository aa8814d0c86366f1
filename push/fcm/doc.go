// Package fcm is the channel to phones whose app is not in front, through Firebase Cloud Messaging.
//
// Package courier holds the queue, the workers and the retry schedule: the Firebase library's own
// retries, which hold a worker for seconds and send again after a dropped connection, are switched off by the HTTP
// transport under it. FCM has no idempotency key, so a repeat after an unclear outcome may arrive twice: every
// message carries its delivery id, by which the device drops repeats, and its collapse key, by which one
// notification takes the place of the other.
//
// Concurrency: a [Channel] is safe for concurrent use. [Open] starts goroutines; [Channel.Close] ends them.
package fcm
