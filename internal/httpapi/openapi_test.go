package httpapi_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/httpapi"
	"github.com/flaneur-io/flaneur/wire"
)

// spec is what the tests read of docs/openapi.yaml.
type spec struct {
	Paths map[string]map[string]any `yaml:"paths"`
	Parts struct {
		Schemas   map[string]schema `yaml:"schemas"`
		Responses map[string]any    `yaml:"responses"`
	} `yaml:"components"`
}

type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       string            `yaml:"type"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	Items      *schema           `yaml:"items"`
	Values     *schema           `yaml:"additionalProperties"`
}

func readSpec(t testing.TB) *spec {
	t.Helper()
	text, err := os.ReadFile("../../docs/openapi.yaml")
	must(t, err)
	// Whether unknown members are allowed is not for this reader.
	var s spec
	must(t, yaml.Unmarshal([]byte(strings.ReplaceAll(string(text), "additionalProperties: false\n", "\n")), &s))
	return &s
}

// operation returns the operation of a route, matched by a concrete path too.
func (s *spec) operation(method, path string) map[string]any {
	path, _, _ = strings.Cut(path, "?")
	var found map[string]any
	for pattern, item := range s.Paths {
		want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
		match := slices.EqualFunc(want, got, func(a, b string) bool { return a == b || strings.HasPrefix(a, "{") })
		if op, ok := item[strings.ToLower(method)].(map[string]any); ok && match && (found == nil || pattern == path) {
			found = op
		}
	}
	return found
}

// allows fails the test if the document does not list the status.
func (s *spec) allows(t testing.TB, method, path string, status int) {
	t.Helper()
	op := s.operation(method, path)
	responses, _ := op["responses"].(map[string]any)
	if _, ok := responses[strconv.Itoa(status)]; !ok {
		t.Errorf("docs/openapi.yaml: %s %s does not list %d", method, path, status)
	}
}

func TestDocumentNamesAllRoutes(t *testing.T) {
	s := readSpec(t)
	var documented []string
	for path, item := range s.Paths {
		for method := range item {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	served := httpapi.Routes()
	slices.Sort(served)
	slices.Sort(documented)
	if d := cmp.Diff(served, documented); d != "" {
		t.Errorf("routes (-served +documented):\n%s", d)
	}
}

// TestDocumentNamesCredentialsAndStatuses derives from the table of routes what each of them can answer.
func TestDocumentNamesCredentialsAndStatuses(t *testing.T) {
	s := readSpec(t)
	for _, r := range httpapi.RouteTable() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		op := s.operation(method, path)
		var credentials []string
		security, _ := op["security"].([]any)
		for _, alternative := range security {
			for name := range alternative.(map[string]any) {
				credentials = append(credentials, name)
			}
		}
		if d := cmp.Diff(r.Credentials, credentials); d != "" {
			t.Errorf("%s: credentials (-served +documented):\n%s", r.Pattern, d)
		}
		for _, status := range r.Statuses {
			s.allows(t, method, path, status)
		}
		if _, has := op["requestBody"]; has != r.Body {
			t.Errorf("%s: requestBody is documented: %v, read: %v", r.Pattern, has, r.Body)
		}
	}
}

// TestExamplesAreTaken sends the document's own examples of requests through the strict reader.
func TestExamplesAreTaken(t *testing.T) {
	bodies := map[string]func() any{
		"createMerchant": func() any { return &api.MerchantInput{} }, "createPlace": func() any { return &api.PlaceInput{} },
		"createPlaces": func() any { return &api.Batch[api.PlaceInput]{} }, "changePlace": func() any { return &api.PlaceInput{} },
		"createOffer": func() any { return &api.OfferInput{} }, "createOffers": func() any { return &api.Batch[api.OfferInput]{} },
		"changeOffer": func() any { return &api.OfferInput{} }, "optIn": func() any { return &api.OptIn{} },
		"setConsents": func() any { return &api.ConsentChange{} }, "changeConsents": func() any { return &api.ConsentChange{} },
		"setPreferences": func() any { return &api.Preferences{} }, "setPushToken": func() any { return &api.PushToken{} },
		"reportPositions": func() any { return &api.Positions{} }, "reportMood": func() any { return &api.Mood{} },
		"reportFeedback": func() any { return &api.Feedback{} }, "reportPurchase": func() any { return &api.Purchase{} },
		"redeem": func() any { return &api.Redeem{} }, "estimateReach": func() any { return &api.EstimateInput{} }, "createWebhook": func() any { return &api.WebhookInput{} },
		"replayWebhook":     func() any { return &api.WebhookReplay{} },
		"setStock":          func() any { return &api.Stock{} },
		"changeStock":       func() any { return &api.StockChange{} },
		"changePreferences": func() any { return &api.Preferences{} }, "pause": func() any { return &api.Pause{} },
		"reportSold": func() any { return &api.Sold{} }, "setShoppingList": func() any { return &api.ShoppingList{} }, "planShopping": func() any { return &api.ShoppingQuery{} },
		"startTrip":   func() any { return &api.Trip{} },
		"rate":        func() any { return &api.Rate{} },
		"checkCodes":  func() any { return &api.Checkout{} },
		"redeemCodes": func() any { return &api.Checkout{} }, "reportTillPurchase": func() any { return &api.TillPurchase{} },
		"syncTill": func() any { return &api.OfflineRedemptions{} },
	}
	seen := 0
	for _, item := range readSpec(t).Paths {
		for _, op := range item {
			op, _ := op.(map[string]any)
			request, _ := op["requestBody"].(map[string]any)
			content, _ := request["content"].(map[string]any)
			media, _ := content["application/json"].(map[string]any)
			example, ok := media["example"]
			if !ok {
				continue
			}
			seen++
			name := op["operationId"].(string)
			body, err := json.Marshal(example)
			must(t, err)
			if into := bodies[name]; into == nil {
				t.Errorf("%s has an example that nobody reads", name)
			} else if err := httpapi.Decode(body, into()); err != nil {
				t.Errorf("%s: the example is refused: %v", name, err)
			}
		}
	}
	if seen != len(bodies) {
		t.Errorf("%d examples, want %d", seen, len(bodies))
	}
}

// TestReferencesResolve holds that every $ref of the document points to something.
func TestReferencesResolve(t *testing.T) {
	text, err := os.ReadFile("../../docs/openapi.yaml")
	must(t, err)
	var whole map[string]any
	must(t, yaml.Unmarshal(text, &whole))
	for _, ref := range regexp.MustCompile(`#/[A-Za-z/]+`).FindAllString(string(text), -1) {
		var at any = whole
		for _, name := range strings.Split(ref, "/")[1:] {
			m, _ := at.(map[string]any)
			at = m[name]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	}
}

