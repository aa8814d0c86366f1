package mood_test

import (
	"math"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/mood"
)

// TestNextReport: a report moves what is expected of the next towards itself and makes it surer; time undoes both.
func TestNextReport(t *testing.T) {
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	var e mood.Estimator
	v0, var0, a0, _ := e.NextReport(at)
	e.Observe(mood.Affect{Valence: -0.8, Arousal: 0.9, Confidence: 1, Source: mood.SelfReport, At: at})
	v1, var1, a1, _ := e.NextReport(at.Add(time.Minute))
	v2, var2, a2, _ := e.NextReport(at.Add(24 * time.Hour))
	if !(v1 < v2 && v2 < v0 && a0 < a2 && a2 < a1) {
		t.Errorf("means %.2f %.2f, after a report %.2f %.2f, a day later %.2f %.2f", v0, a0, v1, a1, v2, a2)
	}
	if !(var1 < var2) || math.IsNaN(var0) || var0 <= 0 {
		t.Errorf("variances %.3f, %.3f, %.3f", var0, var1, var2)
	}
}
