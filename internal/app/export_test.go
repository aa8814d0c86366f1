package app

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/flaneur-io/flaneur/push/fcm"
	"github.com/flaneur-io/flaneur/push/socket"
)

// Deafen takes the listener away, as an error of the system would.
func (s *Server) Deafen() error { return s.listener.Close() }

// Hub returns the sockets' channel of pushes.
func (s *Server) Hub() *socket.Hub { return s.hub }

// FCM returns the channel behind it.
func (s *Server) FCM() *fcm.Channel { return s.services.fcm }

// Sessions returns how many sockets are open.
func (s *Server) Sessions() int { return s.gateway.Stats().Sessions }

// Traces returns where in memory a text is: every string, and every slice of bytes, that the module's own types hold,
// however deep, as type and field, such as socket.shard.people[key]. Not seen are pools, whose content is overwritten at its next use,
// stacks, and buntdb, which keeps in memory what is in its files.
func (s *Server) Traces(text string) (paths []string) {
	type place struct {
		at  uintptr
		typ reflect.Type
	}
	seen := map[place]bool{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			if strings.Contains(v.String(), text) {
				paths = append(paths, path)
			}
		case reflect.Interface:
			walk(v.Elem(), path)
		case reflect.Pointer:
			if here := (place{v.Pointer(), v.Type()}); !v.IsNil() && !seen[here] && own(v.Type().Elem()) {
				seen[here] = true
				walk(v.Elem(), path)
			}
		case reflect.Struct:
			for i := 0; i < v.NumField() && own(v.Type()); i++ {
				walk(v.Field(i), v.Type().String()+"."+v.Type().Field(i).Name)
			}
		case reflect.Map:
			for m := v.MapRange(); m.Next(); {
				walk(m.Key(), path+"[key]")
				walk(m.Value(), path+"[]")
			}
		case reflect.Slice, reflect.Array:
			switch kind := v.Type().Elem().Kind(); {
			case kind == reflect.Uint8 && v.Kind() == reflect.Slice:
				if bytes.Contains(v.Bytes(), []byte(text)) {
					paths = append(paths, path)
				}
			case kind >= reflect.Array:
				for i := range v.Len() {
					walk(v.Index(i), path+"[]")
				}
			}
		}
	}
	walk(reflect.ValueOf(s), "")
	return paths
}

// own reports whether the fields of a type are looked at.
func own(t reflect.Type) bool {
	p := t.PkgPath()
	return p == "" || p == "container/list" || strings.HasPrefix(p, "github.com/flaneur-io/flaneur/")
}
