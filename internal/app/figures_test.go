package app

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/flaneur-io/flaneur/push/courier"
)

// unshown are the counts that no metric shows, and why.
var unshown = map[string]string{
	"engine.Sessions":    "the gateway counts the sockets",
	"engine.Deliveries":  "the channels count what arrived, and undelivered what did not",
	"hub.Users":          "the gateway counts the sockets",
	"hub.Conns":          "the gateway counts the sockets",
	"fcm.InFlight":       "at most 32",
	"fcm.DeadTokens":     "counted by code among the failed",
	"webpush.InFlight":   "at most 32",
	"webpush.DeadTokens": "counted by code among the failed",
	"learned.Version":    "flaneur learning show lists them",
	"learned.Base":       "of no use to operators",
	"store.Tombstones":   "erasures are counted when they happen",
}

func TestEveryCountIsShown(t *testing.T) {
	rooms := reflect.TypeFor[counts]()
	for i := range rooms.NumField() {
		room := rooms.Field(i)
		stats := room.Type
		if stats.Kind() == reflect.Pointer {
			stats = stats.Elem()
		}
		for j := range stats.NumField() {
			name := room.Name + "." + stats.Field(j).Name
			shown := fmt.Sprint(counted(room.Name, j)) != fmt.Sprint(counted("", 0))
			if why, hidden := unshown[name]; shown == hidden {
				t.Errorf("%s: shown %v, hidden because %q", name, shown, why)
			}
		}
	}
}

// counted returns the figures of rooms that counted nothing but one field of one room.
func counted(room string, field int) any {
	c := counts{fcm: new(courier.Stats), webpush: new(courier.Stats)}
	var v reflect.Value
	switch room {
	case "engine":
		v = reflect.ValueOf(&c.engine).Elem()
	case "gateway":
		v = reflect.ValueOf(&c.gateway).Elem()
	case "hub":
		v = reflect.ValueOf(&c.hub).Elem()
	case "fcm":
		v = reflect.ValueOf(c.fcm).Elem()
	case "webpush":
		v = reflect.ValueOf(c.webpush).Elem()
	case "numbers":
		v = reflect.ValueOf(&c.numbers).Elem()
	case "footfall":
		v = reflect.ValueOf(&c.footfall).Elem()
	case "webhooks":
		v = reflect.ValueOf(&c.webhooks).Elem()
	case "learned":
		v = reflect.ValueOf(&c.learned).Elem()
	case "store":
		v = reflect.ValueOf(&c.store).Elem()
	default:
		return c.figures()
	}
	switch f := v.Field(field); f.Kind() {
	case reflect.Int, reflect.Int64:
		f.SetInt(7)
	case reflect.Uint64:
		f.SetUint(7)
	case reflect.Float64:
		f.SetFloat(7)
	case reflect.Map:
		m := reflect.MakeMap(f.Type())
		m.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf(7).Convert(f.Type().Elem()))
		f.Set(m)
	}
	return c.figures()
}
