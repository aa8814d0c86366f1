package eval_test

import (
	"math"
	"testing"

	"github.com/flaneur-io/flaneur/internal/eval"
)

// Values by scikit-learn 1.7 (accuracy_score, f1_score macro, balanced_accuracy_score, log_loss, roc_auc_score), and by hand.
func TestMetrics(t *testing.T) {
	gs := []eval.Guess{
		{P: []float64{0.7, 0.2, 0.1}, Truth: 0},
		{P: []float64{0.2, 0.5, 0.3}, Truth: 1},
		{P: []float64{0.1, 0.3, 0.6}, Truth: 1},
		{P: []float64{0.25, 0.25, 0.5}, Truth: 2},
		{P: []float64{0.8, 0.1, 0.1}, Truth: 2},
	}
	score, truth := []float64{0.1, 0.4, 0.35, 0.8, 0.4}, []bool{false, false, true, true, true}
	a, b := []float64{1, 2, 3, 4}, []float64{1.5, 2, 2.5, 5}
	for name, c := range map[string][2]float64{
		"accuracy":          {eval.Accuracy(gs), 0.6},
		"macro-F1":          {eval.MacroF1(gs), (2.0/3 + 2.0/3 + 0.5) / 3},
		"balanced accuracy": {eval.BalancedAccuracy(gs), (1 + 0.5 + 0.5) / 3},
		"log loss":          {eval.LogLoss(gs), -(math.Log(0.7) + math.Log(0.5) + math.Log(0.3) + math.Log(0.5) + math.Log(0.1)) / 5},
		"Brier":             {eval.Brier(gs), (0.14 + 0.38 + 0.86 + 0.375 + 1.46) / 5},
		// bins: [0.5,0.6): 0.5, 0.5 both hit; [0.6,0.7): 0.6 missed; [0.7,0.8): 0.7 hit; [0.8,0.9): 0.8 missed
		"ECE":         {eval.ECE(gs), (2*0.5 + 0.6 + 0.3 + 0.8) / 5},
		"AUC":         {eval.AUC(score, truth), (0.5 + 1 + 1 + 1 + 0 + 1) / 6},
		"CCC":         {eval.CCC(a, b), 2 * 1.375 / (1.25 + 1.8125 + 0.0625)},
		"correlation": {eval.Correlation(a, b), 1.375 / math.Sqrt(1.25*1.8125)},
		"MAE":         {eval.MAE(a, b), 0.5},
		"RMSE":        {eval.RMSE(a, b), math.Sqrt(1.5 / 4)},
	} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, c[0], c[1])
		}
	}
}

func TestCoverageIsOfTheSurest(t *testing.T) {
	gs := []eval.Guess{{P: []float64{0.55, 0.45}, Truth: 1}, {P: []float64{0.05, 0.95}, Truth: 1}, {P: []float64{0.8, 0.2}, Truth: 0}, {P: []float64{0.6, 0.4}, Truth: 1}}
	got := eval.Coverage(gs, 0.5, 0.75, 1)
	for i, want := range []float64{1, 2.0 / 3, 0.5} {
		if math.Abs(float64(got[i].Accuracy)-want) > 1e-12 {
			t.Errorf("accuracy at %v is %v, want %v", got[i].Coverage, got[i].Accuracy, want)
		}
	}
}

func TestBootstrapDrawsGroups(t *testing.T) {
	people := []float64{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	mean := func(drawn []int) (sum float64) {
		for _, i := range drawn {
			sum += people[i] / float64(len(drawn))
		}
		return sum
	}
	got := eval.Bootstrap(len(people), 1, mean)
	// binomial: sd sqrt(.25/10) = .158, so about .5 ± .31
	if math.Abs(float64(got.Low)-0.2) > 0.11 || math.Abs(float64(got.High)-0.8) > 0.11 || got != eval.Bootstrap(len(people), 1, mean) {
		t.Errorf("interval %+v", got)
	}
}
