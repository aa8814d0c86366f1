package config

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// field is one key of a Config, found by its tags.
type field struct {
	key   string // limits.max_sessions
	doc   string
	value reflect.Value // addressable: setting it sets the Config
}

// fields returns the keys of c in order of declaration.
func (c *Config) fields() []field { return walk(nil, "", reflect.ValueOf(c).Elem()) }

func walk(out []field, prefix string, v reflect.Value) []field {
	for i := range v.NumField() {
		tags := v.Type().Field(i).Tag
		key := prefix + tags.Get("yaml")
		if doc, ok := tags.Lookup("doc"); ok {
			out = append(out, field{key, doc, v.Field(i)})
		} else {
			out = walk(out, key+".", v.Field(i))
		}
	}
	return out
}

func (f field) env() string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(f.key, ".", "_"))
}

func (f field) last() string { return f.key[strings.LastIndexByte(f.key, '.')+1:] }

// set reads the text form of a value; the error says what would be right.
func (f field) set(text string) error {
	switch p := f.value.Addr().Interface().(type) {
	case *string:
		*p = text
	case *[]string:
		*p = nil
		for s := range strings.SplitSeq(text, ",") {
			if s = strings.TrimSpace(s); s != "" {
				*p = append(*p, s)
			}
		}
	case *bool:
		return parse(p, text, strconv.ParseBool, "true or false")
	case *int:
		return parse(p, text, strconv.Atoi, "a whole number")
	case *float64:
		return parse(p, text, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }, "a number")
	case *time.Duration:
		return parse(p, text, time.ParseDuration, "a duration such as 10s or 1m30s")
	case encoding.TextUnmarshaler:
		if p.UnmarshalText([]byte(text)) != nil {
			return errors.New("must be one of: " + f.doc)
		}
	default:
		return fmt.Errorf("has a type that can't be set: %T", p)
	}
	return nil
}

func parse[T any](p *T, text string, read func(string) (T, error), form string) error {
	v, err := read(text)
	if err != nil {
		return fmt.Errorf("must be %s, not %q", form, text)
	}
	*p = v
	return nil
}

// Print writes the configuration as YAML, each key under its explanation. The output, given to Load, is the same Config.
func (c Config) Print(w io.Writer) error {
	comments := yaml.CommentMap{}
	for _, f := range c.fields() {
		comments["$."+f.key] = []*yaml.Comment{yaml.HeadComment(" " + f.doc)}
	}
	text, err := yaml.MarshalWithOptions(c, yaml.WithComment(comments))
	if err != nil {
		return fmt.Errorf("config: print: %w", err)
	}
	_, err = w.Write(text)
	return err
}

// Reference writes a Markdown table of all keys: key, environment variable, default, meaning.
func Reference(w io.Writer) error {
	c := Default()
	if _, err := io.WriteString(w, "| key | environment | default | meaning |\n| --- | --- | --- | --- |\n"); err != nil {
		return err
	}
	for _, f := range c.fields() {
		value := fmt.Sprint(f.value.Interface())
		if value == "[]" {
			value = ""
		}
		if _, err := fmt.Fprintf(w, "| `%s` | `%s` | %s | %s |\n", f.key, f.env(), value, f.doc); err != nil {
			return err
		}
	}
	return nil
}
