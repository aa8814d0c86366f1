// Package engine takes one update of a person (a fix, a mood, a pull, feedback, a consent, an erasure) through the
// pipeline and owns the state of every person in memory. pipeline.go shows the stages of a position in order.
// Around it stand what waits for later (later.go: digest, quiet hours; chain.go: follow-ups), trips, visits and reaches
// (trip.go, visits.go, track.go), redemptions from the reservation to the till (redemption.go, reserve.go, till.go,
// sync.go, points.go), ratings, shopping lists, what phones may watch by themselves (reaches.go), and the answers to why
// and why not.
//
// Each person has a lock; calls for different people run in parallel. Nothing blocks under a person's lock: durable
// writes and sends follow after it. The engine knows neither sockets nor HTTP nor buntdb; what it needs of them it
// asks for through the small interfaces in ports.go. Time comes with each call, so a simulated person may live on a
// clock of their own.
package engine
