//go:build unix

package gateway

import (
	"net"
	"syscall"
)

// waitReadable parks until conn can be read, or its read deadline is over; false means that it can't wait. It needs few
// frames: a goroutine that only waits keeps its first 2 kB of stack, one that has taken in a message holds 4 or more.
func waitReadable(conn net.Conn) bool {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Read(readable) // whatever ended the wait, the next read tells it again
	return true
}

func readable(fd uintptr) bool {
	var b [1]byte
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
	return err != syscall.EAGAIN
}
