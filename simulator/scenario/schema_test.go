package scenario_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/simulator/scenario"
)

func TestTheSchemaInDocsIsThatOfTheFormat(t *testing.T) {
	doc, err := os.ReadFile("../../docs/scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(doc), string(scenario.Schema())); diff != "" {
		t.Errorf("run: flaneur check --schema > docs/scenario.schema.json\n%s", diff)
	}
}
