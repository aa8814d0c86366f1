package archtest

import (
	"slices"
	"strings"
)

// anywhere lets a room import every other one.
const anywhere = "*"

// Groups of rooms that stand in one row of the drawing in docs/architecture.md.
var (
	ground = []string{"geo", "mood", "internal/id", "internal/fault"}
	core   = slices.Concat(ground, []string{"offers", "push", "internal/privacy"})
	told   = slices.Concat(core, []string{"internal/event"})
	edge   = slices.Concat(told, []string{"internal/engine"})
)

// arrows says which rooms of this module a room may import, besides its own sub-folders. A folder belongs to the
// room with the longest matching path. The rows point down only: edges never import each other.
var arrows = map[string][]string{
	"internal/fault":   {},
	"internal/id":      {"internal/fault"},
	"geo":              {"internal/fault"},
	"mood":             {"internal/fault"},
	"geo/hex":          {"geo", "internal/fault"},
	"wire":             ground,
	"offers":           ground,
	"push":             ground,
	"internal/privacy": ground,
	"internal/event":   {"internal/id", "offers"},
	"internal/engine":  slices.Concat(told, []string{"wire"}), // its words alone: a match as an offer frame

	"internal/gateway": slices.Concat(edge, []string{"wire"}),
	"internal/httpapi": slices.Concat(edge, []string{"wire", "internal/api", "internal/catalogue", "internal/webhook", "internal/insight", "internal/qrcode"}),
	"internal/store":   edge,
	"internal/cluster": edge,
	// The merchant's write path: it stands above the store as the engine stands above the person's records.
	"internal/catalogue": slices.Concat(told, []string{"internal/store", "internal/api"}),

	// What listens to events.
	"internal/webhook": slices.Concat(told, []string{"internal/store", "internal/api", "internal/outbound"}),
	"internal/insight": slices.Concat(told, []string{"internal/store", "internal/api"}),

	"push/courier":      slices.Concat(ground, []string{"push"}),
	"push/fcm":          slices.Concat(ground, []string{"push", "push/courier"}),
	"push/socket":       slices.Concat(ground, []string{"push"}),
	"push/webpush":      slices.Concat(ground, []string{"push", "push/courier", "internal/outbound"}),
	"internal/outbound": {"internal/fault"},
	"internal/obs":      {"internal/fault"},
	"internal/config":   {"internal/fault"},
	"internal/qrcode":   {"internal/fault"},
	"web":               {},
	"internal/app":      {anywhere},
	"cmd":               {anywhere},

	// The other side of the wire: black boxes to the server.
	"internal/api":    slices.Concat(ground, []string{"wire"}),
	"internal/client": slices.Concat(ground, []string{"wire", "internal/api"}),
	"simulator":       {"wire", "geo", "mood", "internal/fault", "internal/client", "internal/api"},
	"sdk-mobile":      {"wire", "geo", "mood", "internal/id", "internal/fault", "internal/client", "internal/api", "internal/qrcode"},

	// Evaluations of what is pure.
	"internal/eval": slices.Concat(ground, []string{"offers", "push"}),

	"internal/archtest": {},
}

// above lists rooms that only the ones named may import, however free their own row is.
var above = map[string][]string{
	"cmd":           {},
	"internal/app":  {"cmd"},
	"simulator":     {"cmd"},
	"internal/eval": {"cmd"},
	"sdk-mobile":    {},
	// How a person feels: those who estimate it, use it for them, and take it in.
	"mood": {
		"offers", "internal/privacy", "internal/engine", "internal/gateway", "internal/httpapi", "internal/eval", "simulator", "sdk-mobile", "cmd",
	},
}

// strict rooms keep their arrows in tests too (geo/hex apart: their tests may need real cells). The tests of all
// other rooms may reach anywhere: that is where rooms meet.
var strict = []string{"geo", "mood", "wire", "offers", "push", "internal/privacy", "internal/id", "internal/fault"}

// room returns the room that a folder belongs to, or "" if the tables know none.
func room(dir string) string {
	best := ""
	for r := range arrows {
		if within(dir, r) && len(r) > len(best) {
			best = r
		}
	}
	return best
}

func within(dir, room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }

// checkArrows holds the imports inside the module.
func checkArrows(all []source, r *report) {
	for _, s := range all {
		from := room(s.dir)
		if from == "" {
			r.at(s, s.ast.Package, "room", "%s is no room of this house: give it a row in the tables of internal/archtest", s.dir)
			continue
		}
		for imp, line := range s.imports() {
			to, ok := strings.CutPrefix(imp, module+"/")
			if !ok || (s.test && (!slices.Contains(strict, from) || to == "geo/hex")) {
				continue
			}
			if !mayImport(from, s.dir, to) {
				r.add(s, line, "arrow", "%s may not import %s", from, to)
			}
		}
	}
}

func mayImport(from, dir, to string) bool {
	target := room(to)
	if target == from || within(to, dir) {
		return true
	}
	if only, ok := above[target]; ok && !slices.Contains(only, from) {
		return false
	}
	return slices.Contains(arrows[from], anywhere) || slices.Contains(arrows[from], target)
}
