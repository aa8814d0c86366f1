// Package socket is the channel to phones whose app is in front: it hands a message to every connection the person
// has, and, when none of them says within seconds that it arrived, to the next channel, exactly once.
//
// It knows no WebSocket: whoever owns the connections attaches them as [Conn], and reports the acknowledgements
// that the devices send. It encodes nothing and writes nothing.
//
// Delivery is at least once on the wire: a device whose acknowledgement comes late, or is lost, gets the message a
// second time through the next channel, and drops it by its delivery id. Nothing here survives a restart; what was
// delivered is on record elsewhere.
//
// Concurrency: a [Hub] is safe for concurrent use, in 64 shards by user. It runs no goroutine but the timer of a shard
// whose oldest message is overdue. It calls a Conn, and the next channel, without the lock that Acked and Attach
// need; a next channel that blocks would hold up CloseUser, and with it the Sends of that shard.
package socket
