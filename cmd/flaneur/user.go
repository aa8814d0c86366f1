package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/wire"
)

func userCommand() *cli.Command {
	policy := func() cli.Flag {
		return &cli.StringFlag{Name: "policy", Usage: "`VERSION` of the text that the person agreed to", Value: "command-line"}
	}
	sources := func() cli.Flag {
		return &cli.StringFlag{Name: "mood-sources", Usage: "`LIST` of self, wearable, face, voice, typing that a grant or withdrawal of mood is about; the policy of a grant is the version that flaneur user notice shows"}
	}
	level := func() cli.Flag {
		return &cli.StringFlag{Name: "mood-level", Usage: "`LEVEL` of consent to mood: quiet (may hold back) or help (may also pick)"}
	}
	return &cli.Command{
		Name:  "user",
		Usage: "opt a person in, and see what they see",
		Subcommands: append([]*cli.Command{
			{
				Name: "opt-in", Usage: "make a person who allows something, and print their device token; it is shown this once",
				Flags: keyFlags("publishable",
					&cli.StringFlag{Name: "consent", Usage: "`LIST` of location, mood, purchases, push"}, level(), sources(), policy(),
					&cli.StringFlag{Name: "lang", Usage: "`LANGUAGE` of texts: en or de"},
					&cli.StringFlag{Name: "zone", Usage: "IANA time `ZONE` of the person"},
					&cli.BoolFlag{Name: "minor", Usage: "the person is under age"},
					&cli.StringFlag{Name: "interests", Usage: "`LIST` of categories"},
					&cli.StringFlag{Name: "attributes", Usage: "`LIST` of what the person tells about themselves, such as student,cyclist"},
				),
				Action: optIn,
			},
			noticeCommand(),
			{Name: "me", Usage: "show everything that is held about a person", Flags: tokenFlags(), Action: me},
			{
				Name: "consent", Usage: "show or move a person's switches",
				Flags: tokenFlags(
					&cli.StringFlag{Name: "grant", Usage: "`LIST` of purposes to allow"},
					&cli.StringFlag{Name: "withdraw", Usage: "`LIST` of purposes to allow no more"}, level(), sources(), policy(),
				),
				Action: consent,
			},
			{
				Name: "preferences", Aliases: []string{"prefs"}, Usage: "show or change how a person wants to be served",
				Flags:  tokenFlags(&cli.StringSliceFlag{Name: "set", Usage: "`FIELD=VALUE` as in the API, such as push.dailyCap=3"}),
				Action: preferences,
			},
			{
				Name: "pull", Usage: "ask what is near", Action: pull,
				Flags: tokenFlags(
					&cli.StringFlag{Name: "lat", Usage: "latitude in `DEGREES`; that of the last fix without it"},
					&cli.StringFlag{Name: "lon", Usage: "longitude in `DEGREES`"},
					&cli.Float64Flag{Name: "radius", Usage: "`METRES` around"},
					&cli.StringFlag{Name: "category", Usage: "`LIST` of categories to look at"},
					&cli.IntFlag{Name: "limit", Usage: "at most `N` of them"},
				),
			},
			moodCommand(),
			tripCommand(),
			chainsCommand(),
			userListCommand(),
			{Name: "erase", Usage: "forget a person for good", Flags: tokenFlags(), Action: erase},
		}, slices.Concat(controlCommands(), redemptionCommands())...),
	}
}

// words splits a list with commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func optIn(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if err := need(c, "consent"); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	moved := grants(c, "consent", true)
	if err := needsMood(c, moved); err != nil {
		return err
	}
	in := api.OptIn{
		Consents: moved, MoodLevel: c.String("mood-level"), Language: c.String("lang"), Zone: c.String("zone"), Minor: c.Bool("minor"),
		Interests: words(c.String("interests")), Attributes: words(c.String("attributes")),
	}
	out, err := server.OptIn(c.Context, in)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, out)
	}
	return printText(c, string(out.Token)+"\n")
}

// grants reads a flag with purposes.
func grants(c *cli.Context, flag string, granted bool) map[string]api.Grant {
	moved := make(map[string]api.Grant)
	for _, purpose := range words(c.String(flag)) {
		moved[purpose] = api.Grant{Granted: granted}
		if granted {
			moved[purpose] = api.Grant{Granted: true, Policy: c.String("policy")}
		}
	}
	if g, ok := moved["mood"]; ok {
		g.Sources = words(c.String("mood-sources"))
		moved["mood"] = g
	}
	return moved
}

// needsMood refuses sources of mood where mood is not moved.
func needsMood(c *cli.Context, moved map[string]api.Grant) error {
	if _, ok := moved["mood"]; c.IsSet("mood-sources") && !ok {
		return usage(c, "--mood-sources needs mood to be granted or withdrawn")
	}
	return nil
}

func consent(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	moved := grants(c, "grant", true)
	for purpose, g := range grants(c, "withdraw", false) {
		if _, both := moved[purpose]; both {
			return usage(c, "%s can't be granted and withdrawn at once", purpose)
		}
		moved[purpose] = g
	}
	if err := needsMood(c, moved); err != nil {
		return err
	}
	var now api.Consents
	if len(moved) == 0 && !c.IsSet("mood-level") {
		now, err = server.Consents(c.Context)
	} else {
		now, err = server.ChangeConsents(c.Context, api.ConsentChange{Consents: moved, MoodLevel: c.String("mood-level")})
	}
	if err != nil {
		return err
	}
	return printFacts(c, now, consentFacts(now.Consents, now.MoodLevel, now.MoodSources))
}

