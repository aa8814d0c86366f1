package webhook

// What tests look at from outside.
var (
	CheckURL     = checkURL
	Reachable    = reachable
	NewTransport = newTransport
	ErrAddress   = errAddress
)
