// What waits to be told to the server, and how it goes out: withdrawals first, then what the person did, then where they were.
import { asError, FlaneurError, missingConsent } from './errors.js'
import type { Records } from './records.js'
import type { Call } from './rest.js'
import type { Session } from './session.js'
import type { Fix, Hint, MoodLevel, MoodSource, Purpose } from './types.js'
import { MAX_FIXES, type Unnumbered } from './wire.js'

const MAX_QUEUE = 200 // things that the person did, while offline
const SAME_CLOCK = 5000 // milliseconds that two clocks may be apart without anybody minding
const STALE_SOCKET = 3 // attempts without a welcome before fixes go by REST

/** A fix on its way; offline: there was no way to the server when it was measured. */
interface Kept { fix: Fix; offline: boolean }
/** Something that the person did: told once there is a way. */
interface Queued { purpose: Purpose | ''; call: Call; at: number }
export type Change = { consents: Record<string, { granted: boolean; policy?: string; sources?: MoodSource[] }>; moodLevel?: MoodLevel }
const tell = (body: Change): Call => ({ method: 'PATCH', path: '/v1/me/consents', body })

export interface OutboxHost {
  session: Session
  records: Records
  /** Names the locks that keep tabs from sending at the same time. */
  database: string
  /** Fixes kept at most. */
  bufferFixes: number
  optedIn(): boolean
  allows(purpose: Purpose): boolean
  visible(): boolean
  call<T>(call: Call): Promise<T>
  /** Rises with each change of consents, here or on the server through us. */
  moves(): number
  /** The server took a change of consents. */
  onMoved(): void
  onHint(hint: Hint): void
  /** The server knows no consent to location any more. */
  onRefused(): Promise<void>
  onFailure(cause: unknown): void
}

export class Outbox {
  private skew = 0 // milliseconds that the server's clock is ahead of ours
  private fine = false // the server took fixes since its welcome
  private lastAt = 0 // of the newest fix, also of those before a reload: receivers repeat themselves
  private pauseUntil = 0 // the server wants no fixes before
  private flushing: Promise<void> | undefined
  private again = false
  private later: ReturnType<typeof setTimeout> | undefined
  private leaving = new Set<Change>() // withdrawals that are not yet kept
  private moving: Promise<unknown> = Promise.resolve() // changes of consents, one after the other
  readonly counted = { measured: 0, skipped: 0, sent: 0, accepted: 0, dropped: 0, queueDropped: 0 }

  constructor(private host: OutboxHost) {}

  async load(): Promise<void> { this.lastAt = (await this.host.records.get<number>('lastAt')) ?? 0 }

  // Time.

  /** Now by the server's clock. */
  now(): number { return Date.now() + this.skew }

  /** Learns from a welcome by how much this device's clock is wrong. */
  learnClock(server: number): void {
    const skew = server - Date.now()
    if (Math.abs(skew - this.skew) > SAME_CLOCK) this.skew = Math.abs(skew) > SAME_CLOCK ? skew : 0 // less would turn the order of fixes
    this.fine = false
  }

  /** When a fix was measured by this device's clock. Satellites tell the time themselves: with a wrong clock their fixes look old, or lie ahead. */
  measured(at: number): number {
    const now = Date.now()
    const right = at - this.skew
    return Math.min(Math.abs(now - right) < Math.abs(now - at) ? right : at, now)
  }

  // What waits.

  /** Keeps a fix until the server has judged it. */
  async keep(fix: Fix): Promise<void> {
    const { records } = this.host
    if (fix.at <= this.lastAt && this.lastAt <= Date.now()) { // else the clock was put back
      throw new FlaneurError('fix_out_of_order', 'A fix must be newer than the one before.', 'at')
    }
    this.lastAt = fix.at
    this.counted.measured++
    await records.set('lastAt', fix.at)
    const kept: Kept = { fix, offline: !this.reachable() }
    this.counted.dropped += await records.push('fixes', kept, this.host.bufferFixes)
    if (!this.host.allows('location')) await this.forgetFixes() // withdrawn meanwhile
    else await this.flushQuietly()
  }

