package ranking

import (
	"github.com/flaneur-io/flaneur/internal/eval"
)

// Result is an evaluation.
type Result struct {
	Protocol  Protocol   `json:"protocol"`
	Data      Described  `json:"data"`
	Trials    []Trial    `json:"trials"`
	Model     Figures    `json:"model"`
	Variants  []Named    `json:"variants"` // of the model
	Baselines []Named    `json:"baselines"`
	Returns   Figures    `json:"returns"` // the person had been there
	New       Figures    `json:"new"`     // had not
	Consumer  Figures    `json:"consumer"`
	Category  []Named    `json:"categories"`
	History   []Named    `json:"history"` // by how many visits of the person were known
	Published *Published `json:"published,omitempty"`
	Anchors   []Anchor   `json:"anchors"`
	Cost      Cost       `json:"cost"`
}

// Protocol says what was known.
type Protocol struct {
	Mode       string `json:"mode"` // frozen or live
	Time       string `json:"time"` // known or unknown
	Known      string `json:"known"`
	Candidates string `json:"candidates"`
	Ties       string `json:"ties"`
	Fit        string `json:"fit"`
}

// Described is what the files held.
type Described struct {
	Users         int      `json:"users"`
	Visits        int      `json:"visits"`
	Train         int      `json:"train"`
	Valid         int      `json:"valid"`
	Test          int      `json:"test"`
	Places        int      `json:"places"`
	WithPosition  int      `json:"withPosition"`
	WithCategory  int      `json:"withCategory"`
	Instances     int      `json:"instances"`
	InstanceUsers int      `json:"instanceUsers"`
	Notices       []string `json:"notices"`
}

// Trial is what a setting reached on the validation part.
type Trial struct {
	Setting   string      `json:"setting"`
	Instances int         `json:"instances"`
	Acc1      eval.Number `json:"acc1"`
	Acc10     eval.Number `json:"acc10"`
	MRR       eval.Number `json:"mrr"`
	Chosen    bool        `json:"chosen"`
}

// value is what settings are chosen by.
func (t *Trial) value() float64 { return float64(t.Acc1 + t.Acc10 + t.MRR) }

// Figures is how well places were ranked. Acc@k is the share of instances whose place was among the first k; MRR the mean of
// 1/rank; NDCG@10 the mean of 1/log2(1+rank) up to rank 10. Intervals are by bootstrap over people.
type Figures struct {
	Instances int            `json:"instances"`
	Acc1      eval.Number    `json:"acc1"`
	Acc5      eval.Number    `json:"acc5"`
	Acc10     eval.Number    `json:"acc10"`
	Acc20     eval.Number    `json:"acc20"`
	MRR       eval.Number    `json:"mrr"`
	NDCG10    eval.Number    `json:"ndcg10"`
	Intervals *Intervals     `json:"intervals,omitempty"`
	Gain      *eval.Interval `json:"gainOfModelAcc1,omitempty"` // the model's Acc@1 less this one's, on the same instances
}

// Intervals are where figures would lie in 95 % of repetitions with other people.
type Intervals struct {
	Acc1  eval.Interval `json:"acc1"`
	Acc5  eval.Interval `json:"acc5"`
	Acc10 eval.Interval `json:"acc10"`
	Acc20 eval.Interval `json:"acc20"`
	MRR   eval.Interval `json:"mrr"`
	NDCG  eval.Interval `json:"ndcg10"`
}

// Named is figures of a part of the instances, or of another system.
type Named struct {
	Name string `json:"name"`
	Figures
}

// Published compares with the answers in the file, on the same instances.
type Published struct {
	First Against `json:"acc1"`  // on those with a published first answer
	Ten   Against `json:"acc10"` // on those with published ten
}

// Against is the share of hits, theirs and ours.
type Against struct {
	Instances  int           `json:"instances"`
	Theirs     eval.Number   `json:"theirs"`
	Ours       eval.Number   `json:"ours"`
	Difference eval.Interval `json:"difference"`
}

// Anchor is a published figure.
type Anchor struct {
	Source string      `json:"source"`
	Acc1   eval.Number `json:"acc1"`
	Acc10  eval.Number `json:"acc10"`
	MRR    eval.Number `json:"mrr"`
	Note   string      `json:"note"` // what is not comparable
}

// Cost is what a ranking takes, measured on this machine while it did other things too.
type Cost struct {
	LinearMicroseconds eval.Number `json:"linearMicrosecondsPerCandidate"`
	FullMicroseconds   eval.Number `json:"fullMicrosecondsPerCandidate"` // with the net on the best 32
	Candidates         eval.Number `json:"candidates"`
	Visits             eval.Number `json:"visitsHeld"`
	BytesPerUser       eval.Number `json:"bytesPerUser"`
	MostBytesPerUser   int         `json:"mostBytesPerUser"`
	SnapshotBytes      eval.Number `json:"snapshotBytesPerUser"`
}
