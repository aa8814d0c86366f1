package engine

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/wire"
)

// Why is the whole answer to "why do I see this?".
type Why struct {
	Delivery   DeliveryRecord
	NotUsed    []Told // what could have played a part, but the person does not allow it
	NeverAsked []Told // what nobody was ever asked for
}

// Told is a fact with its sentence in the person's language. Code is stable.
type Told struct {
	Code, Text string
}

// WhyNot is an offer that was held back, why, and what the person can do about it.
type WhyNot struct {
	Suppressed
	Title, Merchant string
	Change          *Told // Code is the preference or consent that would change it; nil: nothing would
}

// SuppressionPage is one page of offers that were held back, newest first.
type SuppressionPage struct {
	Items []WhyNot
	Next  string
}

// maxWhyNot is how many suppressions one page holds at most, and without a wish.
const maxWhyNot = heldKept

// Why explains a delivery to the session's person.
func (e *Engine) Why(ctx context.Context, s *Session, delivery id.Delivery) (Why, error) {
	if err := id.Check("id", string(delivery), id.PrefixDelivery); err != nil {
		return Why{}, err
	}
	data, _, err := e.records.Read(ctx, s.p.id, recordsDelivery+string(delivery))
	if errors.Is(err, errNotFound) {
		return Why{}, fault.From(err).WithField("id")
	}
	if err != nil {
		return Why{}, err
	}
	var w Why
	if err := json.Unmarshal(data, &w.Delivery); err != nil {
		return w, fault.New(fault.Internal, fault.CodeInternal, "A delivery can't be read.").Wrap(err)
	}
	lang := e.Preferences(s).Language
	for _, purpose := range w.Delivery.Offer.NotUsed {
		w.NotUsed = append(w.NotUsed, Told{purpose, told(notUsedTexts, purpose, lang)})
	}
	for _, code := range neverAsked {
		w.NeverAsked = append(w.NeverAsked, Told{code, told(neverAskedTexts, code, lang)})
	}
	return w, nil
}

// Suppressions returns what was held back from the session's person, newest first. Limit 0 is maxWhyNot.
func (e *Engine) Suppressions(s *Session, cursor string, limit int) (SuppressionPage, error) {
	skip := 0
	if cursor != "" {
		var err error
		if skip, err = strconv.Atoi(cursor); err != nil || skip < 0 {
			return SuppressionPage{}, fault.Field("cursor", "must be one that an answer gave")
		}
	}
	if limit > maxWhyNot {
		return SuppressionPage{}, fault.Field("limit", "must be from 1 to %d", maxWhyNot)
	}
	limit = cmp.Or(limit, maxWhyNot)
	p := s.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return SuppressionPage{}, errErased
	}
	list, lang := p.held.list(), p.profile.Preferences.Language
	var page SuppressionPage
	for i := len(list) - 1 - skip; i >= 0; i-- {
		if len(page.Items) == limit {
			page.Next = strconv.Itoa(skip + limit)
			break
		}
		page.Items = append(page.Items, e.whyNot(list[i], lang))
	}
	return page, nil
}

func (e *Engine) whyNot(s Suppressed, lang string) WhyNot {
	s.Text = suppressionText(s.Code, lang)
	w := WhyNot{Suppressed: s}
	if o := e.catalogue.Offer(s.Offer); o != nil {
		w.Title = o.Title
		if m := e.catalogue.Merchant(o.Merchant); m != nil {
			w.Merchant = m.Name
		}
	}
	if r, ok := remedies[s.Code]; ok {
		w.Change = &Told{r.setting, r.text.in(lang)}
	}
	return w
}

func suppressionText(code, lang string) string {
	return cmp.Or(push.SuppressionText(code, lang), offers.SuppressionText(code, lang))
}

// notUsed lists the purposes that played no part, because the person does not allow it.
func (p *person) notUsed() []string {
	var out []string
	if p.profile.Consents.MoodLevel != mood.Help {
		out = append(out, privacy.Mood.String())
	}
	if !p.profile.Consents.Allows(privacy.Purchases) {
		out = append(out, privacy.Purchases.String())
	}
	return out
}

// ControlPause is the one control that is no feedback: it goes to POST /v1/me/pause.
const ControlPause = "pause"

// controls are what one tap can change about a delivery.
func controls(o *offers.Offer, lang string) []wire.Control {
	actions := make([]string, 0, 5)
	actions = append(actions, offers.NotNow.String(), offers.LessLikeThis.String())
	if o.Brand != "" {
		actions = append(actions, offers.NeverBrand.String())
	}
	actions = append(actions, offers.NeverMerchant.String(), ControlPause)
	out := make([]wire.Control, len(actions))
	for i, a := range actions {
		out[i] = wire.Control{Action: a, Text: told(controlTexts, a, lang)}
	}
	return out
}

