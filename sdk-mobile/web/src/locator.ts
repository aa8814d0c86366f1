// When to measure, as far as a browser lets a page decide: which accuracy to ask for, which fixes can matter by the server's
// hint, and when the receiver may sleep. A page in the background gets no fixes from most browsers; push wakes the person.
import { distance } from './geo.js'
import type { Fix, Hint, LocationPlan, Preset } from './types.js'

interface Policy { fastest: number; longestSleep: number; near: number }

/** Seconds between fixes at least, seconds of sleep at most, metres to the next thing from which on accuracy is high. */
const POLICIES: Record<Preset, Policy> = {
  efficient: { fastest: 20, longestSleep: 300, near: 150 },
  responsive: { fastest: 5, longestSleep: 60, near: 500 },
  continuous: { fastest: 2, longestSleep: 0, near: Infinity },
}
const SHORTEST_SLEEP = 15 // seconds; a receiver needs longer to start than it saves below

export class Locator {
  private policy = POLICIES.responsive
  private preset: Preset = 'responsive'
  private hint: Hint | undefined
  private last: Fix | undefined
  private watch: { id: number; high: boolean } | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private sleepsUntil = 0
  private running = false

  constructor(
    private host: {
      onFix(fix: Fix): void
      onThinned(fix: Fix): void
      onPlan(plan: LocationPlan): void
      onFailure(code: string, field: string, message: string): void
    },
    private geolocation: Geolocation | undefined = globalThis.navigator?.geolocation,
  ) {}

  setPreset(preset: Preset): void {
    this.preset = preset
    this.policy = POLICIES[preset]
    this.change()
  }

  start(): void {
    if (this.running) return
    this.running = true
    if (this.geolocation) this.change()
    else this.host.onFailure('unavailable', 'location', 'This browser has no geolocation.')
  }

  stop(): void {
    this.running = false
    this.hint = this.last = undefined
    this.asleep(0)
    this.host.onPlan(this.plan())
  }

  /** The server said when the next fix could matter. */
  obey(hint: Hint): void {
    this.hint = hint
    this.change()
  }

  /** The person looks at the page: don't sleep through that. */
  wake(): void {
    if (!this.running || !this.sleepsUntil) return
    this.asleep(0, false)
    this.listen()
    this.host.onPlan(this.plan())
  }

  plan(): LocationPlan {
    const { hint, policy, running } = this
    const near = !hint || hint.metres <= policy.near
    const why = !running ? 'off' : this.sleepsUntil ? 'nothing near' : !hint ? 'no hint yet' : near ? 'something is near' : 'nothing near'
    return {
      priority: !running ? 0 : this.preset === 'efficient' && !near ? 1 : near ? 3 : 2,
      intervalSeconds: Math.max(hint?.seconds ?? policy.fastest, policy.fastest), distanceM: hint?.metres ?? 0,
      fastestSeconds: policy.fastest, sleepsUntil: this.sleepsUntil, why,
    }
  }

  /** Brings the watch in line with the plan. */
  private change(): void {
    if (!this.running || !this.geolocation) return
    const sleep = this.sleep()
    if (sleep >= SHORTEST_SLEEP) {
      this.asleep(Date.now() + sleep * 1000)
      this.timer = setTimeout(() => {
        this.asleep(0)
        this.listen()
      }, sleep * 1000)
    } else {
      this.asleep(0, false)
      this.listen()
    }
    this.host.onPlan(this.plan())
  }

  /** Seconds in which nobody at this speed comes near anything that could matter: the hint's metres at 1.5 times the speed. */
  private sleep(): number {
    if (!this.hint || !this.last) return 0
    const speed = Math.max((this.last.speed ?? 0) * 1.5, 2.5)
    return Math.min(this.hint.seconds, this.hint.metres / speed, this.policy.longestSleep)
  }

  private asleep(until: number, unwatch = true): void {
    clearTimeout(this.timer)
    this.sleepsUntil = until
    if (unwatch && this.watch) {
      this.geolocation?.clearWatch(this.watch.id)
      this.watch = undefined
    }
  }

  private listen(): void {
    if (!this.running || !this.geolocation) return
    const high = this.plan().priority > 1
    if (this.watch?.high === high) return
    if (this.watch) this.geolocation.clearWatch(this.watch.id)
    const id = this.geolocation.watchPosition(
      (p) => this.take(p),
      (e) => {
        if (e.code === e.PERMISSION_DENIED) this.host.onFailure('forbidden', 'permission.location', 'The browser was not allowed to tell the position.')
        else this.host.onFailure('unavailable', 'location', 'The position is not known at the moment.')
      },
      { enableHighAccuracy: high, maximumAge: 5000, timeout: 60_000 },
    )
    this.watch = { id, high }
  }

  private take(p: GeolocationPosition): void {
    const c = p.coords
    const fix: Fix = { lat: c.latitude, lon: c.longitude, at: Math.round(p.timestamp) }
    if (c.accuracy > 0) fix.acc = Math.min(c.accuracy, 1e6)
    if (c.speed != null && c.speed >= 0) fix.speed = Math.min(c.speed, 600)
    if (c.heading != null && c.heading >= 0 && c.heading <= 360) fix.course = c.heading
    if (!this.running) return
    if (this.last && !this.matters(fix, this.last)) return this.host.onThinned(fix)
    this.last = fix
    this.host.onFix(fix)
  }

  private matters(fix: Fix, last: Fix): boolean {
    const seconds = (fix.at - last.at) / 1000
    if (seconds <= 0) return false
    const metres = distance(fix, last)
    if (this.hint) return metres >= this.hint.metres || seconds >= Math.max(this.hint.seconds, this.policy.fastest)
    return seconds >= this.policy.fastest || metres >= 50
  }
}
