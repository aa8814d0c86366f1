package engine

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/offers"
)

// traces is what mood left behind for guard rails and answers. The state, which is kept for long, has none of it.
type traces struct {
	Matching   *offers.Person `json:"matching"`
	Suppressed []Suppressed   `json:"suppressed,omitempty"`
}

// snapshot returns the state, what mood left behind and the position as they are written; they refer to p. A fix at a sensitive place, and
// none, are written as an empty position. The caller holds p.mu.
func (p *person) snapshot() (state, traces, whereabouts) {
	rest, moods, marked := p.matching.Apart()
	st := state{Push: p.pushes, Later: p.later, Turns: p.turns, Visits: p.visits, Matching: &rest, Stays: p.stays, Chains: p.chains}
	var tr traces
	for _, s := range p.held.list() {
		if offers.AboutMood(s.Code) {
			tr.Suppressed = append(tr.Suppressed, s)
		} else {
			st.Suppressed = append(st.Suppressed, s)
		}
	}
	if marked || len(tr.Suppressed) > 0 {
		tr.Matching = &moods
	}
	w := whereabouts{Fences: p.fences.AppendState(nil)} // which know nothing of a sensitive place
	if !p.hidden {
		w.Last, w.Motion, w.Origin = p.last, p.motion, p.origin
	}
	if p.trip != nil && !p.trip.hidden {
		w.Trip = p.trip
	}
	return st, tr, w
}

// saveState writes what was learned, and the position, if they changed. Nobody's p.mu is held.
func (e *Engine) saveState(ctx context.Context, p *person) error {
	p.write.Lock()
	defer p.write.Unlock()
	return e.writeState(ctx, p)
}

// writeState is saveState for a caller that holds p.write.
func (e *Engine) writeState(ctx context.Context, p *person) error {
	p.mu.Lock()
	if !p.dirty || p.gone || !p.loaded {
		p.mu.Unlock()
		return nil
	}
	st, tr, w := p.snapshot()
	data, err := json.Marshal(st)
	var fix, left []byte
	if err == nil {
		fix, err = json.Marshal(w)
	}
	if err == nil && tr.Matching != nil {
		left, err = json.Marshal(tr)
	}
	felt := p.felt
	p.dirty, p.felt, p.saved = false, false, e.clock()
	var feels []byte
	if felt && p.moods != nil {
		feels = p.moods.AppendState(nil)
	}
	p.mu.Unlock()
	if err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "A person's state can't be written.").Wrap(err)
	}
	if err = e.overwrite(ctx, p, recordState, data, &p.stateRev); err == nil {
		err = e.overwrite(ctx, p, recordFix, fix, &p.fixRev)
	}
	if err == nil && felt {
		err = e.writeMood(ctx, p, feels)
	}
	switch {
	case err != nil:
	case len(left) > 0:
		err = e.overwrite(ctx, p, recordTraces, left, &p.tracesRev)
	case p.tracesRev != 0:
		if err = e.records.Delete(ctx, p.id, recordTraces); err == nil {
			p.tracesRev = 0
		}
	}
	if err != nil {
		p.mu.Lock()
		p.dirty, p.felt = !p.gone, p.felt || felt
		p.mu.Unlock()
	}
	return err
}

// writeMood writes the estimate, or takes it out of the store if there is none. It is a record of its own, written when it
// changes and never else, so that its day is over a day after the newest observation.
func (e *Engine) writeMood(ctx context.Context, p *person, feels []byte) error {
	if len(feels) == 0 {
		return e.records.Delete(ctx, p.id, recordMood)
	}
	var rev uint64 // not worth remembering: it is written rarely
	return e.overwrite(ctx, p, recordMood, feels, &rev)
}

// overwrite replaces a record of which memory holds the truth, with one machine to a store. A conflict means that the
// record's time had run out.
func (e *Engine) overwrite(ctx context.Context, p *person, name string, data []byte, rev *uint64) error {
	next, err := e.records.Write(ctx, p.id, name, data, *rev)
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		_, now, readErr := e.records.Read(ctx, p.id, name)
		if readErr != nil && !errors.Is(readErr, errNotFound) {
			return readErr
		}
		next, err = e.records.Write(ctx, p.id, name, data, now)
	}
	if err == nil {
		*rev = next
	}
	return err
}
