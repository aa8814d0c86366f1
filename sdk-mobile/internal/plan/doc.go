// Package plan decides when a phone measures its position, which positions are worth keeping, and when they go out: the
// part of the SDK that costs or saves battery. It is a state machine that is fed with positions, what the device tells about
// itself, and the server's hints, each with its time; it has no clock, measures nothing and sends nothing.
//
//	              moves 100 m, or leaves the fence
//	┌──────────┐ ◄─────────────────────────────── ┌────────────┐
//	│  moving  │                                  │   still    │  receiver off, a fence around the place
//	└──────────┘ ───────────────────────────────► └────────────┘
//	  interval:     two minutes within 50 m
//	  until the nearest thing that could matter
//	  can be reached, as the server hinted
//
// While moving, the interval is the time in which the person could get to where something could matter: the metres of the
// server's last hint, less those gone since, over their speed. So the receiver sleeps through a walk along a street
// without offers, and wakes on the last metres before one. Next to a border, and while the server gathers evidence that one
// was crossed, positions come every ten, fifteen seconds, so that entering is told about as soon as by a receiver that is
// always on. Presets bound that time; a low battery and the system's power saving stretch it.
//
// Who stays costs nothing but the system's watch over the fence. A hint about the way is no reason to ask where they are;
// one that is about time, such as the end of a dwell, is, after ever longer waits.
//
// The numbers were chosen on simulated and recorded days: package phoneday, docs/battery.md.
//
// A Machine is for one goroutine at a time.
package plan
