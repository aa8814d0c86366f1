package httpapi

import (
	"fmt"
	"hash/maphash"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// limit is a token bucket: perSecond requests in the long run, burst at once. The zero limit is none.
type limit struct {
	perSecond, burst float64
}

// The limits. Test keys and simulated people have none.
var (
	keyLimit    = limit{perSecond: 200, burst: 1000}
	tillLimit   = limit{perSecond: 20, burst: 200} // of one place; a code has 45 bits, and nobody is to guess one
	personLimit = limit{perSecond: 10, burst: 100}
)

// maxBuckets bounds the memory for callers: beyond, those who have been quiet are forgotten first.
const maxBuckets = 1 << 16

// rates holds a bucket for every caller who was here lately, under a hash that names nobody.
type rates struct {
	mu      sync.Mutex
	seed    maphash.Seed
	buckets map[uint64]*bucket
}

type bucket struct {
	limit
	tokens float64
	at     time.Time
}

// take counts a request and tells the caller how many are left, or answers a rate_limited fault.
func (r *rates) take(c *call, now time.Time, head http.Header) error {
	l := c.limit()
	if l.burst == 0 {
		return nil
	}
	r.mu.Lock()
	b := r.bucket(c.scope, l, now)
	b.refill(now)
	taken := b.tokens >= 1
	if taken {
		b.tokens--
	}
	left := b.tokens
	r.mu.Unlock()
	// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
	window := int(math.Ceil(l.burst / l.perSecond))
	head.Set("RateLimit-Policy", fmt.Sprintf(`"default";q=%d;w=%d`, int(l.burst), window))
	head.Set("RateLimit", fmt.Sprintf(`"default";r=%d;t=%d`, int(left), int(math.Ceil((l.burst-left)/l.perSecond))))
	if taken {
		return nil
	}
	wait := time.Duration((1 - left) / l.perSecond * float64(time.Second))
	return fault.New(fault.RateLimited, fault.CodeRateLimited, "Slow down: %g requests a second are allowed.", l.perSecond).WithRetry(wait)
}

func (r *rates) bucket(scope string, l limit, now time.Time) *bucket {
	if r.buckets == nil {
		r.seed, r.buckets = maphash.MakeSeed(), make(map[uint64]*bucket)
	}
	key := maphash.String(r.seed, scope)
	if b, ok := r.buckets[key]; ok {
		return b
	}
	if len(r.buckets) >= maxBuckets {
		r.sweep(now)
	}
	b := &bucket{limit: l, tokens: l.burst, at: now}
	r.buckets[key] = b
	return b
}

// sweep forgets full buckets, which say nothing, and if that is not enough any others.
func (r *rates) sweep(now time.Time) {
	for key, b := range r.buckets {
		if b.refill(now); b.tokens == b.burst {
			delete(r.buckets, key)
		}
	}
	for key := range r.buckets {
		if len(r.buckets) < maxBuckets/2 {
			return
		}
		delete(r.buckets, key)
	}
}

func (b *bucket) refill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.burst, b.tokens+d.Seconds()*b.perSecond)
		b.at = now
	}
}
