package buffer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flaneur-io/flaneur/wire"
)

var start = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// fixAt is the i-th position of a straight walk, 10 m and 8 s apart, as exact as the wire has it.
func fixAt(i int) wire.Fix {
	return wire.Fix{Lat: 52.5 + float64(i)/10000, Lon: 13.4, Accuracy: 8.5, Speed: 1.25, Course: -1, At: start.Add(time.Duration(i) * 8 * time.Second).UnixMilli()}
}

func open(t testing.TB, dir string, limit int) *Buffer {
	t.Helper()
	b, err := Open(dir, [32]byte{1}, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func fill(t testing.TB, b *Buffer, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := b.Append(fixAt(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func times(records []Record) (out []int64) {
	for _, r := range records {
		out = append(out, (r.Fix.At-start.UnixMilli())/8000)
	}
	return out
}

// The process may end at any moment: nothing is closed in between.
func TestSurvivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 5000)
	fill(t, b, 0, 700)
	if err := b.Remove(b.Peek(nil, 300)[299].ID); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, 5000)
	if b.Len() != 400 || b.Damaged() != 0 {
		t.Fatalf("%d records, %d damaged", b.Len(), b.Damaged())
	}
	fill(t, b, 700, 710)
	b = open(t, dir, 5000)
	got := b.Peek(nil, 1000)
	if len(got) != 410 || got[0].Fix != fixAt(300) || got[409].Fix != fixAt(709) || got[409].ID != 710 {
		t.Fatalf("%d records, the first %+v, the last %+v", len(got), got[0], got[len(got)-1])
	}
	if err := b.Remove(got[409].ID); err != nil {
		t.Fatal(err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) > 0 {
		t.Errorf("all was answered, and %v is left", names)
	}
}

// A folder may have any name.
func TestStrangeFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[app] *")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	fill(t, open(t, dir, 100), 0, 3)
	if n := open(t, dir, 100).Len(); n != 3 {
		t.Errorf("%d positions wait", n)
	}
}

// A number is never used twice, or an answer to the first would take the second along.
func TestNumbersGoOn(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 100)
	fill(t, b, 0, 10)
	if err := b.Remove(4); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, 100)
	fill(t, b, 10, 11)
	if last := b.Peek(nil, 100)[6]; last.ID != 11 || last.Fix != fixAt(10) {
		t.Errorf("the record after a start is %+v", last)
	}
}

func TestEmptyLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 1000)
	fill(t, b, 0, 600)
	if err := b.Empty(); err != nil {
		t.Fatal(err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) > 0 || b.Len() > 0 {
		t.Errorf("%v and %d records are left", names, b.Len())
	}
	fill(t, b, 600, 601)
	if b = open(t, dir, 1000); b.Len() != 1 {
		t.Errorf("%d records", b.Len())
	}
}

// A kill between thinning and the end of the files before it leaves records twice; they are there once.
func TestKilledWhileThinning(t *testing.T) {
	dir, before := t.TempDir(), t.TempDir()
	b := open(t, dir, 16)
	fill(t, b, 0, 16)
	if err := os.CopyFS(before, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	fill(t, b, 16, 17)
	if err := os.CopyFS(dir, os.DirFS(before)); err != nil {
		t.Fatal(err)
	}
	got := open(t, dir, 100).Peek(nil, 100)
	if want := 17; len(got) != want {
		t.Errorf("%d records, want %d", len(got), want)
	}
	for i := 1; i < len(got); i++ {
		if got[i].ID <= got[i-1].ID {
			t.Errorf("number %d after %d", got[i].ID, got[i-1].ID)
		}
	}
}

// Nor is a number used again when the file of those before it is damaged from end to end.
func TestNumbersGoOnAfterDamage(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 1000)
	fill(t, b, 0, perFile+10)
	if err := b.Remove(perFile); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, nameOf(perFile+1)), []byte("noise"), 0o600); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, 1000)
	fill(t, b, 0, 1)
	if got := b.Peek(nil, 2); len(got) != 1 || got[0].ID <= perFile {
		t.Errorf("%+v", got)
	}
}

