package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/flaneur-io/flaneur/internal/api"
)

func TestATornLineOfTheJournalIsWrittenOver(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	note := func(seq int64) {
		t.Helper()
		if err := appendJournal(file, &api.OfflineRedemption{TillSeq: seq, Token: "FL1"}); err != nil {
			t.Fatal(err)
		}
	}
	note(1)
	note(2)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for cut := wholeLines(data[:len(data)-1]); cut < len(data); cut++ { // in the middle of the second line, and before it
		if err := os.WriteFile(file, data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := readJournal(file)
		if err != nil || len(list) != 1 {
			t.Fatalf("cut at %d: %d, %v", cut, len(list), err)
		}
		note(3)
		if list, err = readJournal(file); err != nil || len(list) != 2 || list[1].TillSeq != 3 {
			t.Fatalf("cut at %d: %+v, %v", cut, list, err)
		}
	}
}
