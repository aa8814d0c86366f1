// Package offerkit is what apps embed: the core of the mobile SDK, bound to Java, Kotlin, Objective-C and Swift by
// gomobile. A [Kit] keeps the person's consents, plans when to measure positions, keeps what was measured while there is
// no network, talks to the server, tells the app about offers, and lets the person see, withdraw and erase everything.
//
//	app ──fixes, sensors, device state──► Kit ──positions, moods (never raw signals)──► server
//	 ▲                                     │                                              │
//	 └───── Listener: offers, plan ────────┴──────────────────◄───────────────────────────┘
//
// # Consent first
//
// Before OptIn nothing is collected, kept or sent. Each purpose (location, mood, purchases, push) is a switch of its own;
// moving one counts at once on the device, even without network, and reaches the server as soon as there is one. A
// withdrawal empties what was collected for that purpose.
//
// # The host obeys the plan
//
// The kit decides when a position could matter; the host asks the platform for positions as the [LocationPlan] says and
// hands them to Track. See docs/battery.md.
//
// # Rules of the border
//
// gomobile passes numbers, strings, bytes, pointers to structs and interfaces; lists are objects with Size and At. Where
// an answer is JSON its form is that of docs/openapi.yaml. Methods that wait for the network take the seconds that they
// may take and must not be called on the thread that draws. The text of every error begins with a stable code of
// docs/protocol.md, which [ErrorCode] finds. No method panics: a fault in the kit comes back as the error "internal", or
// goes to Listener.OnFailure.
//
// A Kit is safe for concurrent use. It holds personal data: the token, keys and consents in the host's [Store], positions
// that wait to be sent in Config.DataDir, sealed with a key from that store. Nothing else is written, nothing is logged.
package offerkit
