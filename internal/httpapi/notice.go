package httpapi

import (
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/privacy"
	"github.com/flaneur-io/flaneur/mood"
)

// notices answers what an app shows before it asks for mood.
func (s *server) notices(c *call) (answer, error) {
	lang, err := language(c)
	if err != nil {
		return answer{}, err
	}
	out := api.Notices{Version: privacy.NoticeVersion, Language: lang, Deployment: s.Deployment.String()}
	for l := mood.Off; l <= mood.Help; l++ {
		out.Levels = append(out.Levels, api.MoodLevel{Level: l.String(), Text: privacy.LevelText(l, lang)})
	}
	for _, n := range privacy.Notices(lang, s.Deployment) {
		out.Sources = append(out.Sources, api.Notice{
			Source: n.Source.String(), Biometric: n.Biometric, Title: n.Title, Measured: n.Measured, Inferred: n.Inferred,
			Used: n.Used, Never: n.Never, Stop: n.Stop, Offers: n.Offers,
		})
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// moods answers the words and faces for one tap.
func (s *server) moods(c *call) (answer, error) {
	lang, err := language(c)
	if err != nil {
		return answer{}, err
	}
	out := api.Moods{Language: lang}
	for _, l := range mood.Labels() {
		word := l.EN
		if lang == "de" {
			word = l.DE
		}
		out.Labels = append(out.Labels, api.MoodLabel{ID: l.ID, Word: word, Emoji: l.Emoji, Valence: l.Valence, Arousal: l.Arousal})
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// language reads the one parameter lang.
func language(c *call) (string, error) {
	q := c.query("lang")
	lang := q.text("lang")
	switch {
	case q.err != nil:
		return "", q.err
	case lang == "":
		return "en", nil
	case lang != "en" && lang != "de":
		return "", fault.Field("lang", `must be "en" or "de"`)
	}
	return lang, nil
}
