// Package trial says from a log of decisions what another policy would have brought: each decision keeps the probability with which it
// was made, and how likely the other policy would have made the same one. Nothing has to be tried out on people for that.
//
// A Tally compares two policies while decisions come in, and a Drift follows how well outcomes are foretold, both in constant memory and
// without keeping anybody. Neither is safe for concurrent use.
package trial
