package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
)

// me shows the answer to "what do you know about me?".
func me(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	server, err := connect(c)
	if err != nil {
		return err
	}
	a, err := server.Me(c.Context, time.Time{})
	if err != nil {
		return err
	}
	facts := []fact{{"user", string(a.User)}, {"since", moment(a.Created)}}
	facts = append(facts, consentFacts(a.Consents, a.MoodLevel, a.MoodSources)...)
	if a.Deployment != "public" {
		facts = append(facts, fact{"this server", "is for " + a.Deployment + ": mood is taken from nobody's body"})
	}
	facts = append(facts, preferenceFacts(a.Preferences)...)
	facts = append(facts, stateFacts(a)...)
	facts = append(facts, wayFacts(a)...)
	return printFacts(c, a, append(facts, historyFacts(a)...))
}

// stateFacts are what is known of the person now, and what was learned.
func stateFacts(a api.Account) []fact {
	var facts []fact
	if p := a.LastFix; p != nil {
		facts = append(facts, fact{"last position", fmt.Sprintf("%.5f, %.5f at %s", p.Lat, p.Lon, moment(p.At))})
	}
	for _, r := range a.Reaches {
		if !r.Since.IsZero() {
			facts = append(facts, fact{"in reach of", fmt.Sprintf("%s since %s", r.Offer, moment(r.Since))})
		}
	}
	facts = append(facts, moodFacts(a)...)
	facts = append(facts, fact{"interests", strings.Join(a.Interests, ", ")})
	for _, l := range a.Affinities {
		facts = append(facts, fact{"learned", fmt.Sprintf("%s %s: %+.2f", l.Kind, l.Name, l.Weight)})
	}
	return append(facts, fact{"devices for pushes", count(a.PushTokens)})
}

// historyFacts are what happened.
func historyFacts(a api.Account) []fact {
	var facts []fact
	for _, p := range a.Purchases {
		facts = append(facts, fact{"purchase", strings.Join([]string{moment(p.At), p.Category, p.Brand}, " ")})
	}
	for _, r := range a.Redemptions {
		facts = append(facts, fact{"redemption", fmt.Sprintf("%s offer %s, code %s", moment(r.At), r.Offer, r.Code)})
	}
	for _, d := range a.Deliveries {
		facts = append(facts, fact{"offer", fmt.Sprintf("%s %s (%s)", moment(d.At), d.Offer.Title, d.Status)})
	}
	for _, s := range a.Suppressed {
		facts = append(facts, fact{"held back", fmt.Sprintf("%s %s: %s", moment(s.At), s.Offer, s.Text)})
	}
	return facts
}
