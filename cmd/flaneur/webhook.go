package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/client"
	"github.com/flaneur-io/flaneur/internal/id"
)

func webhookCommand() *cli.Command {
	one := func(name, usage string, action cli.ActionFunc, more ...cli.Flag) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, ArgsUsage: "ID", Flags: keyFlags("secret", more...), Action: action}
	}
	return &cli.Command{
		Name:  "webhook",
		Usage: "let your own server hear what happens",
		Subcommands: []*cli.Command{
			{
				Name: "create", Usage: "make a webhook; its secret is shown once", ArgsUsage: "URL",
				Flags: keyFlags("secret",
					&cli.StringFlag{Name: "events", Usage: "`LIST` of types, such as redemption.succeeded,offer.sold_out", Value: "*"},
					&cli.StringFlag{Name: "merchant", Usage: "`ID` of the merchant, unless the key is bound to one"},
					&cli.StringFlag{Name: "name", Usage: "`NAME` for people"},
				),
				Action: createWebhook,
			},
			{Name: "list", Usage: "show the webhooks", Flags: keyFlags("secret", limitFlag()), Action: listWebhooks},
			one("show", "show one webhook", showWebhook),
			one("change", "change what is named of a webhook", changeWebhook, &cli.StringSliceFlag{
				Name: "set", Usage: "`FIELD=VALUE` as in the API, such as enabled=false",
			}),
			one("rotate", "give it a new secret; the one before signs, too, for a day", rotateWebhook),
			one("test", "send a ping at once", testWebhook),
			one("attempts", "show the last attempts", listAttempts),
			one("dead", "show the messages that were given up", listDeadLetters),
			one("replay", "send messages that were given up again", replayWebhook,
				&cli.StringFlag{Name: "event", Usage: "`ID` of one of them"},
				&cli.StringFlag{Name: "since", Usage: "all of them since `TIME` (RFC 3339), or for so long: 24h"}),
			one("delete", "delete it with all that waits for it", deleteWebhook),
		},
	}
}

func createWebhook(c *cli.Context) error {
	if c.NArg() != 1 {
		return usage(c, "create needs one URL")
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	w, err := server.CreateWebhook(c.Context, api.WebhookInput{
		Merchant: id.Merchant(c.String("merchant")), URL: c.Args().First(), Events: strings.Split(c.String("events"), ","), Name: c.String("name"),
	})
	if err != nil {
		return err
	}
	return printWebhook(c, w)
}

func listWebhooks(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	return printPaged(c, server.Webhooks, "ID URL EVENTS STATUS WAITING DEAD", func(w api.Webhook) []string {
		return []string{w.ID, w.URL, strings.Join(w.Events, ","), webhookStatus(w), fmt.Sprint(w.Waiting), fmt.Sprint(w.Dead)}
	})
}

func webhookStatus(w api.Webhook) string {
	switch {
	case w.Enabled != nil && !*w.Enabled:
		return "disabled"
	case !w.FailingSince.IsZero():
		return "failing"
	}
	return "enabled"
}

// theWebhook returns the id that the argument names, and the server.
func theWebhook(c *cli.Context) (string, *client.Client, error) {
	which, err := onlyID(c, "webhook")
	if err != nil {
		return "", nil, err
	}
	server, err := connect(c)
	return which, server, err
}

func showWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	w, err := server.Webhook(c.Context, which)
	if err != nil {
		return err
	}
	return printWebhook(c, w)
}

func rotateWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	w, err := server.RotateWebhook(c.Context, which)
	if err != nil {
		return err
	}
	return printWebhook(c, w)
}

func changeWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	if !c.IsSet("set") {
		return usage(c, "change needs --set FIELD=VALUE")
	}
	patch, err := assignments(c, c.StringSlice("set"))
	if err != nil {
		return err
	}
	w, err := server.ChangeWebhook(c.Context, which, "", patch)
	if err != nil {
		return err
	}
	return printWebhook(c, w)
}

func testWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	a, err := server.TestWebhook(c.Context, which)
	if err != nil {
		return err
	}
	if err := printFacts(c, a, []fact{{"event", a.Event}, {"outcome", outcome(a)}, {"took", fmt.Sprintf("%d ms", a.Millis)}}); err != nil {
		return err
	}
	if a.Problem != "" {
		return fmt.Errorf("the ping was not taken: %s", outcome(a))
	}
	return nil
}

func outcome(a api.WebhookAttempt) string {
	switch {
	case a.Problem == "":
		return fmt.Sprintf("ok, status %d", a.Status)
	case a.Status != 0:
		return fmt.Sprintf("status %d", a.Status)
	}
	return strings.ReplaceAll(a.Problem, "_", " ")
}

func listAttempts(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	items, err := server.WebhookAttempts(c.Context, which)
	if err != nil {
		return err
	}
	return printList(c, items, "AT EVENT TYPE ATTEMPT OUTCOME TOOK NEXT", func(a api.WebhookAttempt) []string {
		return []string{
			moment(a.At), a.Event, a.Type, fmt.Sprint(a.Attempt), outcome(a), fmt.Sprintf("%d ms", a.Millis), orDash(moment(a.Next)),
		}
	})
}

func listDeadLetters(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	items, err := server.DeadLetters(c.Context, which)
	if err != nil {
		return err
	}
	return printList(c, items, "AT EVENT TYPE ATTEMPTS PROBLEM", func(d api.DeadLetter) []string {
		return []string{moment(d.At), d.Event, d.Type, fmt.Sprint(d.Attempts), d.Problem}
	})
}

func replayWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	in := api.WebhookReplay{Event: c.String("event")}
	if text := c.String("since"); text != "" {
		if in.Since, err = time.Parse(time.RFC3339, text); err != nil {
			ago, notAgo := time.ParseDuration(text)
			if notAgo != nil {
				return usage(c, "--since must be a time (RFC 3339) or a duration such as 24h, not %q", text)
			}
			in.Since = time.Now().Add(-ago)
		}
	}
	if (in.Event == "") == in.Since.IsZero() {
		return usage(c, "replay needs either --event or --since")
	}
	out, err := server.ReplayWebhook(c.Context, which, in)
	if err != nil {
		return err
	}
	return printFacts(c, out, []fact{{"replayed", fmt.Sprint(out.Replayed)}})
}

func deleteWebhook(c *cli.Context) error {
	which, server, err := theWebhook(c)
	if err != nil {
		return err
	}
	return server.RemoveWebhook(c.Context, which, "")
}

func printWebhook(c *cli.Context, w api.Webhook) error {
	facts := []fact{
		{"id", w.ID},
		{"url", w.URL},
		{"events", strings.Join(w.Events, ", ")},
		{"status", webhookStatus(w)},
		{"note", w.Note},
		{"secret", string(w.Secret)},
		{"old secret", until(w.OldUntil)},
		{"failing since", moment(w.FailingSince)},
		{"waiting", fmt.Sprint(w.Waiting)},
		{"dead", fmt.Sprint(w.Dead)},
		{"name", w.Name},
		{"merchant", string(w.Merchant)},
	}
	return printFacts(c, w, append(facts, recordFacts(w.Record)...))
}

func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "signs until " + moment(t)
}
