package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

func openB(b *testing.B) *store.Store {
	b.Helper()
	s, err := store.Open(b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func users(b *testing.B, s *store.Store, n int) []id.User {
	b.Helper()
	us := make([]id.User, n)
	for i := range us {
		us[i] = id.NewUser("0")
		if err := s.CreateUser(b.Context(), us[i], store.Record{Name: "profile", Value: make([]byte, 300)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	return us
}

func BenchmarkPutBatchOfPlaces(b *testing.B) {
	s := openB(b)
	n := 0
	for b.Loop() {
		puts := make([]store.Put, 1000)
		for i := range puts {
			n++
			it := item(store.Place, fmt.Sprintf("plc_%d", n), "0123456789012345678901234567890123456789")
			it.ExternalID = it.ID
			it.Point = &geo.Point{Lat: 40 + float64(n%997)/1000, Lon: -74 + float64(n%991)/1000}
			puts[i].Item = it
		}
		if _, err := s.PutBatch(b.Context(), puts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
}

func BenchmarkPut(b *testing.B) {
	s := openB(b)
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Put(b.Context(), item(store.Offer, fmt.Sprintf("off_%d", n.Add(1)), "v"), 0); err != nil {
				b.Error(err)
			}
		}
	})
}

func benchmarkWrite(b *testing.B, name string, size int) {
	s := openB(b)
	us := users(b, s, 64)
	var next atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		u := us[int(next.Add(1))%len(us)]
		value := make([]byte, size)
		var rev store.Rev
		mine := name + id.New("x")
		for pb.Next() {
			var err error
			if rev, err = s.WriteUser(b.Context(), u, mine, value, rev); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkWriteUserState(b *testing.B)   { benchmarkWrite(b, "delivery/", 1000) }
func BenchmarkWriteUserDurable(b *testing.B) { benchmarkWrite(b, "purchase/", 300) }

func BenchmarkReadUser(b *testing.B) {
	s := openB(b)
	us := users(b, s, 64)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, _, err := s.ReadUser(b.Context(), us[i%len(us)], "profile"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClaim(b *testing.B) {
	for _, claimers := range []int{1, 64} {
		b.Run(fmt.Sprintf("claimers=%d", claimers), func(b *testing.B) {
			s := openB(b)
			us := users(b, s, 64)
			b.SetParallelism(max(1, claimers/4))
			work := func(pb *testing.PB) {
				for pb.Next() {
					red := id.Redemption(id.New(id.PrefixRedemption))
					if _, err := s.Claim(b.Context(), taking("off_a", us[int(red[5])%len(us)], red, 0, 0)); err != nil {
						b.Error(err)
					}
				}
			}
			if claimers == 1 {
				for b.Loop() {
					red := id.Redemption(id.New(id.PrefixRedemption))
					if _, err := s.Claim(b.Context(), taking("off_a", us[0], red, 0, 0)); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(work)
		})
	}
}

func BenchmarkNearest(b *testing.B) {
	s, err := store.OpenMemory(store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	scatter(b, s, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Nearest(b.Context(), "live", geo.Point{Lat: 50, Lon: 8}, 10, func(store.Item, float64) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkErase(b *testing.B) {
	s := openB(b)
	us := users(b, s, b.N)
	for i := range b.N {
		if _, err := s.EraseUser(b.Context(), us[i]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	scatter(b, s, 100_000)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
