// Package webhook tells merchants' own servers what happened, by the Standard Webhooks specification
// (https://www.standardwebhooks.com): endpoints and their secrets, what of an event may leave and under which pseudonym, a
// durable and bounded outbox, signed deliveries with retries, dead letters and replay, and the guard against requests to
// addresses that are not the merchant's business.
//
// It decides nothing about people: whether a person may be mentioned is asked of People. It keeps no event for itself: the
// merchant's numbers are package insight.
//
// Tell never waits and may be called under any lock; what it is given is filed in the outbox by Run a moment later, and
// from then on survives the process. All methods are safe for concurrent use.
package webhook
