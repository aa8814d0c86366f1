package offerkit

import "time"

// Hurry lets a kit try again soon: tests need not wait for a phone's patience.
func (c *Config) Hurry() {
	c.pause = &pace{first: time.Millisecond, most: 20 * time.Millisecond, patience: time.Minute}
}

// Push takes an offer as if it came over the socket.
var Push = (*Kit).pushed
