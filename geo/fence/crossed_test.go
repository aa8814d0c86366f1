package fence_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/fence"
)

// passedOnce reads off a whole track whether its way passes through a reach once, between fixes i-1 and i, and keeps well
// away from it otherwise.
func passedOnce(fixes []geo.Fix, i int, r geo.Region) bool {
	const away = 150.0
	for k := range fixes {
		if r.SignedDistance(fixes[k].Point) < away || k > 0 && k != i && geo.Crosses(r, fixes[k-1].Point, fixes[k].Point) {
			return false
		}
	}
	return true
}

// A taxi that tells its position once a minute passes through reaches in between: each tells one crossing and nothing
// else, with jitter as without, and the naive test never sees one.
func TestTracksCrossed(t *testing.T) {
	root, path := os.Getenv("FLANEUR_TESTDATA"), filepath.Join("testdata", "taxi.csv")
	if root != "" {
		path = filepath.Join(root, "tracks/cabs_sf/aiwalb.csv.gz")
	}
	const seeds = 5
	wanted, seen, surplus := map[float64]int{}, map[float64]int{}, map[float64]int{}
	list := scenes("taxi", readTrack(t, path), 3*time.Minute)
	for n, s := range list[:min(len(list), 60)] {
		for i := 1; i < len(s.fixes); i++ {
			a, b := s.fixes[i-1], s.fixes[i]
			if way := geo.Distance(a.Point, b.Point); way < 620 || way > 3000 || b.Time.Sub(a.Time) > 100*time.Second || way > 60*b.Time.Sub(a.Time).Seconds() {
				continue
			}
			r, err := geo.NewCircle(geo.Destination(a.Point, geo.Bearing(a.Point, b.Point), geo.Distance(a.Point, b.Point)/2), 150)
			if err != nil {
				t.Fatal(err)
			}
			if !passedOnce(s.fixes, i, r) {
				continue
			}
			for _, sigma := range []float64{0, 5, 20, 50} {
				for seed := range uint64(seeds) {
					wanted[sigma]++
					for _, e := range track(jittered(s.fixes, sigma, rand.New(rand.NewPCG(seed, uint64(n)))), r) {
						if e.kind == fence.Crossed && e.at.Equal(b.Time) {
							seen[sigma]++
						} else {
							surplus[sigma]++
						}
					}
				}
			}
		}
	}
	for _, sigma := range []float64{0, 5, 20, 50} {
		t.Logf("%g m: %d crossings, %d told, %d surplus events", sigma, wanted[sigma], seen[sigma], surplus[sigma])
		missed := wanted[sigma] - seen[sigma]
		if wanted[sigma] == 0 || surplus[sigma] > 0 || sigma <= 20 && missed > 0 || missed > wanted[sigma]/10 {
			t.Errorf("%g m: %d of %d crossings missed, %d surplus events", sigma, missed, wanted[sigma], surplus[sigma])
		}
	}
}
