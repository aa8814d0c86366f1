// Package accept says how likely it is that a person takes an offer. A Model holds what everybody's answers taught, as weights
// of hashed features, by FTRL-Proximal (McMahan et al. 2013, "Ad click prediction: a view from the trenches"); Responses hold
// one person's own answers. The model corrects a score that exists without it, in log-odds: untaught it leaves that as it is.
//
// Weights know no person. A lesson moves a weight by a bounded step, a person gives a bounded number of lessons a day, and no
// weight leaves the surroundings of its version: whoever invents answers can't do more than that.
//
// It does not build features, choose offers or know consents: whoever calls it does, and asks first. A Model is safe for
// concurrent use, and asking it takes no lock; Responses belong to one goroutine at a time.
package accept
