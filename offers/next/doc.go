// Package next says how likely it is that a person goes to a place next. A History holds one person's visits, Shared what all
// visits say together, a Model weighs both: a log-linear stage over kernels of recency, time of day, weekday, rhythm and
// transitions for every candidate, some of them learned, and a committee of three small nets that
// corrects the best 32 (up to 256 of thousands). It learns with every visit.
//
// What is personal stays in the History: weights and shared statistics know no person. A lesson moves a weight by a bounded
// step, a person gives a bounded number of lessons a day, and no weight leaves the surroundings of its version: whoever
// invents visits can't do more than that.
//
// It does not choose offers and knows no consent: whoever calls it asks first. Model and Shared are safe for concurrent
// use; a History and a Scratch belong to one goroutine at a time.
package next
