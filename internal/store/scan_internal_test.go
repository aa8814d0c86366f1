package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func entry(key, payload string) []byte {
	value := envelope{rev: 7, payload: payload}.encode(key)
	return fmt.Appendf(nil, "*3\r\n$3\r\nset\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(key), key, len(value), value)
}

func TestScanFindsWhatIsGood(t *testing.T) {
	a, b := entry("i/live/offer/a", "one"), entry("i/live/offer/b", "two")
	gone := []byte("*2\r\n$3\r\ndel\r\n$14\r\ni/live/offer/a\r\n")
	zeros := make([]byte, 100)
	for name, c := range map[string]struct {
		log         []byte
		keys        string
		cut, broken int
		start       int64 // of the fault
	}{
		"empty":              {nil, "", 0, 0, 0},
		"sound":              {cat(a, b, gone), "a b -a", 0, 0, 0},
		"cut":                {cat(a, b[:20]), "a", 1, 0, int64(len(a))},
		"zeros at the end":   {cat(a, zeros), "a", 1, 0, int64(len(a))},
		"zeros in between":   {cat(a, zeros, b), "a b", 0, 1, int64(len(a))},
		"only zeros":         {zeros, "", 1, 0, 0},
		"garbage at the end": {cat(a, []byte("what")), "a", 0, 1, int64(len(a))},
		"garbage before":     {cat([]byte("\xff*3\r\n"), a), "a", 0, 1, 0},
		"length too long":    {cat(bytes.Replace(a, []byte("$14"), []byte("$94"), 1), b), "b", 0, 1, 0},
		"length absurd":      {cat([]byte("*3\r\n$9999999999\r\n"), a), "a", 0, 1, 0},
		"empty command":      {cat([]byte("*2\r\n$0\r\n\r\n$1\r\na\r\n"), a), "a", 0, 1, 0},
		"flushdb":            {cat([]byte("*1\r\n$7\r\nflushdb\r\n"), a), "a", 0, 1, 0},
		"value changed":      {cat(bytes.Replace(a, []byte("one"), []byte("0ne"), 1), b), "b", 0, 1, 0},
		"key changed":        {cat(bytes.Replace(a, []byte("offer/a"), []byte("offer/z"), 1), b), "b", 0, 1, 0},
		"foreign key":        {cat(entry("k/usr_0_a", "x"), b), "b", 0, 1, 0},
		"expiry invented":    {cat(bytes.Replace(bytes.Replace(a, []byte("*3"), []byte("*5"), 1), []byte("one\r\n"), []byte("one\r\n$2\r\nae\r\n$10\r\n1900000000\r\n"), 1), b), "b", 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			res, err := scan(coreFile, bytes.NewReader(c.log), int64(len(c.log)), func(c command, _ envelope) {
				sign := ""
				if !c.set {
					sign = "-"
				}
				keys = append(keys, sign+c.key[strings.LastIndex(c.key, "/")+1:])
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(keys, " "); got != c.keys || len(res.cut) != c.cut || len(res.broken) != c.broken {
				t.Fatalf("keys %q, cut %+v, broken %+v", got, res.cut, res.broken)
			}
			if faults := slices.Concat(res.cut, res.broken); len(faults) > 0 && faults[0].Offset != c.start {
				t.Errorf("fault at %d, want %d", faults[0].Offset, c.start)
			}
		})
	}
}

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// Whatever the bytes: no panic, and what is called good is good when read alone.
func FuzzScan(f *testing.F) {
	a, b := entry("i/live/offer/a", "one"), entry("u/usr_0_a/profile", "two")
	f.Add(cat(a, b))
	f.Add(cat(a, b[:9], a))
	f.Add(cat(make([]byte, 9), a, []byte("*2\r\n$3\r\ndel\r\n$3\r\nc/x\r\n")))
	f.Fuzz(func(t *testing.T, log []byte) {
		res, err := scan(coreFile, bytes.NewReader(log), int64(len(log)), func(command, envelope) {})
		if err != nil {
			t.Fatal(err)
		}
		var good []byte
		for _, s := range res.good {
			good = append(good, log[s.start:s.end]...)
		}
		again, err := scan(coreFile, bytes.NewReader(good), int64(len(good)), func(command, envelope) {})
		if err != nil || len(again.cut)+len(again.broken) > 0 {
			t.Fatalf("%v %+v", err, again)
		}
		if len(res.cut)+len(res.broken) == 0 && !bytes.Equal(good, log) {
			t.Fatal("something was passed over in silence")
		}
	})
}

func FuzzDecodeItem(f *testing.F) {
	it := Item{Scope: "m", ExternalID: "e", Cells: nil, Value: []byte("v")}
	f.Add(string(it.encode()))
	f.Fuzz(func(t *testing.T, payload string) {
		it, err := decodeItem("i/live/place/a", envelope{payload: payload})
		if err != nil {
			return
		}
		again, err := decodeItem("i/live/place/a", envelope{payload: string(it.encode())})
		if err != nil || again.ExternalID != it.ExternalID || string(again.Value) != string(it.Value) || len(again.Cells) != len(it.Cells) {
			t.Fatalf("%v: %+v, %+v", err, it, again)
		}
	})
}
