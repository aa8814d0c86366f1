package offers

// Reason is one positive term of a score. Code is stable; Share is its part of the positive terms, in (0, 1]; Arg
// is the category, brand or number that the sentence speaks of.
type Reason struct {
	Code  string
	Share float64
	Arg   string
}

// Reasons appends the positive terms to dst, strongest first: at least one, and the shares sum to 1.
func (m *Match) Reasons(dst []Reason) []Reason { return dst }

// ReasonText returns the sentence for a reason in "en" or "de" (anything else: English).
func ReasonText(code, lang, arg string) string { return code }

// SuppressionText returns the sentence for a suppression in "en" or "de".
func SuppressionText(code, lang string) string { return code }
