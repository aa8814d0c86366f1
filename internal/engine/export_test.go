package engine

import "context"

// Reconsider does what Run does after Published, at once.
func (e *Engine) Reconsider(ctx context.Context) {
	fresh := e.published.take()
	e.people.each(func(p *person) { e.reconsider(ctx, p, fresh) })
}

// Expire is one tick.
func (e *Engine) Expire(ctx context.Context) { e.expire(ctx) }

// SendOverdue does what Run does now and then, at once.
func (e *Engine) SendOverdue(ctx context.Context) { e.sendOverdue(ctx) }
