// Package buffer keeps positions on the phone until the server has answered them: bounded, sealed, and safe against the
// end of the process at any moment.
//
// Records are appended to files of at most 256; each is sealed with AES-256-GCM under the host's key, bound to its
// number, and framed with a mark, its length and a checksum (CRC-32C). A damaged or cut-off file loses the damaged
// records alone: reading goes on at the next mark whose checksum holds. What the server has answered is noted by a record
// of its own, and a file is deleted when all in it is answered. A record whose answer was lost is sent again; the server
// takes a position once, as one that is not newer than the last is refused (fix_out_of_order).
//
// A full buffer is thinned to three quarters: the oldest, the newest, stops and corners stay, and those go whose absence
// changes the way least (the triangle with their neighbours: Visvalingam & Whyatt 1993, The Cartographic Journal 30:46).
//
// What was appended survives the end of the process at once. It survives a power cut when the file was flushed: every 16
// records, and at Close; syncing each would wake the flash for every position.
//
// A Buffer is for one goroutine at a time. It holds personal data; it logs nothing.
package buffer
