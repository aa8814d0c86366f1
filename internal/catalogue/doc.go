// Package catalogue is the merchant's write path: it checks what a merchant says about merchants, places and offers,
// writes it to the record, and keeps the matcher's index in step. It also keeps the API keys.
//
// The record (internal/store) is the truth. The index (offers.Catalogue) is filled from it by Open, and follows every
// change of it; a call that writes returns when both have it. Test data and live data never meet: every call names
// its mode, and a key that is bound to a merchant sees and changes that merchant's things only.
//
// It decides nothing about people, knows no HTTP, and does not log. All errors are *fault.Error. Everything is safe
// for concurrent use. Writes are compare-and-set: two that meet never overwrite each other unseen.
package catalogue
