package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func either(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// Constant table: words that others use for keys of this format, and the keys, the most likely first.
var otherWords = map[string][]string{
	"accept": {"redeem", "reserves"}, "accepts": {"redeem", "reserves"}, "asserts": {"expect"}, "assert": {"expect"},
	"block": {"blocks"}, "by": {"channel"}, "cap": {"dailyCap"}, "contains": {"includes"}, "cooldown": {"cooldownMinutes"},
	"coordinates": {"at", "point"}, "count": {"deliveries", "quantity"}, "dailyCap": {"push"}, "date": {"clock", "at"}, "delivered": {"receives"},
	"description": {"about", "text"}, "detour": {"detourMinutes"}, "digest": {"push"}, "dwell": {"dwellSeconds"}, "error": {"code"}, "events": {"steps"},
	"expectations": {"expect"}, "fail": {"refused"}, "fails": {"refused"}, "gap": {"minGapMinutes"}, "gets": {"receives"}, "holdMinutes": {"redeeming"},
	"lat": {"at", "point"}, "latitude": {"lat"}, "leaves": {"leavesChain"}, "list": {"wants"}, "location": {"point", "at"}, "lon": {"at", "point"},
	"longitude": {"lon"}, "lng": {"lon"}, "minGapMinutes": {"push"}, "minSpend": {"conditions"}, "mood": {"feels", "moods"}, "mode": {"by", "push"},
	"none": {"not"}, "path": {"way"}, "perUser": {"budget"}, "persons": {"people"}, "point": {"at"}, "position": {"point", "at"}, "quietFrom": {"push"},
	"quietHours": {"push", "quietFrom"}, "reason": {"code", "reasons"}, "received": {"receives"}, "route": {"way"}, "sees": {"shows"},
	"seconds": {"stay", "within"}, "shop": {"place"}, "start": {"clock", "starts"}, "store": {"place"}, "stores": {"places"}, "suppressed": {"held"},
	"suppression": {"code"}, "time": {"at", "clock"}, "timezone": {"zone"}, "tolerance": {"within"}, "total": {"budget"}, "transport": {"by"},
	"tz": {"zone"}, "users": {"people"}, "wait": {"stay"}, "waypoints": {"way"}, "when": {"at"}, "weeklyCap": {"push"},
}

// otherWord names the key that is meant by a word of others.
func otherWord(name string, known []string) string {
	for _, k := range otherWords[name] {
		if slices.Contains(known, k) {
			return fmt.Sprintf("; here it is %s", k)
		}
	}
	return ""
}

// didYouMean names what is most like name, if something is like it.
func didYouMean(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if n := edits(strings.ToLower(name), strings.ToLower(k)); n < least {
			best, least = k, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// edits is the Levenshtein distance of two short texts.
func edits(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
