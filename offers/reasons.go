package offers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Codes of reasons. They are stable and listed for people in ReasonText.
const (
	ReasonNear      = "near"
	ReasonOnTheWay  = "on_the_way"
	ReasonMorning   = "morning_time"
	ReasonLunch     = "lunch_time"
	ReasonAfternoon = "afternoon_time"
	ReasonEvening   = "evening_time"
	ReasonNight     = "night_time"
	ReasonCategory  = "you_like_category"
	ReasonBrand     = "favourite_brand"
	ReasonMerchant  = "you_were_here"
	ReasonInterest  = "interest"
	ReasonMood      = "your_mood_choice"
	ReasonNew       = "new_for_you"
	ReasonReward    = "reward"
	ReasonFollowUp  = "follow_up"
	ReasonAsked     = "you_asked"
	ReasonFavourite = "favourite"
	ReasonDiscovery = "discovery"
	ReasonHabit     = "habit"
	ReasonAnswers   = "your_answers"
	ReasonOthers    = "others_like"
)

// Reason is one positive term of a score. Code is stable; Share is its part of all positive terms, in (0, 1]; Arg
// is what the sentence speaks of: metres, minutes, a category, a brand.
type Reason struct {
	Code  string
	Share float64
	Arg   string
}

// Text returns the reason as a sentence in "en" or "de".
func (r Reason) Text(lang string) string { return ReasonText(r.Code, lang, r.Arg) }

// Reasons appends the terms that spoke for the offer to dst, strongest first: there is at least one, and the shares
// sum to 1. They are the score's own terms, not a story told afterwards.
func (m *Match) Reasons(dst []Reason) []Reason {
	var order [termCount]term
	n, sum := 0, float32(0)
	for t := range m.terms {
		if m.terms[t] <= 0 {
			continue
		}
		sum += m.terms[t]
		at := n
		for at > 0 && m.terms[order[at-1]] < m.terms[t] {
			order[at] = order[at-1]
			at--
		}
		order[at] = term(t)
		n++
	}
	for _, t := range order[:n] {
		code, arg := m.reason(t)
		dst = append(dst, Reason{Code: code, Share: float64(m.terms[t] / sum), Arg: arg})
	}
	return dst
}

func (m *Match) reason(t term) (code, arg string) {
	switch t {
	case termNear:
		return ReasonNear, strconv.FormatFloat(math.Round(m.Distance), 'f', 0, 64)
	case termOnTheWay:
		return ReasonOnTheWay, strconv.FormatFloat(math.Ceil(m.Detour), 'f', 0, 64)
	case termTime:
		return [...]string{ReasonNight, ReasonMorning, ReasonLunch, ReasonAfternoon, ReasonEvening}[m.daypart], ""
	case termCategory:
		return ReasonCategory, ancestor(m.Offer.Category, m.liked)
	case termBrand:
		return ReasonBrand, m.Offer.Brand
	case termMerchant:
		return ReasonMerchant, ""
	case termInterest:
		return ReasonInterest, ancestor(m.Offer.Category, m.interest)
	case termMood:
		return ReasonMood, ""
	case termNew:
		return ReasonNew, ""
	case termReward:
		return ReasonReward, ""
	case termFavourite:
		return ReasonFavourite, ""
	case termHabit:
		return ReasonHabit, ""
	case termAnswers:
		return ReasonAnswers, ""
	case termOthers:
		return ReasonOthers, ""
	case termDiscovery:
		return ReasonDiscovery, ""
	case termFollowUp:
		if m.After == nil {
			return ReasonFollowUp, ""
		}
		return ReasonFollowUp, m.After.Title
	default:
		return ReasonAsked, ""
	}
}

// ancestor returns the category that lies so many levels above.
func ancestor(category string, levels uint8) string {
	for range levels {
		category = above(category)
	}
	return category
}

type sentence struct{ en, de string }

func (s sentence) in(lang string) string {
	if lang == "de" {
		return s.de
	}
	return s.en
}

