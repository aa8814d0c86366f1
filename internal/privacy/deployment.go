package privacy

import (
	"slices"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/mood"
)

// Deployment says whom a server serves. At work and at school nobody's mood may be told from their body, whatever they
// consent to (AI Act, Regulation (EU) 2024/1689, Art. 5(1)(f)): only what they say themselves is taken.
type Deployment uint8

// The deployments.
const (
	Public Deployment = iota
	Work
	School
)

// Constant table: the names that operators and apps see.
var deploymentNames = [...]string{"public", "work", "school"}

// ParseDeployment returns the deployment of a name: public, work or school.
func ParseDeployment(field, name string) (Deployment, error) {
	if i := slices.Index(deploymentNames[:], name); i >= 0 {
		return Deployment(i), nil
	}
	return Public, fault.Field(field, "must be one of public, work, school, not %q", name)
}

// String returns the name.
func (d Deployment) String() string { return deploymentNames[d] }

// Takes reports whether mood may come from the source here.
func (d Deployment) Takes(s mood.Source) bool { return d == Public || s == mood.SelfReport }

// Require returns a Forbidden fault that names the source, as in mood.wearable, unless mood may come from it here.
func (d Deployment) Require(s mood.Source) error {
	if d.Takes(s) {
		return nil
	}
	return fault.New(fault.Forbidden, fault.CodeSourceDisabled,
		"At work and at school mood is taken from nobody's body; people may say themselves how they feel.").WithField(Mood.String() + "." + s.String())
}

// Forbidden returns the withdrawal of what the person allowed and this deployment takes from nobody; ok is false if
// there is nothing of the kind.
func (d Deployment) Forbidden(c *Consents) (ch Change, ok bool) {
	named := slices.DeleteFunc(c.GrantedSources(), d.Takes)
	return Change{Purpose: Mood, Sources: named}, len(named) > 0
}
