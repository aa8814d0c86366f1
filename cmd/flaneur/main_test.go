package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/obs"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"flaneur":         func() { os.Exit(run(os.Args)) },
		"flaneur-peeking": func() { os.Exit(runApp(peekingApp(), os.Args)) },
	})
}

// TestScripts runs testdata/script: each file is a session at a terminal. Besides the usual commands there are
//
//	serve ARGS…         starts flaneur serve on a free port, waits until it is ready, and sets FLANEUR_SERVER
//	quit                ends that server politely; crash: as kill -9 does
//	keep NAME [FIELD]   sets NAME to what the last command printed, or to a member of the JSON that it printed
//
// A script may read data sets in $FLANEUR_TESTDATA under the condition [testdata].
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("NOON", noon(time.Now()))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a race build would wait a second at the end of every command
			if dir := os.Getenv("FLANEUR_TESTDATA"); dir != "" {
				env.Setenv("TESTDATA", dir) // not by the name that a server would take for a setting
			}
			env.Values[serverKey{}] = &server{}
			return nil
		},
		Condition: func(cond string) (bool, error) { return cond == "testdata" && os.Getenv("FLANEUR_TESTDATA") != "", nil },
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": serveForScript, "quit": endServer(os.Interrupt), "crash": endServer(os.Kill), "keep": keep,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// noon returns a time zone in which it is about noon: at night much is held back.
func noon(now time.Time) string {
	return fmt.Sprintf("Etc/GMT%+d", now.UTC().Hour()-12) // the sign is that of POSIX
}

type serverKey struct{}

// server is the background server of a script.
type server struct {
	cmd  *exec.Cmd
	logs bytes.Buffer
}

func serveForScript(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(serverKey{}).(*server)
	if s.cmd != nil {
		ts.Fatalf("there is a server already")
	}
	cmd := exec.Command("flaneur", slices.Concat([]string{"serve", "--listen", "127.0.0.1:0"}, args)...) // testscript.Main put it into PATH
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), &s.logs
	cmd.Env = slices.DeleteFunc(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), func(v string) bool { return strings.HasPrefix(v, "FLANEUR_") })
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	s.cmd = cmd
	ts.Defer(func() { s.end(ts, os.Kill) })
	lines := bufio.NewReader(out)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		s.end(ts, os.Kill)
		ts.Fatalf("the server ended before it was ready")
	}
	var ready struct {
		Addr string `json:"addr"`
	}
	ts.Check(json.Unmarshal(line, &ready))
	ts.Setenv("FLANEUR_SERVER", "http://"+ready.Addr)
}

func endServer(how os.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(serverKey{}).(*server).end(ts, how) }
}

// end ends the server, if there is one, and shows what it logged. A server that is asked politely must end well.
func (s *server) end(ts *testscript.TestScript, how os.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(how)
	err := s.cmd.Wait()
	s.cmd = nil
	ts.Logf("[server]\n%s", s.logs.String())
	s.logs.Reset()
	if how != os.Kill {
		ts.Check(err)
	}
}

func keep(ts *testscript.TestScript, _ bool, args []string) {
	printed := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) == 2 {
		var object map[string]any
		ts.Check(json.Unmarshal([]byte(printed), &object))
		text, ok := object[args[1]].(string)
		if !ok {
			ts.Fatalf("no text %q in %s", args[1], printed)
		}
		printed = text
	}
	ts.Setenv(args[0], printed)
}

func TestFlagsMayFollowArguments(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"place import a.csv --strict b.csv --key k", "place import --strict --key k -- a.csv b.csv"},
		{"place import --key=k a.csv", "place import --key=k -- a.csv"},
		{"place create --lat -33.9 --lon 151", "place create --lat -33.9 --lon 151"},
		{"place show -- --strict", "place show -- --strict"},
		{"offer create - --key k", "offer create --key k -- -"},
		{"place import a.csv --no-such-flag b.csv", "place import --no-such-flag -- a.csv b.csv"},
		{"place nonsense --strict", "place nonsense --strict"},
		{"simulate a.csv --seed 3", "simulate --seed 3 -- a.csv"},
		{"simulate wearer --out x", "simulate wearer --out x"},
		{"place import a.csv --key", "place import --key -- a.csv"},
		{"place import a --generate-bash-completion", "place import a --generate-bash-completion"},
		{"--version", "--version"},
		{"", ""},
	} {
		in := append([]string{"flaneur"}, strings.Fields(tt.in)...)
		want := append([]string{"flaneur"}, strings.Fields(tt.want)...)
		if diff := cmp.Diff(want, flagsFirst(newApp().Commands, in)); diff != "" {
			t.Errorf("%s:\n%s", tt.in, diff)
		}
	}
}

