package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/client"
)

const defaultServer = "http://127.0.0.1:8080"

// keyFlags are the flags of commands that call a server with an API key, and more.
func keyFlags(kind string, more ...cli.Flag) []cli.Flag {
	key := &cli.StringFlag{Name: "key", Usage: kind + " `KEY` of the server", EnvVars: []string{"FLANEUR_KEY"}}
	return append(more, serverFlag(), key, jsonFlag())
}

// tokenFlags are the flags of commands that call a server for one person, and more.
func tokenFlags(more ...cli.Flag) []cli.Flag {
	token := &cli.StringFlag{Name: "token", Usage: "device `TOKEN` of the person, as opt-in printed it", EnvVars: []string{"FLANEUR_TOKEN"}}
	return append(more, serverFlag(), token, jsonFlag())
}

func serverFlag() cli.Flag {
	return &cli.StringFlag{Name: "server", Usage: "`URL` of the server", Value: defaultServer, EnvVars: []string{"FLANEUR_SERVER"}}
}

// connect returns a client of the server with the credential of --key or --token.
func connect(c *cli.Context) (*client.Client, error) {
	for _, name := range []string{"key", "token"} {
		if secret := c.String(name); secret != "" {
			return client.New(c.String("server"), api.Secret(secret))
		}
		if flagOf(c.Command, name) != nil {
			return nil, usage(c, "--%s is missing; FLANEUR_%s in the environment will do too", name, strings.ToUpper(name))
		}
	}
	return client.New(c.String("server"), "")
}

// need makes a usage error of flags that are missing.
func need(c *cli.Context, names ...string) error {
	for _, name := range names {
		if c.String(name) == "" {
			return usage(c, "--%s is missing", name)
		}
	}
	return nil
}

// onlyID returns the one argument of a command that takes one.
func onlyID(c *cli.Context, what string) (string, error) {
	if c.NArg() != 1 {
		return "", usage(c, "%s needs the id of one %s", c.Command.Name, what)
	}
	return c.Args().First(), nil
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "%s takes no arguments, not %q", c.Command.Name, c.Args().First())
	}
	return nil
}

// list is a list as --json prints it.
type list[T any] struct {
	Items []T `json:"items"`
}

func limitFlag() cli.Flag {
	return &cli.IntFlag{Name: "limit", Usage: "at most `N` of them", Value: catalogue.DefaultPage}
}

// pager lists one page.
type pager[T any] func(ctx context.Context, cursor string, limit int) (api.Page[T], error)

// upTo collects a list page by page, at most limit items; more tells that there are others.
func upTo[T any](ctx context.Context, limit int, page pager[T]) (items []T, more bool, err error) {
	items = []T{}
	for cursor := ""; ; {
		p, err := page(ctx, cursor, min(limit-len(items), catalogue.MaxPage))
		if err != nil {
			return nil, false, err
		}
		items = append(items, p.Items...)
		if cursor = p.Next; cursor == "" || len(items) >= limit {
			return items, cursor != "", nil
		}
	}
}

// printPaged prints a list that upTo collects.
func printPaged[T any](c *cli.Context, page pager[T], header string, cells func(T) []string) error {
	if c.Int("limit") < 1 {
		return usage(c, "--limit must be at least 1")
	}
	items, more, err := upTo(c.Context, c.Int("limit"), page)
	if err != nil {
		return err
	}
	if err := printList(c, items, header, cells); err != nil {
		return err
	}
	if more {
		fmt.Fprintf(os.Stderr, "flaneur: there are more than %d; see --limit\n", len(items))
	}
	return nil
}

// printList prints a table with a header, or JSON.
func printList[T any](c *cli.Context, items []T, header string, cells func(T) []string) error {
	if c.Bool("json") {
		return printJSON(c, list[T]{items})
	}
	rows := [][]string{strings.Fields(header)}
	for _, item := range items {
		rows = append(rows, cells(item))
	}
	return printTable(c, rows)
}

// fact is one line of a page about one thing.
type fact struct{ name, value string }

// printFacts prints v as JSON, or the facts that have a value.
func printFacts(c *cli.Context, v any, facts []fact) error {
	if c.Bool("json") {
		return printJSON(c, v)
	}
	var rows [][]string
	for _, f := range facts {
		if f.value != "" {
			rows = append(rows, []string{f.name, f.value})
		}
	}
	return printTable(c, rows)
}

// printTable prints rows with their columns one below the other.
func printTable(c *cli.Context, rows [][]string) error {
	w := tabwriter.NewWriter(stdout(c), 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i := range row {
			row[i] = oneLine(row[i])
		}
		if _, err := io.WriteString(w, strings.Join(row, "\t")+"\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}

func recordFacts(r api.Record) []fact {
	return []fact{{"mode", r.Mode}, {"created", moment(r.Created)}, {"updated", moment(r.Updated)}, {"revision", r.Revision}}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func orDash(s string) string { return cmp.Or(s, "-") }

// moment shows a time to people; "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// assignments turns field=value, with dots for fields of fields, into a JSON merge patch. A value that is JSON is that,
// any other is a text.
func assignments(c *cli.Context, list []string) (api.Patch, error) {
	patch := api.Patch{}
	for _, s := range list {
		field, text, ok := strings.Cut(s, "=")
		if !ok || field == "" {
			return nil, usage(c, "--set needs FIELD=VALUE, not %q", s)
		}
		var value any = text
		if v := any(nil); json.Unmarshal([]byte(text), &v) == nil {
			value = v
		}
		within := map[string]any(patch)
		names := strings.Split(field, ".")
		for _, name := range names[:len(names)-1] {
			next, ok := within[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				within[name] = next
			}
			within = next
		}
		within[names[len(names)-1]] = value
	}
	return patch, nil
}
