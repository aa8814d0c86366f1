package push

// Constant table: sentences for the suppression codes of a policy, in English and German.
var suppressionTexts = map[string][2]string{
	CodeAskFirst:    {"You want to be asked first", "Du möchtest zuerst gefragt werden"},
	CodeQuietHours:  {"Your quiet hours", "Deine Ruhezeit"},
	CodeDailyCap:    {"You had as many offers today as you allow", "Du hattest heute so viele Angebote, wie du zulässt"},
	CodeMinimumGap:  {"Too soon after the last offer", "Zu bald nach dem letzten Angebot"},
	CodeWeeklyCap:   {"You had as many offers this week as you allow", "Du hattest diese Woche so viele Angebote, wie du zulässt"},
	CodePaused:      {"You wanted a pause", "Du wolltest eine Pause"},
	CodeUnreachable: {"No device of yours could be reached", "Keines deiner Geräte war erreichbar"},
}

// SuppressionText returns the sentence for a suppression code of this package in "de", or in English for any other
// language; empty for codes of others.
func SuppressionText(code, lang string) string {
	if lang == "de" {
		return suppressionTexts[code][1]
	}
	return suppressionTexts[code][0]
}
