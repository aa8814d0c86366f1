package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/goccy/go-yaml"
)

// Prefix begins the name of every environment variable.
const Prefix = "FLANEUR_"

// clientVariables are read by the client commands and the tests, not by the server.
var clientVariables = []string{Prefix + "SERVER", Prefix + "TESTDATA", Prefix + "KEY", Prefix + "TOKEN", Prefix + "CONFIG"}

// Load returns the effective configuration, validated: the defaults, then the YAML file (none if the path is empty), then
// environ (as of os.Environ; only FLANEUR_… is looked at), then flags by key. Errors are faults that name the key and,
// for an unknown one, the nearest known.
func Load(file string, environ []string, flags map[string]string) (Config, error) {
	c := Default()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return Config{}, fmt.Errorf("config: %w", err)
		}
		if err := c.readYAML(text); err != nil {
			return Config{}, fmt.Errorf("config: %s: %w", file, err)
		}
	}
	fields := c.fields()
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, Prefix) || slices.Contains(clientVariables, name) {
			continue
		}
		if err := set(fields, name, value, field.env); err != nil {
			return Config{}, fmt.Errorf("config: environment: %w", err)
		}
	}
	for key, value := range flags {
		if err := set(fields, key, value, func(f field) string { return f.key }); err != nil {
			return Config{}, fmt.Errorf("config: flags: %w", err)
		}
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	return c, nil
}

// set assigns a text to the field whose name (by the given naming) is name.
func set(fields []field, name, text string, naming func(field) string) error {
	for _, f := range fields {
		if naming(f) == name {
			if err := f.set(text); err != nil {
				return fault.Field(name, "%v", err)
			}
			return nil
		}
	}
	return unknown(name, fields, naming)
}

func (c *Config) readYAML(text []byte) error {
	before := *c
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(c)
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) { // an empty file sets nothing, but the decoder clears what it was given
		*c = before
		return nil
	}
	var positioned yaml.Error
	if !errors.As(err, &positioned) || positioned.GetToken() == nil {
		return fault.New(fault.Invalid, fault.CodeMalformed, "%v", err)
	}
	token := positioned.GetToken()
	where := fmt.Sprintf("line %d", token.Position.Line)
	var unknownKey *yaml.UnknownFieldError
	if errors.As(err, &unknownKey) {
		return unknown(token.Value, c.fields(), field.last).WithField(where + ": " + token.Value)
	}
	detail := positioned.GetMessage()
	var wrongType *yaml.TypeError
	if errors.As(err, &wrongType) {
		lines := strings.Split(string(text), "\n")
		where += ": " + strings.TrimSpace(lines[min(token.Position.Line, len(lines))-1])
		detail = fmt.Sprintf("%q is not of type %v.", token.Value, wrongType.DstType)
	}
	return fault.New(fault.Invalid, fault.CodeMalformed, "%s", detail).WithField(where)
}

// unknown makes the error for a key that nobody knows, with the nearest known one as a hint.
func unknown(name string, fields []field, naming func(field) string) *fault.Error {
	best, distance := "", 1+len(name)/2 // farther than that is no hint
	for _, f := range fields {
		if d := editDistance(name, naming(f)); d < distance {
			best, distance = naming(f), d
		}
	}
	e := fault.New(fault.Invalid, fault.CodeUnknownField, "There is no such key.").WithField(name)
	if best != "" {
		e.Detail = fmt.Sprintf("There is no such key; did you mean %s?", best)
	}
	return e
}

// editDistance is Levenshtein's, in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
