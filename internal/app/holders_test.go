package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
	"github.com/flaneur-io/flaneur/wire"
)

// erasers are the types of the module that can forget a user, and the name under which each stands on the erase list.
// A courier stands on it once for each push service.
var erasers = map[string][]string{
	"store.Store":         {"records"},
	"socket.Hub":          {"sockets"},
	"courier.Courier":     {"fcm queue", "webpush queue"},
	"engine.memoryHolder": {"memory"},
	"webhook.Dispatcher":  {"webhooks"},
	"insight.Book":        {"numbers"},
	"insight.Footfall":    {"footfall"},
}

// TestEveryHolderIsOnTheEraseList finds every type that can forget a user by its method, in the source of the whole
// module, and fails if one is not on the list of a running server.
func TestEveryHolderIsOnTheEraseList(t *testing.T) {
	found := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && file.Name.Name != "app" && forgets(f) {
				found[file.Name.Name+"."+receiver(f)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fake := fcmtest.Start(t)
	s := start(t, t.TempDir(), func(c *config.Config) {
		c.FCM.Project, c.FCM.Endpoint = "flaneur-test", fake.Endpoint()
		c.WebPush = webPush(t)
	})
	me, _ := s.somebody(t, "location")
	receipt, err := me.Erase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for typ := range found {
		known += len(erasers[typ])
		for _, name := range erasers[typ] {
			if !slices.Contains(receipt.Holders, name) {
				t.Errorf("%s can forget a user, but %s is not on the erase list: %v", typ, name, receipt.Holders)
			}
		}
		if erasers[typ] == nil {
			t.Errorf("%s can forget a user, but is not on the erase list: %v", typ, receipt.Holders)
		}
	}
	if len(receipt.Holders) != known {
		t.Errorf("the list has %v; the source has %v", receipt.Holders, found)
	}
	if receipt.Holders[0] != "records" {
		t.Errorf("the durable tombstone must come first, not %s", receipt.Holders[0])
	}
}

// forgets reports whether f is a method Erase or EraseUser of a context and a user.
func forgets(f *ast.FuncDecl) bool {
	if f.Recv == nil || f.Name.Name != "Erase" && f.Name.Name != "EraseUser" || len(f.Type.Params.List) != 2 {
		return false
	}
	user, ok := f.Type.Params.List[1].Type.(*ast.SelectorExpr)
	return ok && user.Sel.Name == "User"
}

func receiver(f *ast.FuncDecl) string {
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	if !ok {
		return "?"
	}
	return name.Name
}

// TestNoTraceInMemory looks for a person in everything that a running server holds in memory, whether it has a method
// to forget or not: it must find them where they are known to be, and nowhere once they are erased.
func TestNoTraceInMemory(t *testing.T) {
	fake := fcmtest.Start(t)
	s := start(t, t.TempDir(), func(c *config.Config) {
		c.FCM.Project, c.FCM.Endpoint, c.Push.AckTimeout = "flaneur-test", fake.Endpoint(), time.Minute
	})
	me, in := s.somebody(t, "location", "push", "mood", "purchases")
	phone := "phone-of-" + string(in.User)
	if err := me.SetPushToken(t.Context(), api.PushToken{Channel: "fcm", Token: api.Secret(phone)}); err != nil {
		t.Fatal(err)
	}
	if _, err := me.Positions(t.Context(), []wire.Fix{fix(market)}); err != nil {
		t.Fatal(err)
	}
	sock, err := s.Phone.Dial(t.Context(), in.Token, wire.SubprotocolBinary, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sock.Close() }()
	waiting := push.Message{ID: "dlv_1", User: in.User, Expires: time.Now().Add(time.Hour), Tokens: []string{phone}}
	fake.Script(phone, fcmtest.Unavailable.After(5*time.Minute)) // nothing may move while the memory is searched: that takes no locks
	if err := s.FCM().Send(t.Context(), waiting); err != nil {
		t.Fatal(err)
	}
	waiting.Frame = &wire.Offer{ID: "off_1", Delivery: "dlv_1"}
	if err := s.Hub().Send(t.Context(), waiting); err != nil {
		t.Fatal(err)
	}
	for s.FCM().Stats().Waiting == 0 { // its first attempt is still under way
		<-time.After(time.Millisecond)
	}

	_, secret, _ := strings.Cut(string(in.Token), ".")
	before := strings.Join(s.Traces(string(in.User)), "\n")
	for _, room := range []string{"engine.", "gateway.", "socket.", "push.Entry"} {
		if !strings.Contains(before, room) {
			t.Errorf("the search does not see %s; it found\n%s", room, before)
		}
	}
	if found := s.Traces(secret); len(found) > 0 {
		t.Errorf("the secret of the token is kept in %v", found)
	}
	if _, err := me.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	for err == nil { // until the goodbye
		_, err = sock.Receive()
	}
	for s.Sessions() > 0 {
		<-time.After(time.Millisecond)
	}
	for _, text := range []string{string(in.User), secret} {
		if found := s.Traces(text); len(found) > 0 {
			t.Errorf("an erased person is left in %v", found)
		}
	}
}
