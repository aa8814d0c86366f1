package affect

import (
	"testing"

	"github.com/flaneur-io/flaneur/simulator/wearer"
)

// study writes the recordings of invented people and returns the folder.
func study(t testing.TB, people int) string {
	t.Helper()
	dir := t.TempDir()
	if err := (wearer.Study{Seed: 7, People: people}).WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// studied reads what study wrote.
func studied(t testing.TB, people int) []Recording {
	t.Helper()
	out, notices, err := Read(study(t, people))
	if err != nil || len(notices) > 0 {
		t.Fatal(notices, err)
	}
	return out
}
