// Package api holds the bodies of the REST interface: what a request may say and what an answer says. It is shared by
// the server (internal/httpapi) and the client (internal/client); docs/openapi.yaml describes the same for machines,
// and a test compares the two.
//
// Conventions: names in camelCase; positions as {"lat", "lon"} in degrees, areas as GeoJSON (longitude first);
// distances in metres; times as RFC 3339, except in what the device protocol also carries (fixes, moods, feedback,
// offers as a person sees them), where they are Unix milliseconds as in package wire. A merge patch (RFC 7396) changes
// only the members that it names, null clears one.
//
// The package is data only: it validates nothing, decides nothing and knows no HTTP. Values are safe to share as long
// as nobody changes them.
package api
