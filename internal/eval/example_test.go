package eval_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/internal/eval"
)

func Example() {
	guesses := []eval.Guess{{P: []float64{0.9, 0.1}, Truth: 0}, {P: []float64{0.3, 0.7}, Truth: 1}, {P: []float64{0.6, 0.4}, Truth: 1}}
	fmt.Printf("accuracy %.2f, macro-F1 %.2f\n", eval.Accuracy(guesses), eval.MacroF1(guesses))
	// Output: accuracy 0.67, macro-F1 0.67
}
