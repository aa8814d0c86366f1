package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// match compares what is with what it must be, and says the first difference, or "". Maps are compared by the members that
// want names; lists item by item; a text such as "<= 3" or "~ part" compares as it says; nil means absent, "any" present.
func match(path string, is, want any, there bool) string {
	where := or(path, "it")
	switch w := want.(type) {
	case nil:
		if there && is != nil {
			return fmt.Sprintf("%s is %s, and must be absent", where, written(is))
		}
		return ""
	case map[string]any:
		m, ok := is.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %s, and must have members", where, shown(is, there))
		}
		for _, k := range slices.Sorted(maps.Keys(w)) {
			v, there := part(m, k)
			if d := match(join(path, k), v, w[k], there); d != "" {
				return d
			}
		}
		return ""
	case []any:
		l, ok := is.([]any)
		if !ok || len(l) != len(w) {
			return fmt.Sprintf("%s is %s, and must be %s", where, shown(is, there), written(w))
		}
		for i := range w {
			if d := match(index(path, i), l[i], w[i], true); d != "" {
				return d
			}
		}
		return ""
	}
	if !there {
		return fmt.Sprintf("%s is absent, and must be %s", where, written(want))
	}
	if !equal(is, want) {
		return fmt.Sprintf("%s is %s, and must be %s", where, shown(is, there), written(want))
	}
	return ""
}

func shown(v any, there bool) string {
	if !there {
		return "absent"
	}
	return written(v)
}

const maxWritten = 300 // bytes of a value in a message

// written is a value as JSON, not too long.
func written(v any) string {
	var out strings.Builder
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	text := strings.TrimSpace(out.String())
	if len(text) > maxWritten {
		return strings.ToValidUTF8(text[:maxWritten], "") + "…"
	}
	return text
}

func equal(is, want any) bool {
	text, ok := want.(string)
	if !ok {
		a, isNumber := number(is)
		b, wantNumber := number(want)
		if isNumber && wantNumber {
			return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b))
		}
		return is == want
	}
	if text == "any" {
		return is != nil
	}
	if is == text { // also what looks like a comparison: the band "<20"
		return true
	}
	if rest, ok := strings.CutPrefix(text, "~"); ok {
		return strings.Contains(fmt.Sprint(is), strings.TrimSpace(rest))
	}
	if op, bound, ok := comparison(text); ok {
		v, isNumber := number(is)
		return isNumber && compare(v, op, bound)
	}
	if b, isTruth := is.(bool); isTruth {
		w, ok := truth(text)
		return ok && b == w
	}
	return fmt.Sprint(is) == text
}

// comparison reads "<= 3".
func comparison(text string) (op string, bound float64, ok bool) {
	for _, op := range []string{"<=", ">=", "<", ">"} {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), op); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return op, v, err == nil
		}
	}
	return "", 0, false
}

func compare(v float64, op string, bound float64) bool {
	switch op {
	case "<=":
		return v <= bound
	case ">=":
		return v >= bound
	case "<":
		return v < bound
	}
	return v > bound
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	}
	return 0, false
}