  /** Sends what the person did over the socket or by REST; without a way it is queued. */
  async say(purpose: Purpose | '', frame: Unnumbered | undefined, call: Call): Promise<void> {
    const { host } = this
    try {
      await this.sendWithdrawals()
      if (frame && host.session.connected) await host.session.request(frame)
      else await host.call(call)
    } catch (cause) {
      const e = asError(cause)
      if (!e.temporary) throw e
      if (purpose && !host.allows(purpose)) throw missingConsent(purpose) // withdrawn meanwhile
      const queued: Queued = { purpose, call, at: Date.now() }
      this.counted.queueDropped += await host.records.push('outbox', queued, MAX_QUEUE)
      this.retryLater(e)
    }
  }

  /** Forgets here what a withdrawal takes along, and tells it now, or before anything else as soon as there is a way. */
  async withdraw(change: Change, forget: () => Promise<void>): Promise<void> {
    const { records } = this.host
    this.leaving.add(change)
    await forget()
    await records.change<Change[]>('withdrawals', (all = []) => [...all, change])
    this.leaving.delete(change)
    await this.sendWithdrawals().catch((cause) => {
      const e = asError(cause)
      if (!e.temporary) throw e
      this.retryLater(e)
    })
  }

  /** What the server has yet to hear of. */
  async withdrawing(): Promise<Change[]> { return (await this.host.records.get<Change[]>('withdrawals')) ?? [] }

  /** Moves switches to on; learn is given the answer, and the withdrawals from after the question. */
  async grant<T>(change: Change, learn: (answer: T, since: Change[]) => Promise<void>): Promise<void> {
    await this.inTurn(async () => {
      await this.tellWithdrawals()
      const answer = await this.host.call<T>(tell(change))
      const before = [...this.leaving]
      const kept = await this.withdrawing()
      await learn(answer, [...before, ...kept, ...this.leaving])
    })
  }

  /** Drops what waits for a purpose. */
  async forget(purpose: Purpose): Promise<void> {
    const { records } = this.host
    if (purpose === 'location') await this.forgetFixes()
    const queued = await records.head<Queued>('outbox', MAX_QUEUE)
    await records.remove('outbox', queued.filter((q) => q.value.purpose === purpose).map((q) => q.key))
  }

  async forgetFixes(): Promise<void> {
    this.lastAt = 0
    await this.host.records.clear('fixes')
    await this.host.records.set('lastAt', undefined)
  }

  // How it goes out.

  /** Sends what waits. Rejects if there is no way to the server; what was not taken stays. */
  async flush(): Promise<void> {
    await this.flushing?.catch(() => {}) // that one may leave fixes where they are
    const wait = this.pauseUntil - Date.now()
    if (wait > 0) throw new FlaneurError('rate_limited', 'The server wants nothing before.', '', wait)
    await this.sendAll(true)
  }

  /** Sends what can be sent, and comes back to the rest by itself. */
  async flushQuietly(): Promise<void> {
    await this.sendAll(false).catch((cause) => {
      const e = asError(cause)
      if (e.temporary) this.retryLater(e)
      else this.host.onFailure(e)
    })
  }

  /** Nothing comes back by itself. */
  stop(): void { clearTimeout(this.later) }

  async sendWithdrawals(): Promise<void> {
    if ((await this.withdrawing()).length) await this.inTurn(() => this.tellWithdrawals())
  }

  private async tellWithdrawals(): Promise<void> {
    const { host } = this
    for (;;) {
      const [first] = await this.withdrawing()
      if (!first) return
      await host.call(tell(first)).catch((e: FlaneurError) => {
        if (e.temporary || e.code === 'unauthorized' || e.code === 'erased') throw e
        host.onFailure(e) // telling it again would not help, and nothing else would ever be sent
      })
      host.onMoved()
      await host.records.change<Change[]>('withdrawals', ([, ...rest] = []) => (rest.length ? rest : undefined))
    }
  }

