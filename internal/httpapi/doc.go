// Package httpapi is the REST edge: it reads a request, asks the catalogue (for merchants) or the engine (for people),
// and writes the answer. docs/openapi.yaml describes the same; routes.go is the table of contents.
//
// Every answer with a status of 400 and above is an RFC 9457 problem with a stable code. A POST that creates takes an
// Idempotency-Key: the first answer is kept and given again. Bodies are read strictly: unknown or repeated members and
// anything after the object are refused, and the problem names the field.
//
// It decides nothing about offers or people, and does not know the store. It logs failures of our own only, with
// the route and a code, never a body, a query, a credential or a person. A Handler is safe for concurrent use.
package httpapi