type words struct{ en, de string }

func (w words) in(lang string) string {
	if lang == "de" {
		return w.de
	}
	return w.en
}

func told(texts map[string]words, code, lang string) string { return texts[code].in(lang) }

// Constant table: what one tap does.
var controlTexts = map[string]words{
	"not_now":        {"Not now: nothing of this merchant for three hours", "Jetzt nicht: drei Stunden nichts von diesem Händler"},
	"less_like_this": {"Less like this", "Weniger davon"},
	"never_brand":    {"Never this brand", "Nie diese Marke"},
	"never_merchant": {"Never this merchant", "Nie dieser Händler"},
	ControlPause:     {"Pause for an hour", "Eine Stunde Pause"},
}

// Constant table: what could have played a part.
var notUsedTexts = map[string]words{
	"mood":      {"How you feel picked nothing: you don't let it", "Wie es dir geht, hat nichts ausgewählt: Du lässt es nicht zu"},
	"purchases": {"What you bought and where you stopped: you don't let it be used", "Was du gekauft hast und wo du warst: Du lässt es nicht zu"},
}

// Constant tables: what nobody is asked for.
var (
	neverAsked      = [...]string{"name", "contacts", "track", "signals"}
	neverAskedTexts = map[string]words{
		"name":     {"Your name, address, e-mail or phone number", "Dein Name, deine Adresse, E-Mail oder Telefonnummer"},
		"contacts": {"Your contacts, messages and other apps", "Deine Kontakte, Nachrichten und anderen Apps"},
		"track":    {"Where you were all day: only your last position is kept, for a day", "Wo du den Tag über warst: Nur deine letzte Position bleibt, einen Tag lang"},
		"signals":  {"Pulse, face and voice: they never leave your phone", "Puls, Gesicht und Stimme: Sie verlassen nie dein Telefon"},
	}
)

// Constant table: what the person can change about a suppression.
var remedies = map[string]struct {
	setting string
	text    words
}{
	offers.CodeBlockedMerchant: {"blocked", words{"Unblock the merchant", "Gib den Händler wieder frei"}},
	offers.CodeBlockedBrand:    {"blocked", words{"Unblock the brand", "Gib die Marke wieder frei"}},
	offers.CodeBlockedCategory: {"blocked", words{"Unblock the category", "Gib die Kategorie wieder frei"}},
	offers.CodeLowScore:        {"favourites", words{"Make it a favourite, if you want it first", "Mach es zum Favoriten, wenn du es zuerst willst"}},
	offers.CodeFatigue:         {"favourites", words{"Make it a favourite, or tell of the offers that come whether you want them", "Mach es zum Favoriten, oder sag zu den Angeboten, die kommen, ob du sie willst"}},
	offers.CodeGuardMood:       {"consents.mood", words{"Say that your mood may not be used", "Lass deine Stimmung nicht verwenden"}},
	offers.CodeGuardDistress:   {"consents.mood", words{"Say that your mood may not be used", "Lass deine Stimmung nicht verwenden"}},
	offers.CodeGuardVulnerable: {"consents.mood", words{"Say that your mood may not be used", "Lass deine Stimmung nicht verwenden"}},
	offers.CodeGuardPressure:   {"consents.mood", words{"Say that your mood may not be used", "Lass deine Stimmung nicht verwenden"}},
	push.CodeAskFirst:          {"push.mode", words{"Let yourself be surprised", "Lass dich überraschen"}},
	push.CodeQuietHours:        {"push.quietAction", words{"Let it wait for the end of your quiet hours, or change them", "Lass es auf das Ende deiner Ruhezeit warten, oder ändere sie"}},
	push.CodeHeldQuiet:         {"push.quietFrom", words{"Change your quiet hours", "Ändere deine Ruhezeit"}},
	push.CodeDailyCap:          {"push.dailyCap", words{"Allow more offers a day", "Erlaube mehr Angebote am Tag"}},
	push.CodeWeeklyCap:         {"push.weeklyCap", words{"Allow more offers a week", "Erlaube mehr Angebote in der Woche"}},
	push.CodeMinimumGap:        {"push.minGapMinutes", words{"Allow offers closer together", "Erlaube Angebote in kürzerem Abstand"}},
	push.CodePaused:            {"push.pausedUntil", words{"End the pause", "Beende die Pause"}},
	push.CodeDigest:            {"push.digest", words{"Have each offer sent at once", "Lass jedes Angebot sofort kommen"}},
	push.CodeUnreachable:       {"push-token", words{"Open the app, or let it notify you", "Öffne die App, oder erlaube ihr Mitteilungen"}},
}
