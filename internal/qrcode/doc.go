// Package qrcode draws the codes that people show at a till: black on white, with the quiet zone that scanners want. It
// reads none. Draw is safe for concurrent use.
package qrcode
