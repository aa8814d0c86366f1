//go:build !unix

package gateway

import "net"

// waitReadable can't wait here: the session waits in its read.
func waitReadable(net.Conn) bool { return false }
