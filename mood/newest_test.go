package mood_test

import (
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
)

func TestNewest(t *testing.T) {
	var e mood.Estimator
	if at := e.Newest(); !at.IsZero() {
		t.Errorf("of nothing: %v", at)
	}
	now := time.UnixMilli(1_780_000_000_123)
	for _, at := range []time.Time{now.Add(-time.Hour), now, now.Add(-time.Minute)} {
		e.Observe(mood.Affect{Valence: 0.1, Confidence: 1, Source: mood.SelfReport, At: at})
	}
	if at := e.Newest(); !at.Equal(now) {
		t.Errorf("newest %v, want %v", at, now)
	}
}
