// Package simulator walks people through a city, each with a phone that speaks to a real server: REST to opt in, to buy
// and to redeem, a socket to stream positions and moods. To the server it is a black box like any phone.
//
// A Person is a character (tastes, a hidden mood, how they take an offer) and a Walk, which yields what they do next.
// People are invented (City.People), taken from check-ins (ReadVisits) or from recorded tracks (ReadTracks); Day is the
// working day of one invented woman, the story of the demo. Run plays them and returns a Report, which prints itself as
// text, JSON and one HTML file.
//
// WearWristbands puts wristbands on some of the invented people. Their signals (package wearer) stay in the simulated
// phone, which reads them as a real one would and tells moods alone; the report draws what they felt beside what was
// believed.
//
// # The same seed, the same story
//
// Each person lives on a virtual clock of their own and draws from a random stream made of the seed and their number.
// They wait for each answer before they go on, so what happens to them depends on the seed, their own past and the
// catalogue, never on the number of connections or the speed. Two things are outside of that promise: budgets that run
// out, because people share them, and offers that change while they walk. Digests let two runs be compared.
//
// # Concurrency
//
// Run plays each person in one goroutine, as many at once as there are connections. The Sink is called by one
// goroutine at a time. A Person is used up by Run and belongs to it until it returns; everything else is a value.
package simulator
