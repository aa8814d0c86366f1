package phoneday

// The energy model. It counts what a client's decisions cost beyond a phone that does nothing: receiver, scans, radio.
//
// Satellites: Android turns the receiver off between positions that are more than 10 s apart, reckons 5 s to a position
// from a warm start, and gives up after 60 s (AOSP, GnssLocationProvider: GPS_POLLING_THRESHOLD_INTERVAL,
// NO_FIX_TIMEOUT). 143 mW while it searches: Carroll & Heiser, An Analysis of Power Consumption in a Smartphone, USENIX
// ATC 2010, internal antenna.
//
// Radio: LTE promotion 260 ms at 1211 mW, then a tail of 11.6 s at 1060 mW after the last byte, the same whether one
// position or a hundred went out: Huang et al., A Close Examination of Performance and Power Characteristics of 4G LTE
// Networks, MobiSys 2012.
//
// Networks (Wi-Fi, cells): one scan of a second at 500 mW. That is an assumption; phones share scans between apps.
const (
	gpsWarm    = 5.0  // seconds to a position
	gpsCold    = 30.0 // seconds after more than gpsFresh without one
	gpsFresh   = 4 * 3600.0
	gpsGiveUp  = 60.0
	gpsWatts   = 0.143
	scanJoules = 0.5

	promotionSeconds = 0.26
	promotionWatts   = 1.211
	tailSeconds      = 11.6
	tailWatts        = 1.060

	// Bytes beside the positions, both ways: TCP, TLS 1.3 and HTTP headers of a connection that is opened, and of a
	// request on an open one. Assumptions, near what a packet capture of a small API call shows.
	connectBytes = 5000
	requestBytes = 600

	batteryJoules = 4 * 3.85 * 3600 // 4,000 mAh at 3.85 V
)

// Cost is what a day cost.
type Cost struct {
	GPS     float64 // seconds that the satellite receiver was on
	Fixes   int     // positions that the client got
	Scans   int     // of networks
	Wakeups int     // of the radio
	Radio   float64 // seconds out of its idle state
	Bytes   int
	Kept    int // positions that went into the queue
	Sent    int // and out of it, repeated ones too
}

// Joules is the energy of it all.
func (c Cost) Joules() float64 {
	return c.GPS*gpsWatts + float64(c.Scans)*scanJoules +
		float64(c.Wakeups)*promotionSeconds*promotionWatts + c.Radio*tailWatts
}

// Battery is the share of a battery of 4,000 mAh, in percent.
func (c Cost) Battery() float64 { return 100 * c.Joules() / batteryJoules }

func (c *Cost) add(o Cost) {
	c.GPS, c.Radio = c.GPS+o.GPS, c.Radio+o.Radio
	c.Fixes, c.Scans, c.Wakeups = c.Fixes+o.Fixes, c.Scans+o.Scans, c.Wakeups+o.Wakeups
	c.Bytes, c.Kept, c.Sent = c.Bytes+o.Bytes, c.Kept+o.Kept, c.Sent+o.Sent
}
