package jsonfault_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/fault/jsonfault"
)

// even reads itself.
type even int

func (e *even) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*int)(e)); err != nil || *e%2 != 0 {
		return fault.Field("half", "must be whole")
	}
	return nil
}

type body struct {
	Name   string         `json:"name"`
	Count  uint64         `json:"count"`
	Weight float64        `json:"weight"`
	Open   *bool          `json:"open"`
	Since  time.Time      `json:"since"`
	Even   even           `json:"even"`
	Items  []body         `json:"items"`
	By     map[string]int `json:"by"`
}

func TestFrom(t *testing.T) {
	for _, tt := range []struct{ text, code, field, says string }{
		{`{"name":7}`, fault.CodeInvalidField, "name", "a string"},
		{`{"count":-1}`, fault.CodeInvalidField, "count", "a whole number"},
		{`{"count":2.0}`, fault.CodeInvalidField, "count", "without a fraction"},
		{`{"items":[{},{"weight":"x"}]}`, fault.CodeInvalidField, "items[1].weight", "a number"},
		{`{"open":1}`, fault.CodeInvalidField, "open", "true or false"},
		{`{"since":"now"}`, fault.CodeInvalidField, "since", "RFC 3339"},
		{`{"items":{}}`, fault.CodeInvalidField, "items", "an array"},
		{`{"by":[]}`, fault.CodeInvalidField, "by", "an object"},
		{`{"by":{"kim@example.org":"x"}}`, fault.CodeInvalidField, "by.?", "a whole number"},
		{`{"items":[{"even":3}]}`, fault.CodeInvalidField, "items[0].even.half", "whole"},
		{`{"items":[{"colour":3}]}`, fault.CodeUnknownField, "items[0].colour", "not known"},
		{`{"name":"a","name":"b"}`, fault.CodeMalformed, "name", "only once"},
		{`{"name":secret}`, fault.CodeMalformed, "name", "valid JSON"},
		{`{"name":"a"}{}`, fault.CodeMalformed, "", "nothing after"},
		{`{"name":"secret`, fault.CodeMalformed, "name", "valid JSON"},
		{``, fault.CodeMalformed, "", "JSON"},
	} {
		err := jsonfault.From(json.Unmarshal([]byte(tt.text), new(body), json.RejectUnknownMembers(true)))
		f := fault.From(err)
		if f == nil || f.Kind != fault.Invalid || f.Code != tt.code || f.Field != tt.field || !strings.Contains(f.Detail, tt.says) {
			t.Errorf("%s: got %v, want %s: %s: …%s…", tt.text, err, tt.code, tt.field, tt.says)
		} else if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "kim") {
			t.Errorf("%s: repeats what was sent: %v", tt.text, err)
		}
	}
	if err := jsonfault.From(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}

func TestPath(t *testing.T) {
	for pointer, want := range map[jsontext.Pointer]string{
		"":          "",
		"/a":        "a",
		"/a/0/b/12": "a[0].b[12]",
		"/0/1":      "[0][1]",
		"/a~1b/":    "?.?",
		"/" + jsontext.Pointer(strings.Repeat("a", 33)): "?",
		"/a/b/c/d/e/f/g/h/i":                            "a.b.c.d.e.f.g.h",
	} {
		if got := jsonfault.Path(pointer); got != want {
			t.Errorf("%s: got %s, want %s", pointer, got, want)
		}
	}
}

func Example() {
	var place struct {
		Name  string `json:"name"`
		Floor int    `json:"floor"`
	}
	err := json.Unmarshal([]byte(`{"name":"Café","floor":"first"}`), &place)
	fmt.Println(jsonfault.From(err))
	// Output: invalid_field: floor: must be a whole number in range, written without a fraction
}
