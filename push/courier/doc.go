// Package courier carries messages to a push service: a bounded queue, a fixed number of workers, and the whole retry schedule.
// What one attempt is, and what its outcome means, is the business of a [Sender]: packages fcm and webpush have one each.
//
// Concurrency: a [Courier] is safe for concurrent use. It starts goroutines only while something is under way; [Courier.Close]
// ends them.
package courier