// What could not be written whole, on a full disk, does not outlive a withdrawal.
func TestNoHalfFileStays(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 8)
	fill(t, b, 0, 8)
	if err := os.MkdirAll(filepath.Join(dir, thinnedName(b.next), "full"), 0o700); err != nil { // it can't be replaced
		t.Fatal(err)
	}
	if err := b.Append(fixAt(8)); err == nil {
		t.Fatal("no error")
	}
	if err := b.Empty(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*"+unfinished)); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

// A file that the disk did not let go of is tried again.
func TestEmptyAgain(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 8)
	fill(t, b, 0, 3)
	path := b.files[0].path
	for _, step := range []error{os.Remove(path), os.MkdirAll(filepath.Join(path, "full"), 0o700)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if b.Empty() == nil {
		t.Fatal("no error")
	}
	if err := os.Remove(filepath.Join(path, "full")); err != nil {
		t.Fatal(err)
	}
	if err := b.Empty(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

// A kill while a file is written leaves half of it, which no withdrawal would find.
func TestHalfAFile(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, thinnedName(7)+unfinished)
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b := open(t, dir, 100); b.Len() != 0 {
		t.Errorf("%d records", b.Len())
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("it is still there")
	}
}

func TestSealed(t *testing.T) {
	dir := t.TempDir()
	fill(t, open(t, dir, 100), 0, 1)
	b, err := Open(dir, [32]byte{2}, 100)
	if err != nil {
		t.Fatal(err)
	}
	if b.Len() != 0 || b.Damaged() != 1 {
		t.Errorf("with another key: %d records, %d damaged", b.Len(), b.Damaged())
	}
}

// A full buffer keeps the ends, the stop and the corner.
func TestThinning(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, 400)
	corner := 100
	for i := range 401 {
		f := fixAt(i)
		if i > corner {
			f.Lat, f.Lon = fixAt(corner).Lat, 13.4+float64(i-corner)/6000
		}
		if i > 200 {
			f.At += 3_600_000 // they stayed an hour
		}
		if err := b.Append(f); err != nil {
			t.Fatal(err)
		}
	}
	if b.Len() != 301 || b.Dropped() != 100 {
		t.Fatalf("%d records are left, %d dropped", b.Len(), b.Dropped())
	}
	again := open(t, dir, 400)
	if ids := func(b *Buffer) (out []uint64) {
		for _, r := range b.Peek(nil, 1000) {
			out = append(out, r.ID)
		}
		return out
	}; !slices.Equal(ids(again), ids(b)) {
		t.Error("the files hold something else")
	}
	at := times(b.Peek(nil, 1000))
	for _, must := range []int64{0, int64(corner), 200, 201 + 450, 400 + 450} {
		if !slices.Contains(at, must) {
			t.Errorf("position %d is gone", must)
		}
	}
}

func TestBounded(t *testing.T) {
	b := open(t, t.TempDir(), 50)
	fill(t, b, 0, 3000)
	if b.Len() > 50 || int64(b.Len())+b.Dropped() != 3000 {
		t.Errorf("%d kept, %d dropped", b.Len(), b.Dropped())
	}
	if names, _ := filepath.Glob(filepath.Join(b.dir, "*")); len(names) > 3 {
		t.Errorf("%d files for 50 records", len(names))
	}
}

// A file that ends anywhere loses at most the record in which it ends.
func TestCutAtEveryByte(t *testing.T) {
	const n = 8
	dir := t.TempDir()
	fill(t, open(t, dir, 100), 0, n)
	raw, err := os.ReadFile(filepath.Join(dir, nameOf(1)))
	if err != nil {
		t.Fatal(err)
	}
	size := len(raw) / n
	for cut := range len(raw) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, nameOf(1)), raw[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, dir, 100)
		if b.Len() != cut/size {
			t.Fatalf("cut at %d of %d: %d records", cut, len(raw), b.Len())
		}
		if err := b.Append(fixAt(20)); err != nil {
			t.Fatal(err)
		}
		if b = open(t, dir, 100); b.Len() != cut/size+1 {
			t.Fatalf("cut at %d: %d records after one more", cut, b.Len())
		}
	}
}

// A changed byte loses one record.
func TestDamage(t *testing.T) {
	const n = 20
	dir := filepath.Join(t.TempDir(), "buffer")
	rapid.Check(t, func(t *rapid.T) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		b, err := Open(dir, [32]byte{1}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if err := b.Append(fixAt(i)); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(dir, nameOf(1))
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		hit := map[int]bool{}
		for range rapid.IntRange(1, 4).Draw(t, "damages") {
			at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
			raw[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
			hit[at/(len(raw)/n)] = true
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err = Open(dir, [32]byte{1}, 100); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = b.Close() }()
		if b.Len() < n-len(hit) || b.Len() > n {
			t.Errorf("%d records of %d, damaged were %d", b.Len(), n, len(hit))
		}
		for _, r := range b.Peek(nil, n) {
			if r.Fix != fixAt(int(r.ID)-1) {
				t.Errorf("%+v was never put in", r)
			}
		}
	})
}

// Whatever stands before and after them, whole records are found.
func FuzzScan(f *testing.F) {
	b := open(f, f.TempDir(), 100)
	var whole []byte
	for i := range 3 {
		var err error
		if whole, err = b.encode(whole, entry{id: uint64(i) + 1, fix: fixAt(i)}); err != nil {
			f.Fatal(err)
		}
	}
	f.Add([]byte(mark), []byte(mark+"\x01"))
	f.Add(whole[:50], whole[len(whole)-50:])
	f.Add([]byte{}, append([]byte(mark), whole...))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		found := map[uint64]bool{}
		damaged := b.scan(slices.Concat(before, whole, after), func(e entry) { found[e.id] = true })
		if !found[1] || !found[2] || !found[3] {
			t.Errorf("found only %v", found)
		}
		if damaged == 0 && len(found) == 3 && len(before) > 0 && before[0] != mark[0] {
			t.Error("damage was not counted")
		}
	})
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	fill(f, open(f, dir, 100), 0, 3)
	raw, err := os.ReadFile(filepath.Join(dir, nameOf(1)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[10:])
	f.Add([]byte(mark))
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, nameOf(1)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, dir, 100)
		n := b.Len()
		if err := b.Append(fixAt(9)); err != nil {
			t.Fatal(err)
		}
		if again := open(t, dir, 100); again.Len() != n+1 {
			t.Errorf("%d records, then %d", n, again.Len())
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	buf := open(b, b.TempDir(), 100_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := buf.Append(fixAt(i)); err != nil {
			b.Fatal(err)
		}
		if i++; i%100 == 0 {
			if err := buf.Remove(buf.Peek(nil, 100)[99].ID); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func ExampleBuffer() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var key [32]byte // from the phone's keystore
	b, err := Open(dir, key, 5000)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = b.Append(wire.Fix{Lat: 52.52, Lon: 13.405, Accuracy: 8, Speed: -1, Course: -1, At: 1767225600000})
	waiting := b.Peek(nil, wire.MaxFixes)
	fmt.Println(len(waiting), waiting[0].ID)
	_ = b.Remove(waiting[0].ID) // the server has answered
	fmt.Println(b.Len())
	// Output:
	// 1 1
	// 0
}
