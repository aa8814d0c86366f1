// Package wire is the protocol between a device and the server: frames, their two encodings, close codes and
// error codes. One vocabulary, two WebSocket subprotocols: "flaneur.v1.json" for reading, "flaneur.v1.bin" for
// phones. docs/protocol.md describes it for people, docs/asyncapi.yaml for machines, testdata/ holds vectors that
// every implementation must pass.
//
// It neither reads sockets nor decides anything. Frames are plain values; a Decoder is for one goroutine and
// reuses its memory, so a decoded frame is valid until the next call.
package wire