// Constant table: what reasons say; %s is the Arg.
var reasonTexts = map[string]sentence{
	ReasonNear:      {"It is %s m away", "Es ist %s m entfernt"},
	ReasonOnTheWay:  {"It lies on your way: about %s min of detour", "Es liegt auf deinem Weg: etwa %s Min. Umweg"},
	ReasonMorning:   {"It fits the morning", "Es passt zum Morgen"},
	ReasonLunch:     {"It is lunch time", "Es ist Mittagszeit"},
	ReasonAfternoon: {"It fits the afternoon", "Es passt zum Nachmittag"},
	ReasonEvening:   {"It fits the evening", "Es passt zum Abend"},
	ReasonNight:     {"It fits this late hour", "Es passt zu so später Stunde"},
	ReasonCategory:  {"You like this: %s", "Das magst du: %s"},
	ReasonBrand:     {"%s is one of your brands", "%s ist eine deiner Marken"},
	ReasonMerchant:  {"You have been their customer", "Du warst hier schon Kunde"},
	ReasonInterest:  {"You said it interests you: %s", "Das interessiert dich, sagst du: %s"},
	ReasonMood:      {"You chose this for when you feel as you do now", "Du hast das für so eine Stimmung gewählt"},
	ReasonNew:       {"It is new for you", "Es ist neu für dich"},
	ReasonReward:    {"It saves you something", "Du sparst dabei"},
	ReasonFollowUp:  {"Because you used: %s", "Weil du das genutzt hast: %s"},
	ReasonAsked:     {"You asked what is near", "Du hast gefragt, was in der Nähe ist"},
	ReasonFavourite: {"It is one of your favourites", "Es gehört zu deinen Favoriten"},
	ReasonHabit:     {"It fits where you usually go at such a time", "Es passt dazu, wohin du um so eine Zeit gehst"},
	ReasonAnswers:   {"You often take offers like this", "Solche Angebote nimmst du oft an"},
	ReasonOthers:    {"It is liked by those who get it", "Wer es bekommt, mag es"},
	ReasonDiscovery: {"Something new for you: you let a share of offers surprise you", "Etwas Neues für dich: Ein Teil der Angebote darf dich überraschen"},
}

// followText is what a follow-up says when the offer that it follows is gone.
var followText = sentence{"It follows an offer that you used", "Es folgt auf ein Angebot, das du genutzt hast"}

// ReasonText returns the sentence for a reason's code and Arg in "de", or in English for any other language. An
// unknown code is returned as it is.
func ReasonText(code, lang, arg string) string {
	s, ok := reasonTexts[code]
	if !ok {
		return code
	}
	if code == ReasonFollowUp && arg == "" {
		s = followText
	}
	text := s.in(lang)
	if !strings.Contains(text, "%s") {
		return text
	}
	if code == ReasonCategory || code == ReasonInterest {
		arg = CategoryName(arg, lang)
	}
	return fmt.Sprintf(text, arg)
}

// Constant table: what suppressions say.
var suppressionTexts = map[string]sentence{
	CodeStopped:           {"The merchant stopped it", "Der Händler hat es gestoppt"},
	CodeNotStarted:        {"It has not begun yet", "Es hat noch nicht begonnen"},
	CodeEnded:             {"It is over", "Es ist vorbei"},
	CodeOutsideHours:      {"It holds at other hours", "Es gilt zu anderen Zeiten"},
	CodeClosed:            {"The place is closed now", "Gerade ist dort geschlossen"},
	CodeNotAudience:       {"It is for other people, by what you told about yourself", "Es ist für andere gedacht, nach dem, was du über dich gesagt hast"},
	CodeConditionNew:      {"It is for new customers", "Es ist für neue Kunden"},
	CodeConditionAge:      {"It is for customers of longer standing", "Es ist für langjährigere Kunden"},
	CodeConditionCategory: {"It is for people who bought things of a certain kind", "Es ist für Leute, die bestimmte Dinge gekauft haben"},
	CodeConditionTier:     {"It is for a higher tier of the merchant's program", "Es ist für eine höhere Stufe des Treueprogramms"},
	CodeConditionUnknown:  {"It depends on your purchases, which you keep to yourself", "Es hängt von deinen Einkäufen ab, die du für dich behältst"},
	CodeBlockedMerchant:   {"You blocked this merchant", "Du hast diesen Händler gesperrt"},
	CodeBlockedBrand:      {"You blocked this brand", "Du hast diese Marke gesperrt"},
	CodeBlockedCategory:   {"You blocked offers of this kind", "Du hast Angebote dieser Art gesperrt"},
	CodeBudgetExhausted:   {"It is used up", "Es ist aufgebraucht"},
	CodeSoldOutHere:       {"It is sold out at this shop for now", "In diesem Geschäft ist es zurzeit ausverkauft"},
	CodeUserBudget:        {"You have used it as often as it allows", "Du hast es so oft genutzt, wie es geht"},
	CodeCooldown:          {"You got it a short while ago", "Du hast es vor kurzem bekommen"},
	CodeReachCooldown:     {"You were there a short while ago", "Du warst vor kurzem dort"},
	CodeDismissed:         {"You did not want it", "Du wolltest es nicht"},
	CodeNotNow:            {"You said: not now", "Du hast gesagt: jetzt nicht"},
	CodeLate:              {"By the time it could be sent you were far away", "Als es so weit war, warst du schon weit weg"},
	CodeLowScore:          {"It does not fit well enough to disturb you", "Es passt nicht gut genug, um dich zu stören"},
	CodeFatigue:           {"You left several offers unanswered: this one does not fit well enough to disturb you again so soon", "Du hast mehrere Angebote unbeantwortet gelassen: Dieses passt nicht gut genug, um dich so bald wieder zu stören"},
	CodeGuardCategory:     {"Offers of this kind are never sent unasked", "Angebote dieser Art kommen nie ungefragt"},
	CodeGuardMinor:        {"Offers of this kind are not for minors", "Angebote dieser Art sind nichts für Minderjährige"},
	CodeGuardMood:         {"Offers of this kind stay away when you may feel bad", "Angebote dieser Art bleiben weg, wenn es dir vielleicht schlecht geht"},
	CodeGuardDistress:     {"You may feel bad now: nothing is sent unasked", "Dir geht es vielleicht nicht gut: Es kommt nichts ungefragt"},
	CodeGuardVulnerable:   {"These are hard days, it seems: nothing is sent unasked", "Es sind wohl schwere Tage: Es kommt nichts ungefragt"},
	CodeGuardPressure:     {"It hurries or tempts to spend, and you may not feel well: it is not sent unasked", "Es drängt oder verlockt, und dir geht es vielleicht nicht gut: Es kommt nicht ungefragt"},
	CodeGuardDriving:      {"You may be driving", "Du fährst vielleicht gerade"},
	CodeGuardNight:        {"It is night", "Es ist Nacht"},
	CodeGuardPlace:        {"You are at a place where offers have no business", "Du bist an einem Ort, an dem Angebote nichts zu suchen haben"},
	CodeHoldout:           {"A few people drawn by lot don't get this offer, to measure what it brings", "Einige ausgeloste Leute bekommen dieses Angebot nicht, um zu messen, was es bringt"},
}

