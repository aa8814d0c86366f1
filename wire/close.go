package wire

// Close codes. The range tells the client what to do: 1012 and 4000-4099 come back (with the delay that Goodbye
// gave, or a jittered back-off), 4100-4199 come back only after something changed (a new token, a new version),
// 4200-4299 never.
const (
	CloseRestart      = 1012 // the server restarts or drains
	CloseSlow         = 4000 // the client did not read fast enough
	CloseIdle         = 4001 // no hello, or no pong, in time
	CloseReplaced     = 4002 // too many sessions of this user: the oldest goes
	CloseOverloaded   = 4003 // no room for another session
	CloseMalformed    = 4100 // frames that can't be read, again and again
	CloseTooLarge     = 4101 // a frame above MaxFrameBytes
	CloseProtocol     = 4102 // no known subprotocol, or a frame that may not come now
	CloseUnauthorized = 4103 // unknown, wrong or revoked token
	CloseErased       = 4200 // the user was erased: forget the token
)

// Reconnect says what a client may do after a close code.
type Reconnect uint8

// The answers.
const (
	ReconnectLater       Reconnect = iota // with back-off
	ReconnectAfterChange                  // with other credentials or another version
	ReconnectNever
)

// ReconnectAfter returns what a client may do after this close code. Codes of other origin (1006 and the like) mean
// a lost connection: ReconnectLater.
func ReconnectAfter(code int) Reconnect {
	switch {
	case code >= 4100 && code < 4200:
		return ReconnectAfterChange
	case code >= 4200 && code < 4300:
		return ReconnectNever
	default:
		return ReconnectLater
	}
}
