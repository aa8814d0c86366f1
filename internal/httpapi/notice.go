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
	q := c.query("lang")
	lang := q.text("lang")
	switch {
	case q.err != nil:
		return answer{}, q.err
	case lang == "":
		lang = "en"
	case lang != "en" && lang != "de":
		return answer{}, fault.Field("lang", `must be "en" or "de"`)
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
