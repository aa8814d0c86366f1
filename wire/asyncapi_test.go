package wire

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

const asyncAPI = "../docs/asyncapi.yaml"

type asyncDoc struct {
	AsyncAPI string `yaml:"asyncapi"`
	Channels map[string]struct {
		Address  string         `yaml:"address"`
		Messages map[string]ref `yaml:"messages"`
	} `yaml:"channels"`
	Operations map[string]struct {
		Action   string `yaml:"action"`
		Messages []ref  `yaml:"messages"`
	} `yaml:"operations"`
	Components struct {
		Messages map[string]struct {
			Name    string `yaml:"name"`
			Kind    int    `yaml:"x-binary-kind"`
			Payload schema `yaml:"payload"`
		} `yaml:"messages"`
		Schemas map[string]schema `yaml:"schemas"`
	} `yaml:"components"`
}

type ref struct {
	Ref string `yaml:"$ref"`
}

type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       string            `yaml:"type"`
	Const      string            `yaml:"const"`
	Enum       []string          `yaml:"enum"`
	Items      *schema           `yaml:"items"`
	MaxItems   int               `yaml:"maxItems"`
	MaxLength  int               `yaml:"maxLength"`
	Maximum    float64           `yaml:"maximum"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	AllOf      []schema          `yaml:"allOf"`
}

// closedSets are the members whose texts are fixed, by struct and path.
var closedSets = map[string][]string{
	"Mood.source":         moodSources,
	"Feedback.action":     feedbackActions,
	"Consent.purpose":     purposes,
	"Consent.level":       moodLevels,
	"Consent.sources":     moodSources,
	"Welcome.moodSources": moodSources,
	"Welcome.deployment":  {"work", "school"},
	"Welcome.consents":    purposes,
	"Welcome.moodLevel":   append([]string{"off"}, moodLevels...),
	"Offer.trigger":       {"enter", "exit", "dwell", "nearby", "crossed", "on_the_way", "follow_up", "pull"},
	"Trip.action":         tripActions,
	"Trip.mode":           tripModes,
	"Offer.notUsed":       {"mood", "purchases"},
	"Control.action":      {"not_now", "less_like_this", "never_brand", "never_merchant", "pause"},
	"Reward.kind":         {"percent", "amount", "two_for_one", "free_item", "points", "none"},
	"Withdrawn.reason":    {"stopped", "paused", "changed", "expired", "sold_out", "blocked"},
}

func readAsyncAPI(t *testing.T) *asyncDoc {
	t.Helper()
	data, err := os.ReadFile(asyncAPI)
	if err != nil {
		t.Fatal(err)
	}
	var doc asyncDoc
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return &doc
}

// The published description names exactly the frames of this package, with their numbers and sides.
func TestAsyncAPIMessages(t *testing.T) {
	doc := readAsyncAPI(t)
	if doc.AsyncAPI != "3.0.0" || doc.Channels["socket"].Address != "/v1/socket" {
		t.Errorf("version %q, address %q", doc.AsyncAPI, doc.Channels["socket"].Address)
	}
	sides := map[Side][]string{}
	for _, r := range kinds {
		m, ok := doc.Components.Messages[r.name]
		typeName := reflect.TypeOf(r.make()).Elem().Name()
		switch {
		case !ok:
			t.Errorf("%s is not described", r.name)
			continue
		case m.Name != r.name, m.Kind != int(r.kind), len(m.Payload.AllOf) != 2:
			t.Errorf("%s: name %q, kind %d, %d parts", r.name, m.Name, m.Kind, len(m.Payload.AllOf))
			continue
		}
		tag, body := m.Payload.AllOf[0], m.Payload.AllOf[1]
		if !slices.Equal(tag.Required, []string{"t"}) || tag.Properties["t"].Const != r.name {
			t.Errorf("%s: t is %q, required %v", r.name, tag.Properties["t"].Const, tag.Required)
		}
		if body.Ref != "#/components/schemas/"+typeName {
			t.Errorf("%s: payload is %s, want %s", r.name, body.Ref, typeName)
		}
		if got := doc.Channels["socket"].Messages[r.name].Ref; got != "#/components/messages/"+r.name {
			t.Errorf("%s: the channel says %q", r.name, got)
		}
		sides[r.from] = append(sides[r.from], "#/channels/socket/messages/"+r.name)
	}
	if n := len(doc.Components.Messages); n != len(kinds) || n != len(doc.Channels["socket"].Messages) {
		t.Errorf("%d messages, %d in the channel; there are %d frames", n, len(doc.Channels["socket"].Messages), len(kinds))
	}
	for name, side := range map[string]Side{"fromDevice": Device, "toDevice": Server} {
		var got []string
		for _, m := range doc.Operations[name].Messages {
			got = append(got, m.Ref)
		}
		if diff := cmp.Diff(sides[side], got); diff != "" {
			t.Errorf("operation %s: -want +got\n%s", name, diff)
		}
	}
	if doc.Operations["fromDevice"].Action != "receive" || doc.Operations["toDevice"].Action != "send" {
		t.Error("actions are those of the server: it receives fromDevice and sends toDevice")
	}
}

// Every struct of a frame has a schema with the same members, types, requirements and closed sets, and there is no other.
func TestAsyncAPISchemas(t *testing.T) {
	doc := readAsyncAPI(t)
	seen := map[string]bool{}
	for _, r := range kinds {
		compareSchema(t, doc, reflect.TypeOf(r.make()).Elem(), seen)
	}
	for name := range doc.Components.Schemas {
		if !seen[name] {
			t.Errorf("schema %s belongs to no frame", name)
		}
	}
	for name, want := range map[string]int{"Position.fixes": MaxFixes, "Offers.offers": MaxOffers, "Pull.categories": MaxCategories} {
		st, member, _ := strings.Cut(name, ".")
		if got := doc.Components.Schemas[st].Properties[member].MaxItems; got != want {
			t.Errorf("%s: maxItems %d, want %d", name, got, want)
		}
	}
	if got := doc.Components.Schemas["Hello"].Properties["token"].MaxLength; got != MaxText {
		t.Errorf("Hello.token: maxLength %d, want %d", got, MaxText)
	}
	for name, want := range map[string]float64{"Fix.acc": MaxAccuracy, "Fix.speed": MaxSpeed, "Pull.radius": MaxRadius, "Erase.seq": MaxSeq} {
		st, member, _ := strings.Cut(name, ".")
		if got := doc.Components.Schemas[st].Properties[member].Maximum; got != want {
			t.Errorf("%s: maximum %g, want %g", name, got, want)
		}
	}
}

func compareSchema(t *testing.T, doc *asyncDoc, st reflect.Type, seen map[string]bool) {
	t.Helper()
	if seen[st.Name()] {
		return
	}
	seen[st.Name()] = true
	s, ok := doc.Components.Schemas[st.Name()]
	if !ok || s.Type != "object" {
		t.Errorf("%s has no schema of an object", st.Name())
		return
	}
	var required, members []string
	for i := range st.NumField() {
		name, options, _ := strings.Cut(st.Field(i).Tag.Get("json"), ",")
		members = append(members, name)
		if options == "" {
			required = append(required, name)
		}
		compareType(t, doc, st.Name()+"."+name, st.Field(i).Type, s.Properties[name], seen)
	}
	if diff := cmp.Diff(required, s.Required); diff != "" {
		t.Errorf("%s: required: -want +got\n%s", st.Name(), diff)
	}
	for name := range s.Properties {
		if !slices.Contains(members, name) {
			t.Errorf("%s has no member %s", st.Name(), name)
		}
	}
}

func compareType(t *testing.T, doc *asyncDoc, path string, typ reflect.Type, s schema, seen map[string]bool) {
	t.Helper()
	want := ""
	switch typ.Kind() {
	case reflect.Pointer:
		compareType(t, doc, path, typ.Elem(), s, seen)
		return
	case reflect.Struct:
		if s.Ref != "#/components/schemas/"+typ.Name() {
			t.Errorf("%s: is %q, want a reference to %s", path, s.Ref, typ.Name())
		}
		compareSchema(t, doc, typ, seen)
		return
	case reflect.Slice:
		if s.Type != "array" || s.Items == nil {
			t.Errorf("%s: is %q, want an array with items", path, s.Type)
			return
		}
		compareType(t, doc, path, typ.Elem(), *s.Items, seen)
		return
	case reflect.String:
		want = "string"
	case reflect.Bool:
		want = "boolean"
	case reflect.Float64:
		want = "number"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		want = "integer"
	}
	if s.Type != want {
		t.Errorf("%s: is %q, want %q", path, s.Type, want)
	}
	if diff := cmp.Diff(closedSets[path], s.Enum); diff != "" {
		t.Errorf("%s: enum: -want +got\n%s", path, diff)
	}
}
