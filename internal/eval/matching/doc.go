// Package matching lets invented people with hidden preferences live with the matcher, and measures what they get out of it: the
// learned matcher against the first scorer and against chance, in the same worlds.
//
// The matcher is the production path: a Catalogue, a Matcher, a Person, a Learner, without server, sockets and store. The people are
// invented; whether they take an offer follows from things that the matcher does not see and from interactions that it has no
// features for. The world was fixed before any learned result was seen, and comes in two sorts: strong tastes and weak ones. Figures say
// how matchers compare among such people; how real ones respond only real ones can tell.
//
// Seeds are played side by side; the package is safe for concurrent use.
package matching