func TestWrongCallsAreUsageErrors(t *testing.T) {
	t.Setenv("FLANEUR_KEY", "")
	t.Setenv("FLANEUR_TOKEN", "")
	for _, tt := range []struct{ args, path, want string }{
		{"place nonsense", "place ", `there is no command "nonsense"`},
		{"place import", "place import ", "import needs a file"},
		{"place import file.csv", "place import ", "--key is missing; FLANEUR_KEY in the environment will do too"},
		{"place import file.csv --key k --strickt", "place import ", "flag provided but not defined: -strickt"},
		{"place create --key k --lat 1 --lon 0", "place create ", "--name is missing"},
		{"place create --key k --name x --lat 91 --lon 0", "place create ", "lat: must be a latitude in degrees from -90 to 90"},
		{"place list extra --key k", "place list ", `list takes no arguments, not "extra"`},
		{"place list --key k --near 1", "place list ", `--near needs LAT,LON, not "1"`},
		{"place list --key k --near 1,2 --bbox 1,2,3,4", "place list ", "--near and --bbox exclude each other"},
		{"place list --key k --limit 0", "place list ", "--limit must be at least 1"},
		{"merchant show --key k", "merchant show ", "show needs the id of one merchant"},
		{"offer import --key k", "offer import ", "import needs a file, or --from-places"},
		{"offer import --key k --from-places 3", "offer import ", "--from-places must be above 0, to 1"},
		{"offer create --key k --title x --category shop", "offer create ", "lat: is missing: give --place, or --lat and --lon"},
		{"offer create --key k --title x --lat 1 --lon 1", "offer create ", "--category is missing"},
		{"offer create --key k --title x --category shop --lat 1 --lon 1 --reward a:b", "offer create ", "reward: must be percent:20"},
		{"offer create --key k --title x --category shop --lat 1 --lon 1 --ends now", "offer create ", "ends: must be a time such as"},
		{"offer change --key k off_1", "offer change ", "change needs the id of one offer"},
		{"offer change --key k off_1 --set title", "offer change ", `--set needs FIELD=VALUE, not "title"`},
		{"user me", "user me ", "--token is missing"},
		{"user consent --token t --grant push --withdraw push", "user consent ", "push can't be granted and withdrawn at once"},
		{"key create --data data", "key create ", "--kind must be secret, publishable or till"},
		{"db restore --data data", "db restore ", "--from is missing"},
	} {
		app := newApp()
		app.Writer, app.ErrWriter = io.Discard, io.Discard
		err := app.RunContext(t.Context(), flagsFirst(app.Commands, append([]string{"flaneur"}, strings.Fields(tt.args)...)))
		var use usageError
		if !errors.As(err, &use) || use.command != tt.path || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v (%q), want %q (%q)", tt.args, err, use.command, tt.want, tt.path)
		}
	}
}

func TestDrawFollowsFromSeedAndName(t *testing.T) {
	v := inventor{seed: 1}
	if a, b := v.draw("venue"), v.draw("venue"); a != b || a == (&inventor{seed: 2}).draw("venue") {
		t.Error("the draw must follow from seed and name")
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("lat,lon,name\n1,2,x\n3\n\"\n"))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"name":"x","trigger":["enter"]}},{}]}`))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("\ufefflat,lng,title,category\n1,2,x,y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := readTable(file)
		if err != nil {
			return
		}
		for _, r := range table.rows {
			if p, err := placeOf(r, ""); err == nil && (p.Name == "" || !p.Location.Valid()) {
				t.Errorf("a place without name or position: %+v", p)
			}
			if o, err := offerOfRow(r, ""); err == nil && (o.Title == "" || o.Reach.IsZero()) {
				t.Errorf("an offer without title or reach: %+v", o)
			}
		}
	})
}

// The operator's page must name every setting and every metric.
func TestOperationsPageIsComplete(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var settings bytes.Buffer
	if err := config.Reference(&settings); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, settings.Bytes()) {
		t.Errorf("docs/operations.md does not hold what flaneur config reference prints:\n%s", settings.String())
	}
	figures := reflect.TypeFor[obs.Figures]()
	for i := range figures.NumField() {
		tag := figures.Field(i).Tag
		row := fmt.Sprintf("| `%s` | %s | %s |", tag.Get("metric"), tag.Get("label"), tag.Get("help"))
		if !bytes.Contains(page, []byte(row)) {
			t.Errorf("docs/operations.md lacks the row\n%s", row)
		}
	}
}
