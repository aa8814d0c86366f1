// Package trip guesses where somebody who is moving goes to: from what they said, or from the places where they used to
// stay. It needs no map.
//
// A History remembers a few coarse places (cells of about 0.1 km², never a track) with how often, when in the week and
// coming from where the person stayed there. Likely weighs them by habit and by how straight the way so far led to each
// (Krumm and Horvitz 2006, "Predestination": people drive efficiently).
//
// It does not know consents, offers or clocks: who calls it passes local times and decides what may be remembered. Values
// belong to one person and are not safe for concurrent use.
package trip
