// Package socket is the channel to phones whose app is in front: it hands a message to every connection the person
// has, and, when none of them says within seconds that it arrived, to the next channel, exactly once.
//
// It knows no WebSocket: whoever owns the connections attaches them as [Conn], and reports the acknowledgements
// that the devices send. It encodes nothing and writes nothing.
//
// Concurrency: a [Hub] is safe for concurrent use, in 64 shards by user. It runs no goroutine while nothing
// is pending, and calls Conn.Offer and the next channel without holding a lock of its own that Send, Acked or
// Attach need.
package socket
