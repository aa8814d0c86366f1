package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
)

// ruleFlags are the flags of create that say for whom and when an offer is, and in which words. All else a file says.
func ruleFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "draft", Usage: "nobody sees it until it is published"},
		&cli.BoolFlag{Name: "all-places", Usage: "at all of the merchant's places, also those to come"},
		&cli.StringFlag{Name: "hours", Usage: "`HOURS` in the week, such as 'Mo-Fr 11:00-14:00'"},
		&cli.StringFlag{Name: "terms", Usage: "`TEXT` of the conditions that people read"},
		&cli.StringFlag{Name: "title-de", Usage: "`TEXT` of the title for people who read German"},
		&cli.StringFlag{Name: "text-de", Usage: "`TEXT` that says more, in German"},
		&cli.StringFlag{Name: "terms-de", Usage: "`TEXT` of the conditions, in German"},
		&cli.StringFlag{Name: "image", Usage: "https `URL` of an image"},
		&cli.StringFlag{Name: "sponsored", Usage: "`NAME` of who pays for it to be shown"},
		&cli.StringFlag{Name: "items", Usage: "`LIST` of the SKUs that it is about"},
		&cli.StringFlag{Name: "audience", Usage: "`LIST` of attributes of which people have one, such as student,family"},
		&cli.StringFlag{Name: "languages", Usage: "`LIST` of people's languages: en, de"},
		&cli.StringFlag{Name: "min-spend", Usage: "`AMOUNT:CURRENCY` of the least purchase, such as 10:EUR"},
		&cli.BoolFlag{Name: "new-customer", Usage: "only for people who bought nothing of the merchant before"},
		&cli.StringFlag{Name: "customer-days", Usage: "only for customers of `N` days or more"},
		&cli.StringFlag{Name: "bought", Usage: "only for people who bought something of a `CATEGORY`"},
		&cli.StringFlag{Name: "tier", Usage: "only from a `TIER` of the merchant's program on"},
		&cli.StringFlag{Name: "limit", Usage: "`LIST` of scope:period:count or scope:period:money:currency, such as store:day:20,user:week:1"},
		&cli.BoolFlag{Name: "paced", Usage: "spread the budget evenly from --starts to --ends"},
		&cli.StringFlag{Name: "holdout", Usage: "`PERCENT` of people who don't get it, to measure what it brings"},
	}
}

// readRules reads what ruleFlags and the columns of the same names say.
func readRules(o *api.OfferInput, word func(name string) string) (err error) {
	yes := func(name string) bool { return err == nil && truth(name, word(name), &err) }
	number := func(name string) (n int) {
		if err == nil {
			n, err = whole(name, word(name))
		}
		return n
	}
	o.Draft, o.AllPlaces, o.Budget.Paced, o.Conditions.NewCustomer = yes("draft"), yes("all-places"), yes("paced"), yes("new-customer")
	o.Holdout, o.Conditions.CustomerDays = number("holdout"), number("customer-days")
	o.Hours, o.Terms, o.Image, o.Sponsored = word("hours"), word("terms"), word("image"), word("sponsored")
	o.Items = words(word("items"))
	o.Audience.Any, o.Audience.Languages = words(word("audience")), words(word("languages"))
	o.Conditions.BoughtCategory, o.Conditions.Tier = word("bought"), word("tier")
	if de := (api.Text{Title: word("title-de"), Text: word("text-de"), Terms: word("terms-de")}); de != (api.Text{}) {
		o.Texts = map[string]api.Text{"de": de}
	}
	if list := words(word("place")); len(list) > 1 {
		o.Place = ""
		for _, p := range list {
			o.Places = append(o.Places, id.Place(p))
		}
	}
	if err == nil && word("min-spend") != "" {
		o.Conditions.MinSpend, o.Conditions.Currency, err = amountOf("min-spend", word("min-spend"))
	}
	for _, text := range words(word("limit")) {
		limit, wrong := limitOf(text)
		if wrong != nil && err == nil {
			err = wrong
		}
		o.Budget.Limits = append(o.Budget.Limits, limit)
	}
	return err
}

func truth(name, text string, err *error) bool {
	if text == "" {
		return false
	}
	v, wrong := strconv.ParseBool(text)
	if wrong != nil {
		*err = fault.Field(name, "must be true or false, not %q", text)
	}
	return v
}

// amountOf reads 10:EUR.
func amountOf(name, text string) (amount float64, currency string, err error) {
	number, currency, _ := strings.Cut(text, ":")
	if amount, err = strconv.ParseFloat(number, 64); err != nil || currency == "" {
		return 0, "", fault.Field(name, "must be an amount and its currency such as 10:EUR, not %q", text)
	}
	return amount, currency, nil
}

// limitOf reads store:day:20 or merchant:month:500:EUR.
func limitOf(text string) (l api.Limit, err error) {
	wrong := fault.Field("limit", "must be scope:period:count or scope:period:money:currency, such as store:day:20, not %q", text)
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 3 {
		return l, wrong
	}
	l.Scope, l.Period = parts[0], parts[1]
	if strings.Contains(parts[2], ":") {
		if l.Money, l.Currency, err = amountOf("limit", parts[2]); err != nil {
			return l, wrong
		}
		return l, nil
	}
	if l.Count, err = whole("limit", parts[2]); err != nil {
		return l, wrong
	}
	return l, nil
}

// ruleFacts show for whom and when an offer is.
func ruleFacts(o api.Offer) []fact {
	facts := []fact{
		{"hours", o.Hours},
		{"terms", o.Terms},
		{"image", o.Image},
		{"sponsored by", o.Sponsored},
		{"items", strings.Join(o.Items, ", ")},
		{"for people who are", strings.Join(o.Audience.Any, ", ")},
		{"not for people who are", strings.Join(o.Audience.None, ", ")},
		{"who read", strings.Join(o.Audience.Languages, ", ")},
		{"conditions", conditions(o.Conditions)},
	}
	for _, language := range []string{"en", "de"} {
		facts = append(facts, fact{"title (" + language + ")", o.Texts[language].Title}, fact{"text (" + language + ")", o.Texts[language].Text})
	}
	for _, l := range o.Budget.Limits {
		facts = append(facts, fact{"limit", limitWords(l)})
	}
	if o.Holdout > 0 {
		facts = append(facts, fact{"held out", fmt.Sprintf("%d %% of people", o.Holdout)})
	}
	return facts
}

func limitWords(l api.Limit) string {
	var most []string
	if l.Count > 0 {
		most = append(most, fmt.Sprint(l.Count))
	}
	if l.Money > 0 {
		most = append(most, fmt.Sprintf("%.2f %s", l.Money, l.Currency))
	}
	if l.Period == "total" {
		return fmt.Sprintf("%s for each %s", strings.Join(most, ", "), l.Scope)
	}
	return fmt.Sprintf("%s for each %s and %s", strings.Join(most, ", "), l.Scope, l.Period)
}

func conditions(c api.Conditions) string {
	var list []string
	if c.MinSpend > 0 {
		list = append(list, fmt.Sprintf("from %.2f %s", c.MinSpend, c.Currency))
	}
	if c.NewCustomer {
		list = append(list, "new customers")
	}
	if c.CustomerDays > 0 {
		list = append(list, fmt.Sprintf("customers of %d days or more", c.CustomerDays))
	}
	if c.BoughtCategory != "" {
		list = append(list, "bought "+c.BoughtCategory)
	}
	if c.Tier != "" {
		list = append(list, "tier "+c.Tier)
	}
	return strings.Join(list, ", ")
}
