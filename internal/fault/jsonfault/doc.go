// Package jsonfault puts refused JSON into words: it turns an error of github.com/go-json-experiment/json into a
// *fault.Error that names the member and says what would be right, and never repeats a value that was sent, because
// that may be personal.
//
// It reads no JSON itself: which options are strict enough is for the reader to choose. Its functions are safe for
// concurrent use.
package jsonfault
