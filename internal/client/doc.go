// Package client speaks Flaneur's REST interface and device protocol: a typed call per route, and a socket.
//
// Problems come back as *fault.Error with the server's code, field and retry time. Calls that the server asks to
// repeat (429, 503) are repeated a few times, after the time it gives; calls that create carry an Idempotency-Key, so
// that a repeat creates nothing twice. A Client is safe for concurrent use and cheap to copy for another credential
// with As. A Socket is for one reader and one writer.
package client
