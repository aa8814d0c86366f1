// Package privacy holds the rules about personal data: the purposes that a person may consent to, the record of
// each consent with its time and policy version, down to the single sources of mood; the notices that are shown before
// them; what no consent allows at work and at school; and the list of everything that must forget a person.
//
// It is pure: it stores nothing, has no clock and starts no goroutine. Values are immutable or guarded by their
// owner.
package privacy
