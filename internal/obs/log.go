package obs

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// hidden stands in for what must not be seen.
const hidden = "(hidden)"

// telling are the last words of attribute names whose values may give away a secret, a position, a mood or a person.
var telling = []string{
	"token", "key", "secret", "password", "authorization", "credential", "credentials", "cookie",
	"lat", "lon", "lng", "latitude", "longitude", "point", "position", "fix", "fixes", "cell",
	"valence", "arousal", "stress", "distress", "affect", "mood", "email", "phone", "ip", "remote",
}

// named are ids of persons, tokens and keys, wherever they stand in a text.
var named = regexp.MustCompile(`(usr_|fl_(live|test|dev)_)[0-9A-Za-z_.-]+`)

// NewLogger returns a logger that writes lines at or above level to w, as "json" or "text". It hides attributes, and
// members of groups, with a telling name; ids of persons, tokens and keys inside any text; and every composite value (struct,
// slice, map, pointer) that is neither an error nor a fmt.Stringer, because such a value may carry anything.
func NewLogger(w io.Writer, format string, level slog.Leveler) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	default:
		return nil, fault.Field("log.format", `must be "json" or "text", not %q`, format)
	}
}

// redact is a slog.HandlerOptions.ReplaceAttr; slog has resolved the value before.
func redact(groups []string, a slog.Attr) slog.Attr {
	if tells(a.Key) || slices.ContainsFunc(groups, tells) {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, scrub(a.Value.String()))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case nil:
		case error:
			return slog.String(a.Key, scrub(v.Error()))
		case fmt.Stringer:
			return slog.String(a.Key, scrub(v.String()))
		default:
			return slog.String(a.Key, fmt.Sprintf("(hidden %T)", v))
		}
	}
	return a
}

func scrub(s string) string { return named.ReplaceAllString(s, hidden) }

// tells reports whether the last word of a name (snake_case, kebab-case, dotted or camelCase) is a telling one.
func tells(name string) bool {
	last := name[strings.LastIndexAny(name, "_-. ")+1:]
	if strings.ToUpper(last) != last {
		if i := strings.LastIndexFunc(last, unicode.IsUpper); i > 0 {
			last = last[i:]
		}
	}
	return slices.Contains(telling, strings.ToLower(last))
}
