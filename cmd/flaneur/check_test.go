package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const scenarioFolder = "../../simulator/scenarios"

// TestScenarios plays every scenario of the repository.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scenarioFolder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			r := checkFile(t.Context(), file)
			if r.err != nil {
				t.Fatal(r.err)
			}
			if !r.Passed {
				var text strings.Builder
				if err := r.WriteText(&text, filepath.Base(file), false); err != nil {
					t.Fatal(err)
				}
				t.Error("\n" + text.String())
			}
		})
	}
}

// TestEveryRuleHasItsScenario holds the table of docs/scenarios.md and the folder together.
func TestEveryRuleHasItsScenario(t *testing.T) {
	doc, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(doc), "## Rules and their files\n")
	if !ok {
		t.Fatal("docs/scenarios.md has no table of rules")
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z0-9-]+\\.yaml)`").FindAllStringSubmatch(table, -1) {
		listed[m[1]] = true
		if _, err := os.Stat(filepath.Join(scenarioFolder, m[1])); err != nil {
			t.Errorf("the table lists %s: %v", m[1], err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(scenarioFolder, "*.yaml"))
	for _, file := range files {
		if name := filepath.Base(file); !listed[name] {
			t.Errorf("%s is in no row of the table in docs/scenarios.md", name)
		}
	}
}

// TestTheExampleOfTheDocsHolds plays the first example of docs/scenarios.md.
func TestTheExampleOfTheDocsHolds(t *testing.T) {
	doc, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(name:.*?)```").FindAllStringSubmatch(string(doc), -1)
	if len(blocks) == 0 {
		t.Fatal("there is no example")
	}
	for i, block := range slices.All(blocks) {
		file := filepath.Join(t.TempDir(), "example.yaml")
		if err := os.WriteFile(file, []byte(block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := checkFile(t.Context(), file); !r.Passed {
			t.Errorf("example %d: %v, %+v", i+1, r.err, r.Checks)
		}
	}
}
