import { WebSocketServer, type WebSocket as Peer } from 'ws'
import { afterEach, expect, test, vi } from 'vitest'
import { backoff, reconnectAfter, Session } from '../src/session.js'
import type { State } from '../src/types.js'
import { until } from './server.js'

const open: { close(): void }[] = []
afterEach(() => { for (const o of open.splice(0)) o.close() })

/** A peer that says welcome, and then what the test wants. */
async function peer(then: (socket: Peer, frame: { t: string; seq: number }, nth: number) => void, timeoutSeconds = 60) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (p) => (p.has('flaneur.v1.json') ? 'flaneur.v1.json' : false) })
  open.push(server)
  await new Promise((ok) => server.once('listening', ok))
  let nth = 0
  server.on('connection', (socket) => {
    const me = ++nth
    socket.on('message', (m) => {
      const frame = JSON.parse(String(m)) as { t: string; seq: number }
      if (frame.t === 'hello') socket.send(JSON.stringify({ t: 'welcome', seq: frame.seq, session: 'ses_1', now: Date.now(), consents: [] }))
      then(socket, frame, me)
    })
  })
  const states: State[] = []
  const session = new Session({
    url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`, timeoutSeconds, hello: () => ({ token: 't', sdk: 'test' }),
    wanted: () => true, onFrame: () => {}, onWelcome: () => {}, onState: (s) => states.push(s),
  })
  open.push({ close: () => session.stop() })
  return { session, states, connections: () => nth }
}

test('the ranges of close codes decide', () => {
  expect([1000, 1006, 1012, 4000, 4001, 4099].map(reconnectAfter)).toEqual(Array(6).fill('later'))
  expect([4100, 4103, 4199].map(reconnectAfter)).toEqual(Array(3).fill('after_change'))
  expect([4200, 4299].map(reconnectAfter)).toEqual(Array(2).fill('never'))
})

test('back-off doubles from 1 s to 2 min, and takes off a random half', () => {
  expect(backoff(1, () => 1)).toBe(1000)
  expect(backoff(1, () => 0)).toBe(500)
  expect(backoff(4, () => 1)).toBe(8000)
  expect(backoff(30, () => 1)).toBe(120_000)
})

test.each([[4103, 'denied'], [4150, 'denied'], [4200, 'erased'], [4299, 'erased']])('%d ends it: %s', async (code, state) => {
  const p = await peer((s, f) => { if (f.t === 'hello') s.close(code) })
  p.session.start()
  await until(() => p.states.includes(state as State))
  p.session.hurry()
  await new Promise((ok) => setTimeout(ok, 50))
  expect(p.connections()).toBe(1)
})

test('after a goodbye it comes back when it was told to, with numbers from 1 on', async () => {
  const seqs: number[] = []
  const p = await peer((s, f, nth) => {
    seqs.push(f.seq)
    if (f.t === 'hello' && nth === 1) {
      s.send('{"t":"goodbye","code":1012,"reason":"restart","reconnect":1800}')
      s.close(1012)
    }
  })
  const start = Date.now()
  p.session.start()
  await until(() => seqs.length === 2)
  expect(Date.now() - start).toBeGreaterThan(1700) // longer than the back-off, which is at most a second here
  expect(seqs).toEqual([1, 1])
})

test('answers find their frames, errors carry code and field, sequence numbers rise', async () => {
  const p = await peer((s, f) => {
    if (f.t === 'pull') s.send(JSON.stringify({ t: 'offers', seq: f.seq, offers: [] }))
    if (f.t === 'delivered') s.send(JSON.stringify({ t: 'error', seq: f.seq, code: 'not_found', field: 'delivery', message: 'no' }))
  })
  p.session.start()
  await until(() => p.session.connected)
  const [a, b, c] = await Promise.allSettled([p.session.request({ t: 'pull' }), p.session.request({ t: 'delivered', delivery: 'dlv_1' }), p.session.request({ t: 'pull' })])
  expect(a).toMatchObject({ value: { seq: 2 } })
  expect(b).toMatchObject({ reason: { code: 'not_found', field: 'delivery' } })
  expect(c).toMatchObject({ value: { seq: 4 } })
})

test('a peer that falls silent is left', async () => {
  const p = await peer(() => {}, 1)
  p.session.start()
  await until(() => p.session.connected)
  await expect(p.session.request({ t: 'pull' })).rejects.toMatchObject({ code: 'unavailable' })
  expect(p.states).toContain('offline')
  vi.useRealTimers()
})