// TestDocumentDescribesTheBodies compares the schemas with the structs.
func TestDocumentDescribesTheBodies(t *testing.T) {
	s := readSpec(t)
	types := map[string]reflect.Type{
		"MerchantPage": reflect.TypeFor[api.Page[api.Merchant]](), "PlacePage": reflect.TypeFor[api.Page[api.Place]](),
		"StockPage": reflect.TypeFor[api.Page[api.StockItem]](), "OfferVersionPage": reflect.TypeFor[api.Page[api.OfferVersion]](),
		"OfferPage": reflect.TypeFor[api.Page[api.Offer]](), "OfferSeenPage": reflect.TypeFor[api.Page[wire.Offer]](),
		"WebhookPage": reflect.TypeFor[api.Page[api.Webhook]](), "WebhookAttemptPage": reflect.TypeFor[api.Page[api.WebhookAttempt]](),
		"DeadLetterPage": reflect.TypeFor[api.Page[api.DeadLetter]](),
		"PlaceBatch":     reflect.TypeFor[api.Batch[api.PlaceInput]](), "OfferBatch": reflect.TypeFor[api.Batch[api.OfferInput]](),
		"WhyNotPage": reflect.TypeFor[api.Page[api.WhyNot]](), "PurchasePage": reflect.TypeFor[api.Page[api.Purchase]](), "RatingPage": reflect.TypeFor[api.Page[api.Rating]](),
		"RatingGiven": reflect.TypeFor[api.Rating](), "VisitPage": reflect.TypeFor[api.Page[api.Visit]](),
		"Rating": reflect.TypeFor[wire.Rating](), "Control": reflect.TypeFor[wire.Control](),
		"OfferSeen": reflect.TypeFor[wire.Offer](), "PlaceSeen": reflect.TypeFor[wire.Place](), "RewardSeen": reflect.TypeFor[wire.Reward](),
		"Money": reflect.TypeFor[wire.Money](), "Reason": reflect.TypeFor[wire.Reason](), "Fix": reflect.TypeFor[wire.Fix](), "Hint": reflect.TypeFor[wire.Hint](),
		"RedemptionPage": reflect.TypeFor[api.Page[api.Redemption]](),
	}
	for _, v := range []any{
		api.MerchantInput{},
		api.Merchant{},
		api.PlaceInput{},
		api.Place{},
		api.OfferInput{},
		api.Offer{},
		api.OfferVersion{},
		api.Text{},
		api.Reward{},
		api.Budget{},
		api.Limit{},
		api.Conditions{},
		api.Audience{},
		api.Redeeming{},
		api.Next{},
		api.Program{},
		api.Tier{},
		api.BatchResult{},
		api.ItemResult{},
		api.OptIn{},
		api.Grant{},
		api.OptedIn{},
		api.ConsentChange{},
		api.Consents{},
		api.Consent{},
		api.Notices{},
		api.MoodLevel{},
		api.Moods{},
		api.MoodLabel{},
		api.MoodHeard{},
		api.Notice{},
		api.Preferences{},
		api.PushPreferences{},
		api.Block{},
		api.Item{},
		api.Rate{},
		api.Pause{},
		api.Paused{},
		api.Why{},
		api.Told{},
		api.WhyNot{},
		api.Visit{},
		api.Waiting{},
		api.MoodChoice{},
		api.PushToken{},
		api.WebPushKey{},
		api.Positions{},
		api.PositionsTaken{},
		api.Mood{},
		api.Feedback{},
		api.Purchase{},
		api.Redeem{},
		api.Redemption{},
		api.Checkout{},
		api.BasketItem{},
		api.CheckoutResult{},
		api.CheckoutLine{},
		api.Refusal{},
		api.RollBack{},
		api.OfflineRedemptions{},
		api.OfflineRedemption{},
		api.OfflineResults{},
		api.OfflineResult{},
		api.TillKeys{},
		api.TillKey{},
		api.Stopped{},
		api.TillPurchase{},
		api.Credited{},
		api.MemberCode{},
		api.Loyalty{},
		api.LoyaltyAt{},
		api.Receipt{},
		api.Account{},
		api.LastFix{},
		api.ReachMemory{},
		api.Reaches{},
		api.Reach{},
		api.MoodNow{},
		api.Delivery{},
		api.Suppressed{},
		api.Affinity{},
		api.Numbers{},
		api.NumbersBucket{},
		api.Figures{},
		api.Uplift{},
		api.Contrast{},
		api.EstimateInput{},
		api.Estimate{},
		api.WebhookInput{},
		api.Webhook{},
		api.WebhookAttempt{},
		api.DeadLetter{},
		api.WebhookReplay{},
		api.WebhookReplayed{},
		api.Trip{},
		api.Stay{},
		api.Learned{},
		api.Been{},
		api.Answered{},
		api.MoodTaste{},
		api.Step{},
		api.Chains{},
		api.Problem{},
		api.StockItem{},
		api.Stock{},
		api.StockPatch{},
		api.StockChange{},
		api.StockResult{},
		api.Sold{},
		api.SoldItem{},
		api.Want{},
		api.ShoppingList{},
		api.ShoppingQuery{},
		api.ShoppingPlan{},
		api.ShoppingStop{},
		api.ShoppingItem{},
	} {
		types[reflect.TypeOf(v).Name()] = reflect.TypeOf(v)
	}
	byType := map[reflect.Type]string{}
	for name, typ := range types {
		byType[typ] = name
	}
	for name, typ := range types {
		got, ok := s.Parts.Schemas[name]
		if !ok {
			t.Errorf("%s is not described", name)
			continue
		}
		want := schema{Type: "object", Properties: map[string]schema{}}
		describe(typ, byType, &want)
		slices.Sort(want.Required)
		slices.Sort(got.Required)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-code +document):\n%s", name, d)
		}
	}
	for name := range s.Parts.Schemas {
		if _, ok := types[name]; !ok && !slices.Contains([]string{"Point", "Region", "Patch"}, name) {
			t.Errorf("%s is described, but there is no such body", name)
		}
	}
}

