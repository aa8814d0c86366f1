package fault_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

func TestErrorText(t *testing.T) {
	base := fault.New(fault.NotFound, fault.CodeNotFound, "There is no offer %q.", "x")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{base, `not_found: There is no offer "x".`},
		{base.WithField("offer"), `not_found: offer: There is no offer "x".`},
		{base.Wrap(io.EOF), `not_found: There is no offer "x".: EOF`},
		{fault.Field("fixes[2].lat", "must be between %d and %d", -90, 90), "invalid_field: fixes[2].lat: must be between -90 and 90"},
		{fault.Field("lat", "must be there").Under("fixes[2]"), "invalid_field: fixes[2].lat: must be there"},
		{fault.Field("", "must be there").Under("fixes"), "invalid_field: fixes: must be there"},
		{fault.Field("lat", "must be there").Under(""), "invalid_field: lat: must be there"},
		{&fault.Error{Code: fault.CodeConflict}, "conflict"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestIsComparesByCode(t *testing.T) {
	soldOut := fault.New(fault.Gone, fault.CodeSoldOut, "Sold out.")
	err := fmt.Errorf("claim: %w", soldOut.WithField("offer").Wrap(io.ErrUnexpectedEOF))
	if !errors.Is(err, soldOut) {
		t.Error("a wrapped copy must still be the same fault")
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if errors.Is(err, fault.New(fault.Gone, fault.CodeStopped, "Stopped.")) || errors.Is(soldOut, io.EOF) {
		t.Error("another code is another fault")
	}
}

// TestCopies: the With and Wrap methods must leave the original alone, because faults are package variables.
func TestCopies(t *testing.T) {
	original := fault.New(fault.RateLimited, fault.CodeRateLimited, "Slow down.")
	before := *original
	_ = original.WithField("x")
	_ = original.Wrap(io.EOF)
	if changed := original.WithRetry(time.Second); changed.RetryAfter != time.Second {
		t.Errorf("retry after %v", changed.RetryAfter)
	}
	if *original != before {
		t.Errorf("the original changed: %+v", original)
	}
}

func TestFrom(t *testing.T) {
	if fault.From(nil) != nil {
		t.Error("From(nil) must be nil")
	}
	inner := fault.Field("lat", "must be a number")
	if got := fault.From(fmt.Errorf("decode: %w", inner)); got != inner {
		t.Errorf("got %v, want the fault inside", got)
	}
	secret := errors.New("open /data/core.db: permission denied")
	got := fault.From(secret)
	if got.Kind != fault.Internal || got.Code != fault.CodeInternal || got.Detail != "Internal error." {
		t.Errorf("a stranger's error must become a neutral one, got %+v", got)
	}
	if !errors.Is(got, secret) {
		t.Error("the cause is lost for the log")
	}
}

// TestCodesAreUniqueSnakeCase reads the constants from the source: a code is for machines and stands for one thing.
func TestCodesAreUniqueSnakeCase(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	seen := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name := spec.Names[0].Name
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(code) {
			t.Errorf("%s: %q is not snake_case", name, code)
		}
		if other, ok := seen[code]; ok {
			t.Errorf("%s and %s are both %q", name, other, code)
		}
		seen[code] = name
		return true
	})
	if len(seen) == 0 {
		t.Error("no codes found")
	}
}

func Example() {
	find := func(name string) error {
		return fault.New(fault.NotFound, fault.CodeNotFound, "There is no offer %q.", name)
	}
	err := fmt.Errorf("redeem: %w", find("pizza"))

	f := fault.From(err) // at the edge: a status for the kind, a code for machines, a sentence for people
	fmt.Println(f.Kind == fault.NotFound, f.Code, f.Detail)
	// Output:
	// true not_found There is no offer "pizza".
}
