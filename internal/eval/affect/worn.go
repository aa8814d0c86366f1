package affect

import (
	"encoding/json"

	"github.com/flaneur-io/flaneur/mood/physio"
	"github.com/flaneur-io/flaneur/mood/wearable"
)

// Worn is weights in use: what they read passes through a [wearable.Wearer], as on a phone.
type Worn struct{ Weights *wearable.Weights }

// Walk implements Model; without readings if the weights can't be used.
func (m Worn) Walk(windows []physio.Window) []wearable.Reading {
	out := make([]wearable.Reading, len(windows))
	w, err := wearable.New(m.Weights)
	if err != nil {
		return out
	}
	for i := range windows {
		out[i], _ = w.Take(windows[i], windows[i].End)
	}
	return out
}

// Fingerprint implements Model.
func (m Worn) Fingerprint() []byte {
	b, _ := json.Marshal(m.Weights) // of finite numbers, as Check found
	return b
}
