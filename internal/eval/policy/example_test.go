package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/flaneur-io/flaneur/internal/eval/policy"
)

func Example() {
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	name := filepath.Join(dir, "log.csv")
	text := "propensity,reward,target_always\n" + strings.Repeat("0.5,1,1\n0.5,0,0\n", 500)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	r, err := policy.Evaluate(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.2f, logged %.2f\n", r.Policies[0].Name, r.Policies[0].SNIPS.Value, r.Logged.Value)
	// Output: always: 1.00, logged 0.50
}
