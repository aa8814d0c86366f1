package obs_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/obs"
	"github.com/flaneur-io/flaneur/mood"
)

const (
	canary = "usr_0_canary0123"
	token  = "fl_dev_" + canary + ".T0p-S3c_ret"
)

var timeOfDay = regexp.MustCompile(`time[="]+:?"?[-0-9T:.Z+]+`)

func TestLoggerHides(t *testing.T) {
	point := geo.Point{Lat: 52.123456, Lon: 13.654321}
	secrets := []string{"52.12", "13.65", "0.77", canary, "s3cret", "fl_live_sk_abc", "fl_dev_", "T0p-S3c_ret"}
	tests := map[string][]any{
		"names":               {"lat", 52.123456, "device_lon", 13.654321, "startLat", 52.123456, "Valence", 0.77, "stress", 0.77, "maxDistress", 0.77},
		"secrets":             {"deviceToken", "s3cret", "API-Key", "s3cret", "TOKEN", "s3cret", "authorization", "Bearer s3cret"},
		"groups":              {slog.Group("position", "x", 52.123456, "y", 13.654321)},
		"nested groups":       {slog.Group("outer", slog.Group("mood", "v", 0.77))},
		"typed values":        {"at", point, "fix", geo.Fix{Point: point}, "feels", mood.Affect{Valence: 0.77}, "who", id.User(canary)},
		"inside a slice":      {"batch", []geo.Fix{{Point: point}}},
		"inside a struct":     {"session", struct{ P geo.Point }{point}},
		"inside a pointer":    {"session", &struct{ Note string }{"s3cret"}},
		"id in a plain text":  {"detail", "no such user " + canary},
		"id in an error":      {"err", errors.New("load " + canary + ": gone")},
		"token in a text":     {"detail", "who is " + token + "?"},
		"token in an error":   {"err", fmt.Errorf("greet: %w", errors.New("x"+token))},
		"token in a group":    {slog.Group("outer", slog.Group("inner", "said", []any{token}, "text", "x_"+token))},
		"key in a plain text": {"url", "https://host/?k=fl_live_sk_abc"},
	}
	for _, format := range []string{"json", "text"} {
		for name, args := range tests {
			t.Run(format+" "+name, func(t *testing.T) {
				var out bytes.Buffer
				log, err := obs.NewLogger(&out, format, slog.LevelInfo)
				if err != nil {
					t.Fatal(err)
				}
				log.Info("line of "+canary+" with "+token, args...)
				log.With(args...).WithGroup("deeper").Info("line", args...)
				text := timeOfDay.ReplaceAllString(out.String(), "") // may hold any digits
				for _, s := range secrets {
					if strings.Contains(text, s) {
						t.Errorf("%q leaked:\n%s", s, text)
					}
				}
				if strings.Count(out.String(), "\n") != 2 {
					t.Errorf("want two lines, got:\n%s", out.String())
				}
			})
		}
	}
}

func TestLoggerKeepsTheRest(t *testing.T) {
	var out bytes.Buffer
	log, err := obs.NewLogger(&out, "text", slog.LevelInfo)
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("not at this level")
	log.Info("drained", "sessions", 3, "took", 2*time.Second, "latency", 1.5, "key_kind", "secret key",
		"user", id.User(canary), "err", errors.New("disk full"), "translation", true)
	got := out.String()
	for _, want := range []string{
		"level=INFO", "msg=drained", "sessions=3", "took=2s", "latency=1.5", `key_kind="secret key"`,
		"user=" + id.User(canary).Digest(), `err="disk full"`, "translation=true",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if strings.Contains(got, "not at this level") {
		t.Errorf("the level is not held: %q", got)
	}
}

func TestLoggerRefusesUnknownFormat(t *testing.T) {
	if _, err := obs.NewLogger(nil, "xml", slog.LevelInfo); err == nil || !strings.Contains(err.Error(), "log.format") {
		t.Errorf("want an error that names log.format, got %v", err)
	}
}