// describe collects the members of a struct as JSON has them.
func describe(typ reflect.Type, byType map[reflect.Type]string, into *schema) {
	for f := range fields(typ) {
		tag, given := f.Tag.Lookup("json")
		if f.Anonymous && !given {
			describe(f.Type, byType, into)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		into.Properties[name] = schemaOf(f.Type, byType)
		if !strings.Contains(options, "omit") {
			into.Required = append(into.Required, name)
		}
	}
}

func fields(typ reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if !yield(typ.Field(i)) {
				return
			}
		}
	}
}

func schemaOf(typ reflect.Type, byType map[reflect.Type]string) schema {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if name, ok := byType[typ]; ok {
		return schema{Ref: "#/components/schemas/" + name}
	}
	if typ == reflect.TypeFor[jsontext.Value]() { // whatever it is, in the API it is an object
		return schema{Type: "object"}
	}
	switch {
	case typ.String() == "time.Time":
		return schema{Type: "string"}
	case typ.String() == "geo.Point", typ.String() == "geo.Region":
		return schema{Ref: "#/components/schemas/" + typ.Name()}
	}
	switch typ.Kind() {
	case reflect.Bool:
		return schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{Type: "integer"}
	case reflect.Float64:
		return schema{Type: "number"}
	case reflect.Slice:
		item := schemaOf(typ.Elem(), byType)
		return schema{Type: "array", Items: &item}
	case reflect.Map:
		value := schemaOf(typ.Elem(), byType)
		return schema{Type: "object", Values: &value}
	default:
		return schema{Type: "string"}
	}
}
