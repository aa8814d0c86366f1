package privacy

import "github.com/flaneur-io/flaneur/mood"

// NoticeVersion is the version of the notices. It changes with any of their texts; a grant that names sources of mood
// names it, as proof of what was shown.
const NoticeVersion = "2026-11"

// Notice is what a person reads before mood is taken from one source for the first time (AI Act Art. 50(3), GDPR Art. 13).
// All texts are in one language.
type Notice struct {
	Source    mood.Source
	Biometric bool // an emotion recognition system in the sense of the AI Act, Art. 3(39)
	Title     string
	Measured  string // what is measured
	Inferred  string // what is inferred from it, and how well
	Used      string // what for
	Never     string // what never happens
	Stop      string // how to stop
	Offers    string // what becomes of offers without it
}

// Notices returns the notices of all sources that mood may come from in a deployment, in "de", or in English for any
// other language.
func Notices(lang string, d Deployment) []Notice {
	var out []Notice
	for _, t := range notices {
		if !d.Takes(t.source) {
			continue
		}
		n := Notice{
			Source: t.source, Biometric: t.source != mood.SelfReport, Title: t.title.in(lang), Measured: t.measured.in(lang), Inferred: t.inferred.in(lang),
			Used: noticeUsed.in(lang), Never: noticeNever.in(lang), Stop: noticeStop.in(lang), Offers: noticeOffers.in(lang),
		}
		if n.Biometric {
			n.Inferred += " " + noticeSystem.in(lang)
			n.Never = noticeRaw.in(lang) + " " + n.Never
		}
		out = append(out, n)
	}
	return out
}

// LevelText explains a level of consent to mood in one sentence, in "de", or in English for any other language.
func LevelText(l mood.Level, lang string) string { return levelTexts[l].in(lang) }

type text struct{ en, de string }

func (t text) in(lang string) string {
	if lang == "de" {
		return t.de
	}
	return t.en
}

// Constant tables: what people read.
var (
	levelTexts = [...]text{
		mood.Off:   {"Your mood is neither asked for nor used.", "Deine Stimmung wird weder erfragt noch verwendet."},
		mood.Quiet: {"Your mood may only make things quieter: fewer offers, or none, when you may feel bad.", "Deine Stimmung darf es nur ruhiger machen: weniger Angebote oder keine, wenn es dir vielleicht nicht gut geht."},
		mood.Help:  {"Your mood may make things quieter, and put first what you chose for such moments.", "Deine Stimmung darf es ruhiger machen und nach vorn stellen, was du dir für solche Momente ausgesucht hast."},
	}

	notices = [...]struct {
		source                    mood.Source
		title, measured, inferred text
	}{
		{
			mood.SelfReport,
			text{"What you say yourself", "Was du selbst sagst"},
			text{"Nothing is measured: only what you tap yourself counts, when you want to.", "Nichts wird gemessen: Es zählt nur, was du selbst antippst, wann du willst."},
			text{"How pleasant and how awake you feel. It is the best source that there is, and it fades within hours.", "Wie angenehm und wie wach du dich fühlst. Das ist die beste Quelle, die es gibt, und sie verblasst in Stunden."},
		},
		{
			mood.Wearable,
			text{"Your wearable", "Dein Wearable"},
			text{"Your phone reads heartbeat, skin conductance, skin temperature and movement from what you wear.", "Dein Telefon liest Herzschlag, Hautleitwert, Hauttemperatur und Bewegung von dem, was du trägst."},
			text{"Whether you may be tense or calm. It is often wrong for a single moment; whether you feel good or bad, a body tells only weakly.", "Ob du vielleicht angespannt oder ruhig bist. Für einen einzelnen Moment stimmt das oft nicht; ob du dich gut oder schlecht fühlst, verrät ein Körper nur schwach."},
		},
		{
			mood.Face,
			text{"Your face", "Dein Gesicht"},
			text{"While you have the camera open in the app, your phone turns the movements of your face into numbers.", "Solange du in der App die Kamera offen hast, macht dein Telefon aus den Bewegungen deines Gesichts Zahlen."},
			text{"Whether your face looks pleased or displeased. A face shows much that nobody feels: the guess is often wrong.", "Ob dein Gesicht erfreut oder unzufrieden aussieht. Ein Gesicht zeigt vieles, was niemand fühlt: Die Vermutung ist oft falsch."},
		},
		{
			mood.Voice,
			text{"Your voice", "Deine Stimme"},
			text{"While you speak to the app, your phone turns pitch, loudness and pace into numbers; your words are not looked at.", "Solange du mit der App sprichst, macht dein Telefon aus Tonhöhe, Lautstärke und Tempo Zahlen; deine Worte werden nicht angesehen."},
			text{"How stirred you may be; whether you feel good or bad, a voice tells only weakly. The guess is often wrong.", "Wie bewegt du vielleicht bist; ob du dich gut oder schlecht fühlst, verrät eine Stimme nur schwach. Die Vermutung ist oft falsch."},
		},
		{
			mood.Typing,
			text{"Your typing", "Dein Tippen"},
			text{"While you type in the app, your phone measures the rhythm of the keys; what you write is not looked at.", "Solange du in der App tippst, misst dein Telefon den Rhythmus der Tasten; was du schreibst, wird nicht angesehen."},
			text{"Whether you may be restless or tired. It is the weakest of all sources and often wrong.", "Ob du vielleicht unruhig oder müde bist. Das ist die schwächste aller Quellen und oft falsch."},
		},
	}

	noticeSystem = text{
		"Software guesses this from data of your body: an emotion recognition system, in the words of the EU AI Act.",
		"Software vermutet das aus Daten deines Körpers: ein Emotionserkennungssystem, in den Worten der KI-Verordnung der EU.",
	}
	noticeUsed = text{
		"To leave you alone when you may feel bad and, at the level help only, to put first what you chose for such moments.",
		"Um dich in Ruhe zu lassen, wenn es dir vielleicht nicht gut geht, und, nur auf der Stufe Helfen, um nach vorn zu stellen, was du dir für solche Momente ausgesucht hast.",
	}
	noticeRaw = text{
		"What is measured never leaves your phone and is not kept.",
		"Was gemessen wird, verlässt dein Telefon nie und wird nicht aufbewahrt.",
	}
	noticeNever = text{
		"No shop, employer or anybody else sees your mood; it is never sold, never used to raise a price or to press you, and an estimate is kept for a day at most. For a week the server remembers when you may have felt bad, to be more careful.",
		"Kein Geschäft, kein Arbeitgeber und niemand sonst sieht deine Stimmung; sie wird nie verkauft, nie benutzt, um einen Preis zu erhöhen oder dich zu drängen, und eine Schätzung wird höchstens einen Tag aufbewahrt. Eine Woche lang merkt sich der Server, wann es dir vielleicht nicht gut ging, um vorsichtiger zu sein.",
	}
	noticeStop = text{
		"Switch it off whenever you like; what was estimated is forgotten at once.",
		"Schalte es ab, wann du willst; was geschätzt wurde, wird sofort vergessen.",
	}
	noticeOffers = text{
		"No offer depends on it: who does not allow it misses none and pays no more.",
		"Kein Angebot hängt davon ab: Wer es nicht erlaubt, verpasst keines und zahlt nicht mehr.",
	}
)
