// Package affect evaluates the mood estimate on recordings of people: it reads a folder of wrist signals, conditions and
// self-reports, lets each person's recording be walked through by weights that were fitted on the others alone
// (leave-one-subject-out), and tells how good that was. It also predicts a mood diary's next entry.
//
// What is measured is the path that a phone runs: samples → physio.Wrist → a wearer's baseline, heads and filter. The
// evaluation checks itself: weights must not change when the held-out person's data do, and readings must not change when
// the future does.
//
// It knows no command line and prints nothing.
package affect
