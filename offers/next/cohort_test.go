package next

import (
	"testing"
	"time"
)

// A place where fewer people were than the cohort ranks as its twin next door where nobody was, for them and for strangers; its
// counts tell once there are enough.
func TestFewVisitorsStayUnknown(t *testing.T) {
	const lone, twin = 150, 151
	o := Defaults()
	o.Cohort = 3
	m, histories := settled(t, o, 20)
	at := monday.AddDate(0, 0, 30)
	s := m.Shared()
	for _, key := range []uint32{lone, twin} { // as if they had just opened, all at one spot
		s.places[s.find(key)] = stats{key: key, category: 8, located: true, lat: s.places[0].lat, lon: s.places[0].lon, cos: s.places[0].cos}
	}
	diff := func() float32 {
		var x Scratch
		scores := make([]float32, 2)
		m.Rank(&x, &histories[0], Query{At: at}, []uint32{lone, twin}, scores)
		return scores[0] - scores[1]
	}
	for visitors := range 2 {
		for range 5 {
			h := &histories[1+visitors]
			if last, _ := h.Last(); last == lone {
				h.Add(Visit{Place: 3, At: at})
			}
			s.Observe(h, Visit{Place: lone, At: at})
		}
		if s.places[s.find(lone)].visits == 0 {
			t.Fatal("the visits do not count")
		}
		if d := diff(); d != 0 {
			t.Errorf("after visits of %d people a stranger's ranking differs by %v", visitors+1, d)
		}
	}
	for i := range 5 {
		s.Observe(&histories[3+i], Visit{Place: lone, At: at.Add(time.Duration(i) * time.Minute)})
	}
	if d := diff(); d == 0 {
		t.Errorf("%v people were there and nobody hears of it", s.places[s.find(lone)].visitors)
	}
}
