package phoneday

import (
	"github.com/flaneur-io/flaneur/sdk-mobile/internal/buffer"
	"github.com/flaneur-io/flaneur/wire"
)

// retryAfter is how many seconds after a lost answer the batch goes out again.
const retryAfter = 2

// send brings what waits to the server, in frames, as the SDK does: a record leaves the queue when its answer is there.
func (p *phone) send() error {
	if !p.online {
		return nil
	}
	p.retry = 0
	for {
		records := p.queue.Peek(nil, wire.MaxFixes)
		if len(records) == 0 {
			return nil
		}
		fixes := make([]wire.Fix, len(records))
		for i, r := range records {
			fixes[i] = r.Fix
		}
		if err := p.transmit(fixes); err != nil {
			return err
		}
		answer, err := p.Server.Position(p.now, fixes)
		if err != nil {
			return err
		}
		if p.Trouble.answerLost() {
			p.retry = p.now + retryAfter
			return nil
		}
		if err := p.queue.Remove(records[len(records)-1].ID); err != nil {
			return err
		}
		if answer.Accepted > 0 {
			p.Client.Tell(p.clock(), Event{Kind: Hinted, Metres: answer.Metres, Seconds: answer.Seconds})
		}
	}
}

// transmit reckons what the radio costs.
func (p *phone) transmit(fixes []wire.Fix) error {
	frame, err := wire.JSON.Append(nil, &wire.Position{Seq: 1, Fixes: fixes})
	if err != nil {
		return err
	}
	p.cost.Sent += len(fixes)
	p.cost.Bytes += len(frame) + requestBytes
	if p.now >= p.radioUntil {
		p.cost.Wakeups++
		p.cost.Bytes += connectBytes
		p.cost.Radio += tailSeconds
	} else {
		p.cost.Radio += p.now + tailSeconds - p.radioUntil
	}
	p.radioUntil = p.now + tailSeconds
	return nil
}

// memory is a queue that is gone with the app.
type memory struct {
	records []buffer.Record
	next    uint64
}

// Memory returns a queue that forgets all when the app dies.
func Memory() (Queue, error) { return &memory{}, nil }

func (m *memory) Append(f wire.Fix) error {
	m.next++
	m.records = append(m.records, buffer.Record{ID: m.next, Fix: f})
	return nil
}

func (m *memory) Peek(dst []buffer.Record, n int) []buffer.Record {
	return append(dst, m.records[:min(n, len(m.records))]...)
}

func (m *memory) Remove(upTo uint64) error {
	for len(m.records) > 0 && m.records[0].ID <= upTo {
		m.records = m.records[1:]
	}
	return nil
}
