// Package fence tells from jittery fixes when a person entered, left, dwelt in or crossed a reach.
//
// A Tracker follows one person through up to MaxReaches reaches. For each fix the caller says how far the fix lies from
// the border of each reach nearby; the tracker weighs that against the fix's accuracy, gathers evidence over several
// fixes, and answers with events. docs/triggers.md draws the states and names the constants.
//
// It knows neither clock nor map nor offers, draws on nothing but the standard library and the faults' words, and runs
// on phones too. A Tracker is not safe for concurrent use; its owner's lock guards it.
package fence
