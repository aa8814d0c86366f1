package offerkit

import "time"

// sameClock is how far two clocks may be apart without anybody minding.
const sameClock = 5 * time.Second

// compare learns by how much this device's clock is wrong, from the server's. People who are nobody real have a clock of
// their own.
func (k *Kit) compare(server int64) {
	k.stats.SkewMillis = k.clock.UnixMillis() - server
	if k.cfg.Simulated || within(k.stats.SkewMillis, k.mem.Skew) {
		return // small changes would turn the order of positions
	}
	k.mem.Skew = k.stats.SkewMillis
	if within(k.mem.Skew, 0) {
		k.mem.Skew = 0
	}
}

func within(a, b int64) bool { return time.Duration(max(a-b, b-a))*time.Millisecond <= sameClock }

// measured is the time of a fix by this device's clock. Satellites tell the time by themselves, so that with a wrong clock
// a new fix looks old, or lies in the future.
func (k *Kit) measured(at int64) int64 {
	now := k.clock.UnixMillis()
	if right := at + k.mem.Skew; max(now-right, right-now) < max(now-at, at-now) {
		at = right
	}
	return min(at, now)
}

// right is a time of this device's clock by the server's.
func (k *Kit) right(at int64) int64 { return at - k.mem.Skew }
