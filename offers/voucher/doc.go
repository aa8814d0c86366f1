// Package voucher is what a till needs to know of a reserved offer: the short code that a person reads out, the signed
// token that stands in a QR code, whether it holds here and now, and what it takes off a basket.
//
// A voucher names no person. A till without network verifies one with the server's public keys alone; who used what, and
// how much is left of a budget, only the server knows. The package is pure: time is passed in, nothing is kept.
package voucher
