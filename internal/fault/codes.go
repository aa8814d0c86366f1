package fault

// Stable codes. A code is never renamed or given another meaning; docs/protocol.md lists them for people.
const (
	CodeInternal        = "internal"
	CodeInvalidField    = "invalid_field"
	CodeUnknownField    = "unknown_field"
	CodeMalformed       = "malformed"
	CodeTooLarge        = "too_large"
	CodeMethod          = "method_not_allowed"     // the path exists, not with this method
	CodeMediaType       = "unsupported_media_type" // a body that is not JSON
	CodeUnauthorized    = "unauthorized"
	CodeForbidden       = "forbidden"
	CodeNotFound        = "not_found"
	CodeConflict        = "conflict"
	CodeExists          = "already_exists"
	CodeRateLimited     = "rate_limited"
	CodeUnavailable     = "unavailable"
	CodeErased          = "erased"
	CodeModeMismatch    = "mode_mismatch"        // test and live data never meet
	CodeIdempotency     = "idempotency_mismatch" // same Idempotency-Key, other body
	CodeConsent         = "consent_required"     // Field names the purpose
	CodeNotice          = "notice_outdated"      // the person saw another text than the one in force
	CodeSourceDisabled  = "source_disabled"      // mood is not taken from the body on this server
	CodeSequence        = "sequence_replayed"    // seq not above the last one
	CodeUnexpected      = "unexpected_frame"     // a frame that does not fit the session's state
	CodeFixOrder        = "fix_out_of_order"     // not newer than the last known fix
	CodeFixStale        = "fix_stale"            // too old to act on
	CodeFixFuture       = "fix_in_future"        // beyond the allowed clock skew
	CodeFixInaccurate   = "fix_inaccurate"       // accuracy too poor to act on
	CodeFixTeleport     = "fix_implausible"      // farther than anything travels in that time
	CodeFixMock         = "fix_mocked"           // mock provider on live data
	CodeSoldOut         = "sold_out"
	CodeLimitReached    = "limit_reached" // nothing for now; there will be more
	CodeWrongState      = "wrong_state"   // a step that an offer can't take from where it is
	CodeStopped         = "offer_stopped"
	CodeNotEligible     = "not_eligible"
	CodeTokenDead       = "push_token_dead" // the device no longer takes pushes
	CodeNoToken         = "push_no_token"   // no device takes pushes
	CodePushRejected    = "push_rejected"
	CodePushCredentials = "push_credentials" // the push service refuses ours
	CodeExpired         = "expired"
	CodeShuttingDown    = "shutting_down"
	CodeReplaced        = "replaced" // a newer connection took this one's place

	// Of tills; docs/redemption.md.
	CodeUnknownCode     = "unknown_code"
	CodeUnknownKey      = "unknown_key" // of a signature
	CodeAlreadyRedeemed = "already_redeemed"
	CodeRolledBack      = "rolled_back"
	CodeWrongMerchant   = "wrong_merchant"
	CodeWrongStore      = "wrong_store"
	CodeWrongCurrency   = "wrong_currency"
	CodeMinSpend        = "min_spend"
	CodeItemMissing     = "item_missing"
	CodeNotStackable    = "not_stackable"
	CodeGroupTaken      = "group_taken"
	CodeNotPresent      = "not_present"
	CodeNeedsNetwork    = "needs_network"
	CodeTooLate         = "too_late"
	CodeTillNeeded      = "till_needed"
)
