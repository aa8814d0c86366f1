package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/google/go-cmp/cmp"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "flaneur.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDefaultIsValid(t *testing.T) {
	got, err := config.Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), got); diff != "" {
		t.Error(diff)
	}
}

func TestPrecedence(t *testing.T) {
	yaml := file(t, "data: from-file\nlisten: 0.0.0.0:1\nlimits:\n  max_sessions: 7\n  outbound_queue: 8\nshutdown:\n  drain: 3s\n")
	env := []string{
		"FLANEUR_LISTEN=0.0.0.0:2", "FLANEUR_LIMITS_MAX_SESSIONS=9", "FLANEUR_LOG_LEVEL=debug", "HOME=/root",
		"FLANEUR_ORIGINS=https://a.example, https://b.example", "FLANEUR_FCM_PROJECT=p", "FLANEUR_FCM_ENDPOINT=http://127.0.0.1:1",
		"FLANEUR_LIMITS_FRAMES_PER_SECOND=2.5", "FLANEUR_PUSH_ACK_TIMEOUT=2s",
		"FLANEUR_SERVER=http://elsewhere",
	}
	got, err := config.Load(yaml, env, map[string]string{"listen": "127.0.0.1:3"})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.Data = "from-file"                                           // file over default
	want.Limits.OutboundQueue = 8                                     //
	want.Shutdown.Drain = 3 * time.Second                             //
	want.Limits.MaxSessions = 9                                       // environment over file
	want.Listen = "127.0.0.1:3"                                       // flag over environment
	want.Log.Level = slog.LevelDebug                                  //
	want.Origins = []string{"https://a.example", "https://b.example"} //
	want.FCM = config.FCM{Project: "p", Endpoint: "http://127.0.0.1:1"}
	want.Limits.FramesPerSecond = 2.5
	want.Push.AckTimeout = 2 * time.Second
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyFileSetsNothing(t *testing.T) {
	for _, text := range []string{"", " \n", "---\n", "# nothing here\n", "log:\n", "listen:\n"} {
		got, err := config.Load(file(t, text), nil, nil)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(config.Default(), got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// TestErrors wants every error to name the key and what would be right.
func TestErrors(t *testing.T) {
	tests := []struct {
		name  string
		yaml  string
		env   string
		flag  [2]string
		code  string
		wants []string
	}{
		{name: "unknown key", yaml: "listn: x\n", code: fault.CodeUnknownField, wants: []string{"line 1", "listn", "did you mean listen?"}},
		{name: "unknown nested key", yaml: "limits:\n  max_session: 3\n", code: fault.CodeUnknownField, wants: []string{"line 2", "max_session", "did you mean max_sessions?"}},
		{name: "unknown key far from all", yaml: "qqqqqqq: 1\n", code: fault.CodeUnknownField, wants: []string{"no such key."}},
		{name: "unknown variable", env: "FLANEUR_LISTNE=x", code: fault.CodeUnknownField, wants: []string{"FLANEUR_LISTNE", "did you mean FLANEUR_LISTEN?"}},
		{name: "unknown flag", flag: [2]string{"log.levle", "x"}, code: fault.CodeUnknownField, wants: []string{"log.levle", "did you mean log.level?"}},
		{name: "wrong type in the file", yaml: "limits:\n  max_sessions: many\n", code: fault.CodeMalformed, wants: []string{"line 2: max_sessions: many", "not of type int"}},
		{name: "not YAML", yaml: "data: [\n", code: fault.CodeMalformed, wants: []string{"line 1"}},
		{name: "a key twice", yaml: "data: a\ndata: b\n", code: fault.CodeMalformed, wants: []string{"line 2", "data"}},
		{name: "wrong type in the environment", env: "FLANEUR_LIMITS_MAX_SESSIONS=many", wants: []string{"FLANEUR_LIMITS_MAX_SESSIONS", "a whole number"}},
		{name: "duration without unit", env: "FLANEUR_SHUTDOWN_DRAIN=10", wants: []string{"FLANEUR_SHUTDOWN_DRAIN", "such as 10s"}},
		{name: "level", flag: [2]string{"log.level", "loud"}, wants: []string{"log.level", "debug, info, warn or error"}},
		{name: "format", yaml: "log: {format: xml}\n", wants: []string{"log.format", "json"}},
		{name: "no data", flag: [2]string{"data", ""}, wants: []string{"data", "directory"}},
		{name: "no port", flag: [2]string{"listen", "localhost"}, wants: []string{"listen", "host:port"}},
		{name: "port by name", flag: [2]string{"listen", "localhost:http"}, wants: []string{"listen", "host:port"}},
		{name: "port too high", flag: [2]string{"listen", ":65536"}, wants: []string{"listen"}},
		{name: "origin with a path", yaml: "origins: [https://a.example, https://b.example/app]\n", wants: []string{"origins[1]", "https://example.org"}},
		{name: "any origin", yaml: "origins: ['*']\n", wants: []string{"origins[0]"}},
		{name: "zone", flag: [2]string{"zone", "Berlin"}, wants: []string{"zone", "Europe/Berlin"}},
		{name: "simulation", flag: [2]string{"simulation", "live"}, wants: []string{"simulation", `"local" or "test"`}},
		{name: "drain", flag: [2]string{"shutdown.drain", "999ms"}, wants: []string{"shutdown.drain", "1s"}},
		{name: "zone of the machine", flag: [2]string{"zone", "Local"}, wants: []string{"zone"}},
		{name: "NaN", flag: [2]string{"limits.frames_per_second", "NaN"}, wants: []string{"limits.frames_per_second", "between"}},
		{name: "below the range", flag: [2]string{"limits.outbound_queue", "0"}, wants: []string{"limits.outbound_queue", "between 1 and 10000"}},
		{name: "position kept too long", flag: [2]string{"retention.state", "366"}, wants: []string{"retention.state", "between 1 and 365"}},
		{name: "negative duration", flag: [2]string{"shutdown.drain", "-1s"}, wants: []string{"shutdown.drain"}},
		{name: "credentials in the address", yaml: "fcm: {project: p, endpoint: 'https://u:p@h'}\n", wants: []string{"fcm.endpoint"}},
		{name: "no credentials towards Google", yaml: "fcm: {project: p}\n", wants: []string{"fcm.credentials_file", "service account"}},
		{name: "credentials without a project", yaml: "fcm: {credentials_file: x}\n", wants: []string{"fcm.project"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var name string
			if tt.yaml != "" {
				name = file(t, tt.yaml)
			}
			flags := map[string]string{}
			if tt.flag[0] != "" {
				flags[tt.flag[0]] = tt.flag[1]
			}
			_, err := config.Load(name, []string{tt.env}, flags)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("want an invalid fault, got %v", err)
			}
			if want := tt.code; want != "" && f.Code != want {
				t.Errorf("code %s, want %s", f.Code, want)
			}
			for _, want := range tt.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in %q", want, err)
				}
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), nil, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("want os.ErrNotExist, got %v", err)
	}
}

func TestPrintLoadsBack(t *testing.T) {
	want := config.Default()
	want.Origins = []string{"https://a.example"}
	want.Log.Level = slog.LevelWarn
	want.FCM = config.FCM{Project: "p", CredentialsFile: "service-account.json"}
	want.Shutdown.Drain = 90 * time.Second
	var text bytes.Buffer
	if err := want.Print(&text); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(file(t, text.String()), nil, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(text.String(), "# directory of the store") {
		t.Errorf("keys without explanation:\n%s", text.String())
	}
}

func TestReferenceHasEveryKey(t *testing.T) {
	var text bytes.Buffer
	if err := config.Reference(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| `listen` | `FLANEUR_LISTEN` | 127.0.0.1:8080 | host:port of",
		"| `limits.max_sessions` | `FLANEUR_LIMITS_MAX_SESSIONS` | 100000 | open sockets |",
		"| `log.level` | `FLANEUR_LOG_LEVEL` | INFO | debug,",
		"| `shutdown.drain` | `FLANEUR_SHUTDOWN_DRAIN` | 10s | how long",
		"| `origins` | `FLANEUR_ORIGINS` |  | web origins",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("missing %q in\n%s", want, text.String())
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("data: x\nlimits: {max_sessions: 3}\n", "FLANEUR_LISTEN=:1")
	f.Add("a: &a [*a]\n", "FLANEUR_=")
	f.Add("log: {level: 4}\n", "FLANEUR_LOG_LEVEL=warn+1")
	f.Fuzz(func(t *testing.T, yaml, env string) {
		c, err := config.Load(file(t, yaml), []string{env}, nil)
		if err == nil && c.Validate() != nil {
			t.Errorf("Load let an invalid configuration through: %v", c.Validate())
		}
	})
}

func Example() {
	c, err := config.Load("", []string{"FLANEUR_LOG_FORMAT=json"}, map[string]string{"listen": "127.0.0.1:0"})
	fmt.Println(c.Listen, c.Log.Format, err)

	_, err = config.Load("", []string{"FLANEUR_LISTNE=:8080"}, nil)
	fmt.Println(err)
	// Output:
	// 127.0.0.1:0 json <nil>
	// config: environment: unknown_field: FLANEUR_LISTNE: There is no such key; did you mean FLANEUR_LISTEN?
}
