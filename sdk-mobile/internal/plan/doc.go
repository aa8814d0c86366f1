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
// without offers, and wakes on the last metres before one. Presets bound that time; a low battery and the system's power
// saving stretch it.
//
// A Machine is for one goroutine at a time.
package plan
