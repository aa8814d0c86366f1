// Package privacy holds the rules about personal data: the purposes that a person may consent to, the record of
// each consent with its time and policy version, and the list of everything that must forget a person.
//
// It is pure: it stores nothing, has no clock and starts no goroutine. Values are immutable or guarded by their
// owner.
package privacy
