// Package engine takes one update of a person (a fix, a mood, a pull, feedback, a consent, an erasure) through the
// pipeline and owns the state of every person in memory. pipeline.go shows the stages of a position in order.
//
// Each person has a lock; calls for different people run in parallel. Nothing blocks under a person's lock: durable
// writes and sends follow after it. The engine knows neither sockets nor HTTP nor buntdb; what it needs of them it
// asks for through the small interfaces in ports.go. Time comes with each call, so a simulated person may live on a
// clock of their own.
package engine
