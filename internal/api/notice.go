package api

// Notices are the texts that a person reads before mood is taken for the first time, in one language. A grant that names
// sources of mood gives their version as its policy.
type Notices struct {
	Version    string      `json:"version"`
	Language   string      `json:"language"`   // en, de
	Deployment string      `json:"deployment"` // public; work, school: without the biometric sources, which are never taken there
	Levels     []MoodLevel `json:"levels"`     // off, quiet, help
	Sources    []Notice    `json:"sources"`    // strongest first
}

// MoodLevel explains a level of consent to mood.
type MoodLevel struct {
	Level string `json:"level"` // off, quiet, help
	Text  string `json:"text"`
}

// Notice is about one source of mood.
type Notice struct {
	Source    string `json:"source"`    // self, wearable, face, voice, typing
	Biometric bool   `json:"biometric"` // an emotion recognition system, by the AI Act
	Title     string `json:"title"`
	Measured  string `json:"measured"` // what is measured
	Inferred  string `json:"inferred"` // what is inferred from it, and how well
	Used      string `json:"used"`     // what for
	Never     string `json:"never"`    // what never happens
	Stop      string `json:"stop"`     // how to stop
	Offers    string `json:"offers"`   // what becomes of offers without it
}