  /** Changes of consents reach the server in the order in which the person made them, in all tabs. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.moving.then(() => this.alone(' consents', work))
    this.moving = turn.catch(() => {})
    return turn
  }

  /** Whether something can be sent now: over the socket, or by REST from a hidden page or where sockets don't come through. */
  private reachable(): boolean {
    const { session } = this.host
    return session.connected || (globalThis.navigator?.onLine !== false && (!this.host.visible() || session.failures >= STALE_SOCKET))
  }

  private retryLater(e: FlaneurError): void {
    if (!this.host.optedIn()) return
    clearTimeout(this.later)
    this.later = setTimeout(() => void this.flushQuietly(), Math.max(e.retryAfter, 1000) + Math.random() * 15_000)
  }

  /** One at a time, in all tabs together. */
  private sendAll(must: boolean): Promise<void> {
    const { host } = this
    this.again = true
    this.flushing ??= this.alone('', async () => {
      while (this.again && host.optedIn() && Date.now() >= this.pauseUntil) {
        this.again = false // what comes in from now on wants another round
        await this.sendWithdrawals()
        if (host.session.connected || globalThis.navigator?.onLine !== false) await this.sendQueue()
        if (this.reachable() || must) await this.sendFixes(must)
      }
    }).finally(() => { this.flushing = undefined })
    return this.flushing
  }

  private async alone(what: string, work: () => Promise<void>): Promise<void> {
    const locks = globalThis.navigator?.locks
    if (locks) await locks.request(`flaneur ${this.host.database}${what}`, work)
    else await work()
  }

  private async sendQueue(): Promise<void> {
    const { host } = this
    for (const { key, value } of await host.records.head<Queued>('outbox', MAX_QUEUE)) {
      if (!value.purpose || host.allows(value.purpose)) {
        await host.call(value.call).catch((e: FlaneurError) => {
          if (e.temporary) throw e
          host.onFailure(e) // it will never be taken
        })
      }
      await host.records.remove('outbox', [key])
    }
  }

  private async sendFixes(must: boolean): Promise<void> {
    const { host } = this
    while (host.allows('location')) {
      const batch = await host.records.head<Kept>('fixes', MAX_FIXES)
      if (!batch.length || !host.allows('location')) return // withdrawn while we read
      const fixes = batch.map(({ value: { fix, offline } }) => ({
        ...fix, at: fix.at + this.skew, ...((offline || Date.now() - fix.at > 60_000) && { replayed: true }),
      }))
      if (!this.reachable() && !must) return
      await this.sendBatch(fixes)
      await host.records.remove('fixes', batch.map((b) => b.key))
    }
  }

  /** Returns when the server has judged every fix of the batch; throws if nobody knows. */
  private async sendBatch(fixes: Fix[]): Promise<void> {
    const { host } = this
    const moves = host.moves()
    let accepted = 0
    let hint: Hint | undefined
    try {
      if (host.session.connected) {
        const answer = await host.session.request({ t: 'position', fixes })
        if (answer.t === 'ack') ({ accepted = 0, hint } = answer)
        this.fine = true
      } else {
        const answer = await host.call<{ accepted: number; hint: Hint; refused?: { code: string; field?: string; detail?: string } }>({
          method: 'POST', path: '/v1/me/positions', body: { fixes }, keepalive: !host.visible(),
        })
        ;({ accepted, hint } = answer)
        if (answer.refused) host.onFailure(new FlaneurError(answer.refused.code, answer.refused.detail ?? '', answer.refused.field))
      }
    } catch (cause) {
      const e = asError(cause)
      if ((e.code === 'fix_in_future' || e.code === 'fix_out_of_order') && this.fine && host.session.connected) {
        host.session.lose() // the clock was changed: the next welcome says by how much
        throw new FlaneurError('unavailable', e.message)
      }
      if (e.retryAfter) this.pauseUntil = Date.now() + e.retryAfter
      if (e.temporary || e.code === 'unauthorized' || e.code === 'erased') throw e
      if (e.code === 'consent_required' && host.moves() === moves) await host.onRefused() // else it was so when we asked
      host.onFailure(e)
    }
    this.counted.sent += fixes.length
    this.counted.accepted += accepted
    if (hint) host.onHint(hint)
  }
}
