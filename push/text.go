package push

import "strconv"

// Constant table: sentences for the suppression codes of a policy, in English and German.
var suppressionTexts = map[string][2]string{
	CodeAskFirst:    {"You want to be asked first", "Du möchtest zuerst gefragt werden"},
	CodeQuietHours:  {"Your quiet hours", "Deine Ruhezeit"},
	CodeDailyCap:    {"You had as many offers today as you allow", "Du hattest heute so viele Angebote, wie du zulässt"},
	CodeMinimumGap:  {"Too soon after the last offer", "Zu bald nach dem letzten Angebot"},
	CodeWeeklyCap:   {"You had as many offers this week as you allow", "Du hattest diese Woche so viele Angebote, wie du zulässt"},
	CodePaused:      {"You wanted a pause", "Du wolltest eine Pause"},
	CodeHeldQuiet:   {"It waits for the end of your quiet hours", "Es wartet auf das Ende deiner Ruhezeit"},
	CodeDigest:      {"It waits for your next digest", "Es wartet auf deine nächste Übersicht"},
	CodeOutranked:   {"Others fitted better when it was time to send", "Andere passten besser, als es so weit war"},
	CodeUnreachable: {"No device of yours could be reached", "Keines deiner Geräte war erreichbar"},
}

// DigestText returns what the notification of a digest says beside the title of its best offer.
func DigestText(more int, lang string) string {
	switch {
	case lang == "de" && more == 1:
		return "und ein weiteres Angebot in deiner Nähe"
	case lang == "de":
		return "und " + strconv.Itoa(more) + " weitere Angebote in deiner Nähe"
	case more == 1:
		return "and one more offer near you"
	}
	return "and " + strconv.Itoa(more) + " more offers near you"
}

// SuppressionText returns the sentence for a suppression code of this package in "de", or in English for any other
// language; empty for codes of others.
func SuppressionText(code, lang string) string {
	if lang == "de" {
		return suppressionTexts[code][1]
	}
	return suppressionTexts[code][0]
}
