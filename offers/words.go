package offers

import (
	"cmp"
	"fmt"
)

// Words returns what an offer says in a language; what it does not say in it, it says in the merchant's own words.
func (o *Offer) Words(lang string) Text {
	t := o.Texts[lang]
	return Text{Title: cmp.Or(t.Title, o.Title), Text: cmp.Or(t.Text, o.Text), Terms: cmp.Or(t.Terms, o.Terms)}
}

// constant table
var sponsored = sentence{"Advertisement, paid for by %s", "Anzeige, bezahlt von %s"}

// Label returns the sentence that must stand with an offer that somebody else pays for, in "de", or in English for any
// other language; "" for all others.
func (o *Offer) Label(lang string) string {
	if o.Sponsored == "" {
		return ""
	}
	return fmt.Sprintf(sponsored.in(lang), o.Sponsored)
}
