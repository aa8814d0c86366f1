// Package matching lets invented people with hidden preferences live in an invented city and be matched by the real catalogue,
// matcher, learner and push limits, in process and by a clock of its own. In the same worlds, with the same chances, it compares the
// learned matcher with the first scorer and with chance.
//
// What people do follows from a truth that the matcher never sees and that is not of the form of its features: see truth.go. The
// numbers of the world were fixed by what chance reaches in it, before any result of the learned matcher was seen.
//
// Each run is a function of its seed. Runs share nothing and go side by side.
package matching