// SuppressionText returns the sentence for a suppression's code in "de", or in English for any other language. An
// unknown code is returned as it is.
func SuppressionText(code, lang string) string {
	if s, ok := suppressionTexts[code]; ok {
		return s.in(lang)
	}
	return code
}

// Constant table: words for usual categories.
var categoryNames = map[string]sentence{
	"restaurant": {"restaurants", "Restaurants"}, "restaurant.italian": {"Italian food", "italienisches Essen"},
	"restaurant.pizza": {"pizza", "Pizza"}, "restaurant.indian": {"Indian food", "indisches Essen"}, "restaurant.chinese": {"Chinese food", "chinesisches Essen"},
	"restaurant.japanese": {"Japanese food", "japanisches Essen"}, "restaurant.thai": {"Thai food", "thailändisches Essen"},
	"restaurant.fast_food": {"fast food", "Fast Food"}, "cafe": {"cafés", "Cafés"}, "cafe.coffee": {"coffee", "Kaffee"},
	"cafe.ice_cream": {"ice cream", "Eis"}, "bakery": {"bakeries", "Bäckereien"}, "bar": {"bars", "Bars"}, "supermarket": {"supermarkets", "Supermärkte"},
	"shop": {"shops", "Läden"}, "shop.clothes": {"clothes", "Kleidung"}, "shop.shoes": {"shoes", "Schuhe"}, "shop.books": {"books", "Bücher"},
	"shop.electronics": {"electronics", "Elektronik"}, "shop.drugstore": {"drugstores", "Drogerien"}, "shop.flowers": {"flowers", "Blumen"},
	"shop.sports": {"sports goods", "Sportartikel"}, "culture": {"culture", "Kultur"}, "culture.cinema": {"cinema", "Kino"}, "culture.opera": {"opera", "Oper"},
	"culture.museum": {"museums", "Museen"}, "culture.theatre": {"theatre", "Theater"}, "sport": {"sport", "Sport"}, "beauty": {"beauty", "Schönheitspflege"},
	"beauty.hair": {"hairdressers", "Friseure"}, "health.pharmacy": {"pharmacies", "Apotheken"}, "outdoors": {"the outdoors", "Natur"},
}

// CategoryName returns words for a category in "de", or in English for any other language; for one that has none,
// its last word.
func CategoryName(category, lang string) string {
	if s, ok := categoryNames[category]; ok {
		return s.in(lang)
	}
	return strings.ReplaceAll(category[strings.LastIndexByte(category, '.')+1:], "_", " ")
}
