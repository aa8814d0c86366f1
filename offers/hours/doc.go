// Package hours reads when in the week something is open, and answers whether it is open now.
//
// The language is the part of OpenStreetMap's opening_hours that merchants use week by week (see
// https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification); what lies beyond is refused with a word of what
// is not understood, never guessed:
//
//	Mo-Fr 09:00-18:00                       weekdays Mo Tu We Th Fr Sa Su, single, as ranges (also Sa-Mo), as lists
//	Mo-Fr 08:00-12:00,13:00-17:00; Sa off   several times of a day; a rule after ";" replaces earlier ones on its days
//	Mo-Fr 08:00-12:00, We 14:00-18:00       a rule after "," adds to them
//	Fr,Sa 22:00-02:00                       past midnight: until two in the next morning
//	10:00-20:00                             no weekday: every day
//	Sa; 24/7                                no time: all day
//	Mo-Fr 09:00-18:00; PH off               public holidays are not known: PH off is read, and changes nothing
//
// Refused: months, dates, weeks, years, the first Monday of a month, school holidays, other times than off on public
// holidays, sunrise and sunset, open ends (18:00+), comments, fallbacks (||), and hours that are never open.
//
// Times are those of the wall clock. The package knows no clock and no zone: it takes them from the times it is given.
// Hours are immutable and safe for concurrent use.
package hours
