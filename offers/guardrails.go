package offers

// Guardrails are the rules that no score, budget or setting gets around.
type Guardrails struct{}

// DefaultGuardrails returns the embedded rules.
func DefaultGuardrails() *Guardrails { return &Guardrails{} }

// Stricter returns the rules merged with an override in YAML, which may only make them stricter.
func (g *Guardrails) Stricter(yaml []byte) (*Guardrails, error) { return g, nil }
