// Package gateway is the WebSocket edge: it turns the sockets of devices into calls of the engine, and what the
// engine sends into frames.
//
// A [Gateway] is the http.Handler of GET /v1/socket. Each socket has one goroutine, which reads, decodes, calls the
// engine and writes the answer; when somebody else has something to send, a second one exists for as long as there is
// something to write. Everything a socket needs only while it speaks (buffers, decoders) comes from pools, and a silent
// one is handed to a fresh goroutine with a small stack, so it costs that and a few small structs. Pings of all
// sockets come from one goroutine.
//
// Nothing grows without bound: frames are limited in size and rate, the outbound queue in length, sessions in number,
// overall and for each person. A socket that does not read is dropped; no other one waits for it.
//
// It decides nothing about offers or people, keeps nothing, and logs neither positions nor moods nor tokens.
//
// Concurrency: all exported methods are safe for concurrent use. End a gateway with [Gateway.Drain] before
// http.Server.Shutdown, which does not know hijacked connections.
package gateway
