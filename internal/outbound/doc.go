// Package outbound guards requests to addresses that strangers chose: a merchant's webhook, a browser's push subscription.
// Without it such an address could make the server call itself, its neighbours or its cloud's metadata service (SSRF).
//
// It knows nothing of what is sent. Safe for concurrent use.
package outbound
