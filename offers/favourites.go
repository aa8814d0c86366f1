package offers

import (
	"slices"
	"time"
	"unique"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

const (
	muteFor  = 3 * time.Hour // how long NotNow keeps a merchant's pushes away
	maxMuted = 16
)

// SetFavourites replaces the merchants, brands and categories that the person wants to come first, at most
// MaxFavourites.
func (p *Person) SetFavourites(favourites []Block) error {
	if len(favourites) > MaxFavourites {
		return fault.Field("favourites", "must hold at most %d favourites", MaxFavourites)
	}
	keys := make([]uint64, len(favourites))
	for i, f := range favourites {
		key, err := f.key(path("favourites", i) + ".value")
		if err != nil {
			return err
		}
		keys[i] = key
	}
	p.favourites, p.favouriteKeys = slices.Clone(favourites), keys
	return nil
}

// favours reports whether the offer's merchant, brand or category, or one above that, is a favourite.
func (p *Person) favours(e *entry) bool {
	for _, key := range p.favouriteKeys {
		if key == e.merchant || key == e.brand || key == e.category[0] || key == e.category[1] || key == e.category[2] {
			return true
		}
	}
	return false
}

// muted is a merchant of which the person wants nothing pushed for a while.
type muted struct {
	key      uint64
	merchant unique.Handle[id.Merchant]
	until    int64 // Unix seconds
}

func (m muted) is(key uint64) bool { return m.key == key }

func (p *Person) mute(merchant id.Merchant, until time.Time) {
	fresh := muted{hashOf(kindMerchant, string(merchant)), unique.Make(merchant), until.Unix()}
	p.muted = renew(p.muted, find(p.muted, fresh.key), maxMuted, fresh, func(*muted) bool { return true })
	p.muted[len(p.muted)-1].until = fresh.until
}

// mutedUntil returns until when the person wants nothing of a merchant, in Unix seconds; 0: they never said so.
func (p *Person) mutedUntil(merchant uint64) int64 {
	if i := find(p.muted, merchant); i >= 0 {
		return p.muted[i].until
	}
	return 0
}
