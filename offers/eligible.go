package offers

import (
	"slices"
	"time"

	"github.com/flaneur-io/flaneur/geo"
)

// Codes of suppressions: why an offer whose trigger fired was held back. They are stable and listed for people in
// SuppressionText. An offer whose trigger did not fire, or that others outranked, is no suppression.
const (
	CodeStopped           = "stopped"
	CodeNotStarted        = "not_started"
	CodeEnded             = "ended"
	CodeOutsideHours      = "outside_hours" // the offer holds at other hours of the week
	CodeClosed            = "closed"        // its place is closed now
	CodeNotAudience       = "not_audience"
	CodeConditionNew      = "condition_new_customer"
	CodeConditionAge      = "condition_customer_age"
	CodeConditionCategory = "condition_category"
	CodeConditionTier     = "condition_tier"
	CodeConditionUnknown  = "condition_unknown" // the past with the merchant may not be known
	CodeBlockedMerchant   = "blocked_merchant"
	CodeBlockedBrand      = "blocked_brand"
	CodeBlockedCategory   = "blocked_category"
	CodeBudgetExhausted   = "budget_exhausted" // nothing left for anybody
	CodeUserBudget        = "user_budget"      // nothing left for this person
	CodeSoldOutHere       = "sold_out_here"    // one of its items is out of stock at the place
	CodeCooldown          = "cooldown"         // sent a short while ago
	CodeReachCooldown     = "reach_cooldown"   // they entered, left, dwelt in or crossed its reach a short while ago
	CodeDismissed         = "dismissed"
	CodeNotNow            = "not_now"   // the person wants nothing of this merchant for some hours
	CodeLate              = "late"      // it was kept for later, and the person has gone on
	CodeLowScore          = "low_score" // a push needs more than a pull
	CodeFatigue           = "fatigue"   // it would do, but for pushes of late that the person left unanswered
	CodeGuardCategory     = "guard_category"
	CodeGuardMinor        = "guard_minor"
	CodeGuardMood         = "guard_mood"
	CodeGuardDistress     = "guard_distress"
	CodeGuardVulnerable   = "guard_vulnerable"
	CodeGuardPressure     = "guard_pressure"
	CodeGuardDriving      = "guard_driving"
	CodeGuardNight        = "guard_night"
	CodeGuardPlace        = "guard_place"
	CodeHoldout           = "holdout" // drawn by lot, to measure what the offer brings
)

const (
	cooldown        = 24 * time.Hour // between two pushes of an offer; doubles with each one that was ignored
	longestCooldown = 7 * cooldown
	dismissedFor    = 30 * 24 * time.Hour
)

// refuse returns why an offer may not go to a person now, or "".
func (m *Matcher) refuse(match *Match, e *entry, p *Person, mo *Moment, at *instant) string {
	now, there := mo.Now.UnixNano(), match.schedule
	switch {
	case e.status != Active:
		return CodeStopped
	case now < e.starts:
		return CodeNotStarted
	case now >= e.ends:
		return CodeEnded
	}
	if len(p.blockKeys) > 0 {
		if code := p.blocked(e, match.Place); code != "" {
			return code
		}
	}
	switch {
	case !mo.reserving && e.exhausted.Load().holds(now):
		return CodeBudgetExhausted
	case e.soldOut.Load() != nil && e.soldOutNear(mo.Point):
		return CodeSoldOutHere
	case !mo.reserving && e.perUser > 0 && p.redemptions(e.key) >= int(e.perUser):
		return CodeUserBudget
	}
	if e.demands != nil {
		if code := e.demands.refuse(p, mo, at, e.key, e.merchant, there); code != "" {
			return code
		}
	}
	if there != nil && !mo.Pull && !there.open(mo, at) { // a pull shows it, with its hours
		return CodeClosed
	}
	if code := m.rails.refuse(&match.verdict, p, mo, &at.state); code != "" {
		return code
	}
	if !mo.Pull {
		if code, _ := p.tooSoon(e, mo.Now.Unix()); code != "" {
			return code
		}
	}
	return e.heldOut(mo.Lot) // last: who is held out would have been eligible
}

// tooSoon returns why an offer may not be pushed again, or "", and until when, in Unix seconds; 0: for ever.
func (p *Person) tooSoon(e *entry, now int64) (code string, until int64) {
	if find(p.never, e.key) >= 0 {
		return CodeDismissed, 0
	}
	if until = p.mutedUntil(e.merchant); now < until {
		return CodeNotNow, until
	}
	if len(p.spent) > 0 {
		if until = p.spentUntil(e.key); now < until {
			return CodeCooldown, until
		}
	}
	s := p.recall(e.key)
	switch {
	case s == nil:
		return "", 0
	case s.refused(now):
		return CodeDismissed, s.dismissed + int64(dismissedFor.Seconds())
	}
	wait := cooldown << min(s.ignored, 3)
	if until = s.delivered + int64(min(wait, longestCooldown).Seconds()); s.delivered != 0 && now < until {
		return CodeCooldown, until
	}
	return "", 0
}

// fires returns the trigger that brings the offer up, the most telling first, or 0; for OnTheWay also the detour in
// minutes. Inside says that the fix lies within the reach. Nearby takes a fix that lies there with most of what its
// accuracy leaves open.
func (e *entry) fires(mo *Moment, now *instant, inside bool, target geo.Point) (Trigger, float64) {
	set := e.triggers
	if e.fence != 0 {
		for i := range mo.Passages {
			if p := &mo.Passages[i]; p.entry.fence == e.fence && p.brings() {
				return p.Trigger, 0
			}
		}
	}
	if !inside {
		return 0, 0
	}
	if set&OnTheWay != 0 {
		if minutes, ok := now.way.detour(&now.frame, target, float64(e.detour)); ok {
			return OnTheWay, minutes
		}
	}
	if mo.Accuracy > float64(e.vague) {
		return 0, 0
	}
	return set & Nearby, 0
}

// wanted reports whether the offer's category is one of those asked for, or lies below one.
func (e *entry) wanted(keys []uint64) bool {
	if len(keys) == 0 {
		return true
	}
	for _, key := range e.category {
		if key != 0 && slices.Contains(keys, key) {
			return true
		}
	}
	return false
}
