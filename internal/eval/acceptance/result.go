package acceptance

import "github.com/flaneur-io/flaneur/internal/eval"

// Result is an evaluation.
type Result struct {
	Kind        string    `json:"kind"`
	Data        Described `json:"data"`
	Protocol    Protocol  `json:"protocol"`
	Online      Figures   `json:"online"`  // with the person's own earlier answers
	Without     Figures   `json:"without"` // nothing is known of the person's answers
	Baselines   []Named   `json:"baselines"`
	Earlier     []Earlier `json:"byEarlierAnswers"`
	Calibration []Bin     `json:"calibration"` // of Online
	Anchors     []Anchor  `json:"published"`
	Random      *Figures  `json:"randomSplit,omitempty"` // Without, on a random split as published figures have it: people leak
	Settings    []Setting `json:"settings"`
	Trials      []Trial   `json:"trials"`     // in each part
	Fair        int       `json:"fairChecks"` // cases whose past was seen not to depend on what came after
	Cost        Cost      `json:"cost"`
}

// Described is what the file held.
type Described struct {
	File    string      `json:"file"`
	People  int         `json:"people"`
	Shown   int         `json:"shown"`
	Cases   int         `json:"cases"` // asked for
	Taken   eval.Number `json:"taken"` // share of those
	Notices []string    `json:"notices"`
}

// Protocol says what was known.
type Protocol struct {
	Split    string `json:"split"`
	Known    string `json:"known"`
	Settings string `json:"settings"`
	Model    string `json:"model"`
}

// Figures is how well answers were told. Intervals are by bootstrap over people. ECE is over ten equal steps of the
// probability.
type Figures struct {
	Cases     int            `json:"cases"`
	AUC       eval.Number    `json:"auc"`
	LogLoss   eval.Number    `json:"logLoss"`
	ECE       eval.Number    `json:"ece"`
	Accuracy  eval.Number    `json:"accuracy"`
	Intervals *Intervals     `json:"intervals,omitempty"`
	Gain      *eval.Interval `json:"gainOfOnlineAUC,omitempty"` // the AUC of Online less this one's, on the same cases
}

// Intervals are where figures would lie in 95 % of repetitions with other people.
type Intervals struct {
	AUC      eval.Interval `json:"auc"`
	LogLoss  eval.Interval `json:"logLoss"`
	Accuracy eval.Interval `json:"accuracy"`
}

// Named is figures of another system.
type Named struct {
	Name string `json:"name"`
	Figures
}

// Earlier is figures of the cases before which so many of the person's answers were known.
type Earlier struct {
	Answers string  `json:"answers"`
	Online  Figures `json:"online"`
	Without Figures `json:"without"`
}

// Bin is a step of the calibration curve.
type Bin struct {
	Cases       int         `json:"cases"`
	Probability eval.Number `json:"probability"` // mean
	Taken       eval.Number `json:"taken"`       // share
}

// Anchor is a published figure.
type Anchor struct {
	Source   string      `json:"source"`
	AUC      eval.Number `json:"auc"`
	Accuracy eval.Number `json:"accuracy"`
	Note     string      `json:"note"` // what is not comparable
}

// Trial is what a setting reached inside the training part.
type Trial struct {
	Fold    int         `json:"fold"`
	Stage   string      `json:"stage"`
	Alpha   eval.Number `json:"alpha"`
	Passes  int         `json:"passes"`
	Cases   int         `json:"cases"`
	LogLoss eval.Number `json:"logLoss"`
	Chosen  bool        `json:"chosen"`
}

// Setting is a choice, over all parts.
type Setting struct {
	Stage   string      `json:"stage"`
	Alpha   eval.Number `json:"alpha"`
	Passes  int         `json:"passes"`
	LogLoss eval.Number `json:"logLoss"` // mean
	Chosen  int         `json:"chosen"`  // in so many parts
}

// Cost is what an offer takes, measured on this machine while it did other things too.
type Cost struct {
	Microseconds      eval.Number `json:"microsecondsPerOffer"` // the past as features, and both scores
	ScoreMicroseconds eval.Number `json:"scoreMicrosecondsPerOffer"`
	Features          eval.Number `json:"featuresPerOffer"`
	BytesPerPerson    eval.Number `json:"bytesPerPerson"` // of own answers, at the end
	MostBytes         int         `json:"mostBytesPerPerson"`
}