func consentFacts(consents map[string]api.Consent, moodLevel string, sources map[string]api.Consent) []fact {
	var facts []fact
	for _, purpose := range []string{"location", "mood", "purchases", "push"} {
		g, said := consents[purpose], "no"
		if g.Granted {
			said = fmt.Sprintf("yes, since %s, policy %s", moment(g.At), g.Policy)
		}
		if purpose == "mood" && g.Granted {
			said += ", level " + moodLevel
		}
		facts = append(facts, fact{"consent to " + purpose, said})
		if purpose != "mood" || !g.Granted {
			continue
		}
		for _, source := range []string{"self", "wearable", "face", "voice", "typing"} {
			if s, ever := sources[source]; s.Granted {
				facts = append(facts, fact{"mood from " + source, fmt.Sprintf("yes, since %s, policy %s", moment(s.At), s.Policy)})
			} else if ever {
				facts = append(facts, fact{"mood from " + source, "no, since " + moment(s.At)})
			}
		}
	}
	return facts
}

func preferences(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	p, err := server.Preferences(c.Context)
	if err == nil && c.IsSet("set") {
		if p, err = changed(c, p); err == nil {
			p, err = server.SetPreferences(c.Context, p)
		}
	}
	if err != nil {
		return err
	}
	return printFacts(c, p, preferenceFacts(p))
}

// changed returns the preferences with --set applied.
func changed(c *cli.Context, p api.Preferences) (api.Preferences, error) {
	patch, err := assignments(c, c.StringSlice("set"))
	if err != nil {
		return p, err
	}
	text, err := json.Marshal(patch)
	if err == nil { // decoding into what is there changes only what the patch names
		err = json.Unmarshal(text, &p, json.RejectUnknownMembers(true))
	}
	if err != nil {
		return p, fault.New(fault.Invalid, fault.CodeMalformed, "--set does not fit the preferences; see them with --json.").Wrap(err)
	}
	return p, nil
}

func preferenceFacts(p api.Preferences) []fact {
	quiet := "none"
	if p.Push.QuietFrom != p.Push.QuietTo {
		quiet = fmt.Sprintf("%s to %s", clock(p.Push.QuietFrom), clock(p.Push.QuietTo))
	}
	if quiet != "none" && p.Push.QuietAction == "hold" {
		quiet += ", then the best of what came up"
	}
	var moments []string
	for _, minute := range p.Push.Digest {
		moments = append(moments, clock(minute))
	}
	digest, paused := strings.Join(moments, ", "), ""
	if p.Push.PausedUntil.After(time.Now()) {
		paused = "until " + moment(p.Push.PausedUntil)
	}
	facts := []fact{
		{"offers", strings.ReplaceAll(p.Push.Mode, "_", " ")},
		{"pushes a day", fmt.Sprintf("at most %d", p.Push.DailyCap)},
		{"between pushes", fmt.Sprintf("%d minutes", p.Push.MinGapMinutes)},
		{"quiet hours", quiet},
		{"pushes a week", atMost(p.Push.WeeklyCap)},
		{"digest", digest},
		{"paused", paused},
		{"something new", fmt.Sprintf("%.0f %% of offers", 100*p.Discovery)},
		{"language", p.Language},
		{"zone", p.Zone},
		{"attributes", strings.Join(p.Attributes, ", ")},
	}
	for _, b := range p.Blocked {
		facts = append(facts, fact{"blocked", b.Kind + " " + b.Value})
	}
	for _, b := range p.Favourites {
		facts = append(facts, fact{"favourite", b.Kind + " " + b.Value})
	}
	for _, m := range p.Mood {
		facts = append(facts, fact{"when " + m.State, strings.Join(m.Categories, ", ")})
	}
	return facts
}

func atMost(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("at most %d", n)
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func pull(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	q := api.PullQuery{Radius: c.Float64("radius"), Limit: c.Int("limit"), Categories: words(c.String("category"))}
	if c.IsSet("lat") || c.IsSet("lon") {
		at, err := pointOf(row{}, c.String)
		if err != nil {
			return usage(c, "%s", explain(err))
		}
		q.Lat, q.Lon = &at.Lat, &at.Lon
	}
	page, err := server.Pull(c.Context, q)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, page)
	}
	if len(page.Items) == 0 {
		return printText(c, "nothing near\n")
	}
	for _, o := range page.Items {
		if err := printText(c, shown(o)); err != nil {
			return err
		}
	}
	return nil
}

// shown is an offer as a person reads it: what, where, and why.
func shown(o wire.Offer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", oneLine(o.Title))
	fmt.Fprintf(&b, "    %s, %.0f m away, offer %s\n", oneLine(o.Merchant), o.Distance, o.ID)
	for _, r := range o.Reasons {
		fmt.Fprintf(&b, "    - %s\n", r.Text)
	}
	return b.String()
}

func erase(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	receipt, err := server.Erase(c.Context)
	if err != nil {
		return err
	}
	return printFacts(c, receipt, []fact{{"erased", moment(receipt.At)}, {"forgotten by", strings.Join(receipt.Holders, ", ")}})
}
