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

	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

// erasers are the types of the module that can forget a user, and the name under which each stands on the erase list.
var erasers = map[string]string{
	"store.Store":         "records",
	"socket.Hub":          "sockets",
	"fcm.Channel":         "fcm queue",
	"engine.memoryHolder": "memory",
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
	s := start(t, t.TempDir(), func(c *config.Config) { c.FCM.Project, c.FCM.Endpoint = "flaneur-test", fake.Endpoint() })
	me, _ := s.somebody(t, "location")
	receipt, err := me.Erase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for typ := range found {
		if name, known := erasers[typ]; !known || !slices.Contains(receipt.Holders, name) {
			t.Errorf("%s can forget a user, but is not on the erase list: %v", typ, receipt.Holders)
		}
	}
	if len(receipt.Holders) != len(found) {
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
