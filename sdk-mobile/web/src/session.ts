// One WebSocket session after the other: numbers the frames, joins answers to them, comes back by the range of the close code.
import { FlaneurError } from './errors.js'
import { decode, encode, SUBPROTOCOL, type DeviceFrame, type ServerFrame, type Unnumbered } from './wire.js'
import type { State } from './types.js'

/** What a closed socket means: come back later, only with something changed (a token, a version), or never. */
export function reconnectAfter(code: number): 'later' | 'after_change' | 'never' {
  if (code >= 4100 && code < 4200) return 'after_change'
  if (code >= 4200 && code < 4300) return 'never'
  return 'later'
}

/** Milliseconds before the next attempt: 1 s, doubling to 2 min, of which a random half is taken off. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(1000 * 2 ** Math.max(0, failures - 1), 120_000)
  return full / 2 + random() * (full / 2)
}

export type Welcome = ServerFrame & { t: 'welcome' }

export interface SessionHost {
  url: string
  timeoutSeconds: number
  hello(): { token: string; sdk: string; device?: string; simulated?: boolean }
  /** A frame that answers none of ours. */
  onFrame(frame: ServerFrame): void
  onWelcome(frame: Welcome): void
  onState(state: State): void
  /** Whether to come back by itself now: a hidden page does not. */
  wanted(): boolean
}

interface Waiting { resolve(f: ServerFrame): void; reject(e: FlaneurError): void; timer: ReturnType<typeof setTimeout> }

export class Session {
  private socket: WebSocket | undefined
  private seq = 0
  private open = false // the welcome has come
  private waiting = new Map<number, Waiting>()
  private retry: ReturnType<typeof setTimeout> | undefined
  private goodbye: { code: number; reconnect?: number } | undefined
  private ended = true
  /** Attempts without a welcome, since the last one. */
  failures = 0

  constructor(private host: SessionHost) {}

  get connected(): boolean { return this.open }

  /** Connects, and stays connected until stop. */
  start(): void {
    this.ended = false
    if (this.socket || !this.host.wanted()) return
    clearTimeout(this.retry)
    this.host.onState('connecting')
    let socket: WebSocket
    try {
      socket = new WebSocket(this.host.url, [SUBPROTOCOL])
    } catch {
      this.closed(1006)
      return
    }
    this.socket = socket
    this.seq = 0
    this.goodbye = undefined
    socket.onopen = () => {
      this.request({ t: 'hello', ...this.host.hello() }, true).then(
        (f) => {
          if (f.t !== 'welcome' || socket !== this.socket) return
          this.failures = 0
          this.open = true
          this.host.onState('online')
          this.host.onWelcome(f)
        },
        () => socket.close(), // the close code says why
      )
    }
    socket.onmessage = (m) => { if (socket === this.socket) this.take(m.data) }
    socket.onclose = (e) => { if (socket === this.socket) this.closed(e.code) }
    socket.onerror = () => {} // a close follows
  }

  /** Closes the socket; nothing comes back by itself. */
  stop(state: State = 'off'): void {
    this.ended = true
    clearTimeout(this.retry)
    const socket = this.socket
    this.drop()
    socket?.close(1000)
    this.host.onState(state)
  }

  /** The network is back, or the page is in front: don't wait. */
  hurry(): void {
    if (this.ended || this.socket) return
    clearTimeout(this.retry)
    this.start()
  }

  /** The device lost its network: what the browser still believes of the socket is worth nothing. */
  lose(): void {
    if (this.ended || !this.socket) return
    this.socket.close()
    this.closed(1006)
  }

  /** Sends a frame and waits for its answer. An error frame rejects, and so does a connection that is lost meanwhile. */
  request(frame: Unnumbered, first = false): Promise<ServerFrame> {
    return new Promise((resolve, reject) => {
      const socket = this.socket
      if (!socket || (!this.open && !first)) return reject(lost())
      const numbered = { ...frame, seq: ++this.seq } as DeviceFrame
      let text: string
      try {
        text = encode(numbered)
      } catch (e) {
        return reject(e)
      }
      const timer = setTimeout(() => { // no answer: the connection is dead, whatever the browser believes
        this.waiting.delete(numbered.seq)
        reject(lost())
        if (socket === this.socket) {
          socket.close()
          this.closed(1006)
        }
      }, this.host.timeoutSeconds * 1000)
      this.waiting.set(numbered.seq, { resolve, reject, timer })
      socket.send(text)
    })
  }

  private take(data: unknown): void {
    let frame: ServerFrame | undefined
    try {
      frame = decode(String(data))
    } catch {
      return // nothing that we could act on
    }
    if (!frame) return
    if (frame.t === 'goodbye') this.goodbye = frame
    const waiting = 'seq' in frame && frame.seq !== undefined ? this.waiting.get(frame.seq) : undefined
    if (!waiting || !('seq' in frame)) return this.host.onFrame(frame)
    this.waiting.delete(frame.seq!)
    clearTimeout(waiting.timer)
    if (frame.t === 'error') waiting.reject(new FlaneurError(frame.code, frame.message, frame.field, frame.retryAfter))
    else waiting.resolve(frame)
  }

  private drop(): void {
    this.socket = undefined
    this.open = false
    for (const w of this.waiting.values()) {
      clearTimeout(w.timer)
      w.reject(lost())
    }
    this.waiting.clear()
  }

  private closed(code: number): void {
    const wait = this.goodbye?.reconnect
    if (this.goodbye && code < 4000) code = this.goodbye.code
    this.drop()
    if (this.ended) return
    switch (reconnectAfter(code)) {
      case 'never': this.ended = true; return this.host.onState('erased')
      case 'after_change': this.ended = true; return this.host.onState('denied')
    }
    this.failures++
    this.host.onState('offline')
    if (code === 4002 && !this.host.wanted()) return // another device has taken our place: only who looks at this one comes back
    this.retry = setTimeout(() => this.hurry(), wait ?? backoff(this.failures))
  }
}

function lost(): FlaneurError { return new FlaneurError('unavailable', 'There is no connection; whether the server took it is unknown.') }
