import { asError, FlaneurError, invalid, missingConsent } from './errors.js'
import { along } from './geo.js'
import { Locator } from './locator.js'
import { Outbox, type Change } from './outbox.js'
import { openRecords, type Records } from './records.js'
import { newKey, Rest, type Call } from './rest.js'
import { Session, type Welcome } from './session.js'
import { removeSubscription, subscribe } from './webpush.js'
import { check, type ServerFrame, type Unnumbered } from './wire.js'
import type {
  Account, Action, Choices, Config, Consents, Fix, Listener, LocationPlan, MoodLevel, MoodSource, Moods, Notices, Offer, Patch, Preferences,
  Preset, Purchase, Purpose, Rating, Receipt, Redemption, ShoppingPlan, State, Stats, Trip, Want, Why, WhyNot,
} from './types.js'

export const VERSION = '1.0.0'

const NONE: Consents = { location: false, mood: false, purchases: false, push: false, moodLevel: 'off', moodSources: [] }
const MAX_OFFERS = 100
const HIDDEN_GRACE = 5000 // milliseconds that a page may be hidden before its socket goes

interface ConsentAnswer { consents: Record<string, { granted: boolean }>; moodLevel: MoodLevel; moodSources: Record<string, { granted: boolean }> }

/** Opens a kit: reads what it kept, and sends nothing. */
export async function newKit(config: Config, listener: Listener = {}): Promise<Kit> {
  if (!URL.canParse(config.serverURL)) throw invalid('serverURL', 'must be an address such as https://flaneur.example')
  const records = await openRecords(config.database ?? 'flaneur')
  const kit = new Kit(config, listener, records)
  await kit.load()
  return kit
}

/**
 * The whole of the SDK. Nothing is collected, buffered or sent without consent. Every method that talks to the server
 * rejects with a {@link FlaneurError}. Made by {@link newKit}.
 */
export class Kit {
  private token = ''
  private allowed: Consents = NONE
  private current: Offer[] = []
  private session: Session
  private rest: Rest
  private locator: Locator
  private outbox: Outbox
  private started = false
  private visible = globalThis.document?.visibilityState !== 'hidden'
  private status: State = 'off'
  private last: Fix | undefined
  private leaving: ReturnType<typeof setTimeout> | undefined
  private mock: ReturnType<typeof setInterval> | undefined
  private counted = { offers: 0, repeats: 0, connects: 0 }
  private unhook: () => void = () => {}
  private moved = 0 // how often consents changed, here or on the server through us
  private greeted = 0 // what moved was when we said hello: a welcome knows no more than that
  private closed = false
  private forgetting: Promise<void> | undefined // somebody who was erased elsewhere
  private tabs: BroadcastChannel | undefined // those of the same app share what is kept

  /** @internal */
  constructor(private config: Config, private listener: Listener, private records: Records) {
    const timeoutSeconds = config.timeoutSeconds ?? 20
    this.rest = new Rest(config.serverURL, timeoutSeconds, () => this.token || config.publishableKey)
    const socketURL = new URL('/v1/socket', config.serverURL)
    socketURL.protocol = socketURL.protocol.replace('http', 'ws')
    this.session = new Session({
      url: socketURL.href, timeoutSeconds,
      hello: () => {
        this.greeted = this.moved
        return { token: this.token, sdk: `web ${VERSION}`, ...(config.simulated && { simulated: true }) }
      },
      wanted: () => this.visible && globalThis.navigator?.onLine !== false,
      onFrame: (f) => void this.take(f),
      onWelcome: (f) => void this.welcomed(f),
      onState: (s) => void this.setState(s),
    })
    this.locator = new Locator({
      onFix: (fix) => void this.keep(fix).catch((e) => { if (asError(e).code !== 'fix_out_of_order') this.fail(e) }),
      onThinned: (fix) => {
        this.outbox.counted.measured++
        this.outbox.counted.skipped++
        this.here(fix)
      },
      onPlan: (plan) => this.tell(() => this.listener.onPlan?.(plan)),
      onFailure: (code, field, message) => this.fail(new FlaneurError(code, message, field)),
    })
    this.locator.setPreset(config.preset ?? 'responsive')
    this.outbox = new Outbox({
      session: this.session, records, database: config.database ?? '', bufferFixes: config.bufferFixes ?? 1000,
      optedIn: () => this.optedIn(), allows: (purpose) => this.allowed[purpose], visible: () => this.visible,
      call: (call) => this.send(call),
      moves: () => this.moved,
      onMoved: () => {
        this.moved++
        this.tabs?.postMessage('consents')
      },
      onHint: (hint) => this.locator.obey(hint),
      onRefused: () => this.lostConsent(),
      onFailure: (cause) => this.fail(cause),
    })
  }

  /** @internal */
  async load(): Promise<void> {
    this.token = (await this.records.get<string>('token')) ?? ''
    this.allowed = (await this.records.get<Consents>('consents')) ?? NONE
    this.current = (await this.records.get<Offer[]>('offers')) ?? []
    await this.outbox.load()
    await this.records.set('server', this.config.serverURL) // for the service worker
    if (typeof BroadcastChannel !== 'undefined') {
      this.tabs = new BroadcastChannel(`flaneur ${this.config.database ?? ''}`)
      this.tabs.onmessage = ({ data }) => void (data === 'offers' ? this.followOffers() : this.follow()).catch((e) => this.fail(e))
    }
    this.hook()
  }

  // Consent.

  /** Opts the person in with what they chose; before it nothing but texts is fetched. */
  async optIn(choices: Choices): Promise<void> {
    await this.forgetting // or it would take the newcomer along
    if (this.token) throw new FlaneurError('already_exists', 'This browser is opted in already.')
    const grant = { granted: true, policy: choices.policy }
    const mood = choices.moodLevel && choices.moodLevel !== 'off'
    const consents: Change['consents'] = {}
    for (const purpose of ['location', 'purchases', 'push'] as const) if (choices[purpose]) consents[purpose] = grant
    if (mood) consents.mood = { granted: true, policy: choices.moodPolicy ?? choices.policy, ...(choices.moodSources && { sources: choices.moodSources }) }
    const language = choices.language ?? this.language()
    const answer = await this.rest.json<{ user: string; token: string }>({
      method: 'POST', path: '/v1/users', idempotencyKey: newKey(),
      body: {
        consents, language, zone: choices.zone ?? this.config.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...(mood && { moodLevel: choices.moodLevel }), ...(choices.interests?.length && { interests: choices.interests }),
        ...(choices.attributes?.length && { attributes: choices.attributes }), ...(choices.minor && { minor: true }),
        ...(this.config.simulated && { simulated: true }),
      },
    })
    this.token = answer.token
    await this.records.set('token', answer.token)
    await this.setAllowed({
      location: !!choices.location, purchases: !!choices.purchases, push: !!choices.push, mood: !!mood,
      moodLevel: mood ? choices.moodLevel! : 'off', moodSources: mood ? choices.moodSources ?? ['self'] : [],
    })
  }

  /** Whether this browser holds a person's token. */
  optedIn(): boolean { return this.token !== '' }

  /** What the person allows, as last heard or chosen here. */
  consents(): Consents { return { ...this.allowed, moodSources: [...this.allowed.moodSources] } }

  hasConsent(purpose: Purpose): boolean { return this.allowed[purpose] }

  /** The person moved a switch to on; policy is the version of the text that they saw. Use allowMood for mood. */
  async grant(purpose: Exclude<Purpose, 'mood'>, policy: string): Promise<void> {
    await this.change({ consents: { [purpose]: { granted: true, policy } } })
    if (this.allowed.location && this.started) this.locator.start()
  }

  /** Ends a purpose here and now, drops what was buffered for it, and tells the server as soon as it can be reached. */
  async withdraw(purpose: Purpose): Promise<void> {
    if (purpose === 'location') this.leavePlace()
    await this.takeBack(purpose, { granted: false }, { [purpose]: false, ...(purpose === 'mood' && { moodLevel: 'off', moodSources: [] }) })
    if (purpose === 'push') await removeSubscription().catch(() => undefined) // the server drops its tokens with the consent
  }

  /** Allows mood from these sources; policy is the version of the notices that were shown. */
  async allowMood(level: Exclude<MoodLevel, 'off'>, sources: MoodSource[], policy: string): Promise<void> {
    await this.change({ consents: { mood: { granted: true, policy, sources } }, moodLevel: level })
  }

  /** Ends one source of mood; the whole estimate is forgotten with it. */
  async forbidMoodSource(source: MoodSource): Promise<void> {
    const moodSources = this.allowed.moodSources.filter((s) => s !== source)
    if (!moodSources.length) return this.withdraw('mood')
    await this.takeBack('mood', { granted: false, sources: [source] }, { moodSources })
  }

  /** The texts to show before asking for mood, and their version. */
  notices(language = this.language()): Promise<Notices> { return this.get('/v1/notices', { lang: language }) }

  /** The words and faces for one tap. */
  moods(language = this.language()): Promise<Moods> { return this.get('/v1/moods', { lang: language }) }

  // Running.

  /** Connects, and measures where the person is if they allow that. */
  async start(): Promise<void> {
    this.needToken()
    if (this.started) return
    this.started = true
    if (this.allowed.location) this.locator.start()
    if (this.visible) this.session.start()
    if (this.status === 'off') this.setState('offline')
    await this.outbox.flushQuietly()
  }

  /** Ends the connection and measuring; what is buffered stays for the next start. */
  stop(): void {
    this.started = false
    this.stopMock()
    this.locator.stop()
    this.session.stop(this.status === 'erased' || this.status === 'denied' ? this.status : 'off')
    this.outbox.stop()
  }

  running(): boolean { return this.started }

  state(): State { return this.status }

  /** Stops, and closes the database: the kit is of no use after it. */
  shutdown(): void {
    this.stop()
    this.closed = true
    this.unhook()
    this.tabs?.close()
    this.records.close()
  }

  setPreset(preset: Preset): void { this.locator.setPreset(preset) }

  /** When the browser measures now, and why. */
  plan(): LocationPlan { return this.locator.plan() }

  /** Where the person was last, as this page knows: for a map. Nothing without consent, or after a reload. */
  position(): Fix | undefined { return this.last && { ...this.last } }

  /** Takes a fix that the app measured itself. */
  async track(fix: Fix): Promise<void> {
    check({ t: 'position', seq: 1, fixes: [fix] })
    await this.keep(fix)
  }

  /** Sends what waits. Rejects if there is no way to the server; what was not taken stays. */
  async flush(): Promise<void> {
    this.needToken()
    await this.outbox.flush()
  }

  async stats(): Promise<Stats> {
    return { ...this.outbox.counted, ...this.counted, buffered: await this.records.count('fixes'), waiting: await this.records.count('outbox') }
  }

  /** Walks along a route at a speed, as a mock provider: for test keys. */
  mockRoute(points: { lat: number; lon: number }[], metresPerSecond: number): void {
    if (!this.allowed.location) throw missingConsent('location')
    this.stopMock()
    const walk = along(points, metresPerSecond)
    this.mock = setInterval(() => {
      const step = walk.next()
      if (step.done) return this.stopMock()
      this.keep({ ...step.value, acc: 5, speed: metresPerSecond, at: Date.now(), mock: true }).catch((e) => this.fail(e))
    }, 1000)
  }

  stopMock(): void { clearInterval(this.mock) }

  // Mood.

  /** The person's own point on a pad: x pleasant, y activated, each from -1 to 1. Queued while offline. */
  async reportMood(valence: number, arousal: number): Promise<void> {
    this.needMood()
    const mood = { valence, arousal, confidence: 1, source: 'self' as const, at: this.outbox.now() }
    check({ t: 'mood', seq: 1, ...mood })
    await this.outbox.say('mood', { t: 'mood', ...mood }, { method: 'POST', path: '/v1/me/mood', body: mood })
  }

  /** A word or a face of moods(). Queued while offline. */
  async reportMoodLabel(label: string): Promise<void> {
    this.needMood()
    if (!label) throw invalid('label', 'must be an id or an emoji of moods()')
    await this.outbox.say('mood', undefined, { method: 'POST', path: '/v1/me/mood', body: { label, at: this.outbox.now() } })
  }

  // Offers.

  /** The offers at hand, pulled or pushed: also offline, without those that are over. */
  offers(): Offer[] { return this.current.filter((o) => !o.ends || o.ends > Date.now()) }

  /** Asks what is near the person, or near a given point. */
  async refresh(near?: { lat: number; lon: number; radius?: number; categories?: string[] }): Promise<Offer[]> {
    this.needToken()
    await this.outbox.sendWithdrawals()
    const at = near ?? (this.allowed.location ? this.last : undefined)
    const pull: Unnumbered = {
      t: 'pull', limit: 50, ...(at && { lat: at.lat, lon: at.lon }), ...(near?.radius && { radius: near.radius }),
      ...(near?.categories && { categories: near.categories }),
    }
    check({ ...pull, seq: 1 })
    let offers: Offer[]
    if (this.session.connected) {
      const answer = await this.ask(pull)
      offers = answer.t === 'offers' ? answer.offers : []
    } else {
      const { t: _, categories, ...query } = pull as { t: string; categories?: string[] }
      offers = (await this.get<{ items: Offer[] }>('/v1/offers', { ...query, ...(categories && { category: categories }) })).items
    }
    await this.setOffers((all) => offers.map((o) => ({ ...o, ...delivered(all, o.id) })))
    return this.offers()
  }

  /** Why the person got this delivery. */
  why(deliveryID: string): Promise<Why> { return this.get(`/v1/me/deliveries/${encodeURIComponent(deliveryID)}/why`) }

  /** What was held back, why, and what would change it. */
  async whyNot(): Promise<WhyNot[]> { return (await this.get<{ items: WhyNot[] }>('/v1/me/suppressions')).items }

  /** What the person did with an offer or a delivery. Queued: it survives a reload and being offline. */
  async feedback(id: string, action: Action): Promise<void> {
    this.needToken()
    const body = { ...(id.startsWith('dlv_') ? { delivery: id } : { offer: id }), action, at: this.outbox.now() }
    check({ t: 'feedback', seq: 1, ...body })
    if (action !== 'opened' && action !== 'liked' && action !== 'not_now') {
      await this.setOffers((all) => all.filter((o) => o.id !== id && o.delivery !== id))
    }
    await this.outbox.say('', { t: 'feedback', ...body }, { method: 'POST', path: '/v1/me/feedback', body })
  }

  // Redemption.

  /** Keeps one unit of the offer for the person until it expires; the code or the QR code is shown at the till. */
  reserve(offerID: string, place?: string): Promise<Redemption> { return this.redeem({ offer: offerID, ...(place && { place }) }) }

  /** Uses the offer at once, where there is no till: the answer is shown at the counter. */
  useNow(offerID: string, place?: string): Promise<Redemption> { return this.redeem({ offer: offerID, redeem: true, ...(place && { place }) }) }

  /** The picture of a reservation's QR code, PNG. */
  qr(redemptionID: string): Promise<Blob> {
    this.needToken()
    return this.watched(this.rest.blob(`/v1/me/redemptions/${encodeURIComponent(redemptionID)}/qr.png`))
  }

  async giveBack(redemptionID: string): Promise<void> {
    await this.call({ method: 'DELETE', path: `/v1/me/redemptions/${encodeURIComponent(redemptionID)}` })
  }

  async redemptions(): Promise<Redemption[]> { return (await this.get<{ items: Redemption[] }>('/v1/me/redemptions')).items }

  /** One to five stars for an offer that was redeemed (off_ or red_) or a place where the person was (plc_). */
  rate(id: string, stars: number): Promise<Rating> {
    const subject = id.startsWith('plc_') ? 'place' : id.startsWith('red_') ? 'redemption' : 'offer'
    return this.call({ method: 'POST', path: '/v1/me/ratings', body: { [subject]: id, stars } })
  }

  // Purchases, trips, shopping.

  /** Tells a purchase. Queued while offline. */
  async purchase(purchase: Purchase): Promise<void> {
    this.needToken()
    if (!this.allowed.purchases) throw missingConsent('purchases')
    await this.outbox.say('purchases', undefined, {
      method: 'POST', path: '/v1/me/purchases', body: { at: new Date(this.outbox.now()).toISOString(), ...purchase }, idempotencyKey: newKey(),
    })
  }

  async purchases(): Promise<Purchase[]> { return (await this.get<{ items: Purchase[] }>('/v1/me/purchases')).items }

  /** Forgets a purchase, and what was learned from it. */
  async forgetPurchase(id: string): Promise<void> { await this.call({ method: 'DELETE', path: `/v1/me/purchases/${encodeURIComponent(id)}` }) }

  /** Where the person is going: what lies on the way counts then. */
  startTrip(to: Trip): Promise<Trip> {
    if (!this.allowed.location) throw missingConsent('location')
    return this.call({ method: 'POST', path: '/v1/me/trips', body: to, idempotencyKey: newKey() })
  }

  async endTrip(): Promise<void> { await this.call({ method: 'DELETE', path: '/v1/me/trips/current' }) }

  async setShoppingList(items: Want[]): Promise<Want[]> {
    return (await this.call<{ items: Want[] }>({ method: 'PUT', path: '/v1/me/shopping-list', body: { items } })).items
  }

  async shoppingList(): Promise<Want[]> { return (await this.get<{ items: Want[] }>('/v1/me/shopping-list')).items }

  /** Where the list is to be had: at one place, or at two on one way. */
  planShopping(near?: { lat: number; lon: number; radius?: number }): Promise<ShoppingPlan> {
    const body = near ? { location: { lat: near.lat, lon: near.lon }, ...(near.radius && { radius: near.radius }) } : {}
    return this.call({ method: 'POST', path: '/v1/me/shopping-list/plan', body })
  }

  // Wishes and rights.

  preferences(): Promise<Preferences> { return this.get('/v1/me/preferences') }

  /** Changes only what the patch names; null clears. */
  changePreferences(patch: Patch<Preferences>): Promise<Preferences> { return this.call({ method: 'PATCH', path: '/v1/me/preferences', body: patch }) }

  /** No pushes for so many minutes, or until midnight by the person's clock. */
  async pause(minutes: number | 'untilTomorrow'): Promise<Date> {
    const body = minutes === 'untilTomorrow' ? { untilTomorrow: true } : { minutes }
    return new Date((await this.call<{ until: string }>({ method: 'POST', path: '/v1/me/pause', body })).until)
  }

  async resume(): Promise<void> { await this.call({ method: 'DELETE', path: '/v1/me/pause' }) }

  /** Subscribes this browser to Web Push and registers it. Needs a service worker, and the consent to push. */
  async enablePush(registration?: ServiceWorkerRegistration): Promise<void> {
    if (!this.allowed.push) throw missingConsent('push')
    const { key } = await this.get<{ key: string }>('/v1/webpush-key')
    await this.setPushToken('webpush', await subscribe(key, registration))
  }

  /** Takes this browser off the list of those that get pushes. */
  async disablePush(): Promise<void> {
    const token = await removeSubscription()
    if (token && this.token) await this.call({ method: 'PUT', path: '/v1/me/push-token', body: { channel: 'webpush', token, remove: true } })
  }

  /** Registers a device by hand, as a native shell does. */
  async setPushToken(channel: 'webpush' | 'fcm', token: string): Promise<void> {
    if (!this.allowed.push) throw missingConsent('push')
    await this.call({ method: 'PUT', path: '/v1/me/push-token', body: { channel, token } })
  }

  /** The offer of a push message, or undefined if the person has seen that delivery. */
  async handlePush(payload: { delivery?: string }): Promise<Offer | undefined> {
    const id = payload.delivery
    if (!id || !this.token || !this.allowed.push) return undefined
    const known = this.current.find((o) => o.delivery === id)
    if (known) return undefined
    const offer = (await this.myData()).deliveries.find((d) => d.id === id)?.offer
    if (offer) {
      await this.records.first(id)
      await this.show(offer)
    }
    return offer
  }

  /** Everything that the server holds about the person. */
  myData(): Promise<Account> { return this.get('/v1/me') }

  /** The same as a file to keep. */
  async exportData(): Promise<Blob> { return new Blob([JSON.stringify(await this.myData(), null, 2)], { type: 'application/json' }) }

  /** Forgets the person, on the server and here. What is buffered here goes first, whether the server can be reached or not. */
  async eraseMe(): Promise<Receipt> {
    this.needToken()
    this.stop()
    this.leavePlace()
    await this.records.clear('fixes', 'outbox', 'seen')
    await this.dropOffers()
    const receipt = await this.rest.json<Receipt>({ method: 'DELETE', path: '/v1/me' }).catch((e: FlaneurError) => {
      if (e.code === 'erased') return { at: new Date().toISOString(), holders: [] }
      throw e
    })
    await this.forgetDevice()
    this.setState('erased')
    return receipt
  }

  /** Forgets everything on this device; the server is not told. */
  async forgetDevice(): Promise<void> {
    this.stop()
    await removeSubscription().catch(() => undefined)
    this.token = ''
    this.last = undefined
    this.current = []
    await this.outbox.forgetFixes()
    await this.records.clear('kv', 'fixes', 'outbox', 'seen')
    await this.records.set('server', this.config.serverURL)
    await this.setAllowed(NONE)
    this.tabs?.postMessage('consents')
  }

  // From here on: how it works.

  private language(): string {
    const wish = this.config.language ?? globalThis.navigator?.language ?? 'en'
    return wish.startsWith('de') ? 'de' : 'en'
  }

  private needToken(): void {
    if (!this.token) throw new FlaneurError('unauthorized', 'Nobody is opted in here: optIn comes first.')
  }

  private needMood(): void {
    this.needToken()
    if (!this.allowed.mood) throw missingConsent('mood')
    if (!this.allowed.moodSources.includes('self')) throw missingConsent('mood.self')
  }

  private get<T>(path: string, query?: Call['query']): Promise<T> { return this.call({ path, query }) }

  /** What the person took back, the server hears first. */
  private async call<T>(call: Call): Promise<T> {
    await this.outbox.sendWithdrawals()
    return this.send(call)
  }

  private async send<T>(call: Call): Promise<T> {
    if (call.path.startsWith('/v1/me')) this.needToken()
    return this.watched(this.rest.json<T>(call))
  }

  /** Notices in passing that the token is dead. */
  private async watched<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (cause) {
      const e = asError(cause)
      if (this.token && e.code === 'erased') this.setState('erased')
      if (this.token && e.code === 'unauthorized') this.setState('denied')
      throw e
    }
  }

  private async ask(frame: Unnumbered): Promise<ServerFrame> {
    return this.session.request(frame)
  }

  private redeem(body: object): Promise<Redemption> {
    return this.call({ method: 'POST', path: '/v1/me/redemptions', body, idempotencyKey: newKey() })
  }

  private tell(say: () => void): void {
    try {
      say()
    } catch (e) {
      console.error('flaneur: a listener threw', e)
    }
  }

  private fail(cause: unknown): void {
    if (this.closed) return
    const e = asError(cause)
    this.tell(() => this.listener.onFailure?.(e.code, e.field, e.message))
  }

  private setState(state: State): void {
    if (state === this.status) return
    this.status = state
    if (state === 'denied') this.stop()
    if (state === 'erased' && this.token) this.forgetting = this.forgetDevice().catch((e) => this.fail(e))
    this.tell(() => this.listener.onState?.(state))
  }

  private async setAllowed(next: Consents): Promise<void> {
    const before = JSON.stringify(this.allowed)
    this.allowed = next
    this.moved++
    if (JSON.stringify(next) === before) return // nor is it written: another tab may just have written something else
    if (this.token) await this.records.set('consents', next)
    this.tabs?.postMessage('consents')
    this.tell(() => this.listener.onConsents?.(this.consents()))
  }

  /** Another tab moved a switch, or forgot the person. */
  private async follow(): Promise<void> {
    const token = (await this.records.get<string>('token')) ?? ''
    const next = (await this.records.get<Consents>('consents')) ?? NONE
    if (this.closed) return
    if (this.token && !token) return this.setState('erased')
    this.token = token
    this.moved++
    if (JSON.stringify(next) === JSON.stringify(this.allowed)) return
    this.allowed = next
    if (next.location && this.started) this.locator.start()
    if (!next.location) {
      this.leavePlace()
      await this.dropOffers()
    }
    this.tell(() => this.listener.onConsents?.(this.consents()))
  }

  private leavePlace(): void {
    this.locator.stop()
    this.stopMock()
    this.last = undefined
  }

  /** Changes the list, which all tabs share. */
  private async setOffers(change: (all: Offer[]) => Offer[]): Promise<void> {
    await this.records.change<Offer[]>('offers', (all = []) => (this.current = change(all).slice(0, MAX_OFFERS)))
    this.tabs?.postMessage('offers')
    this.tell(() => this.listener.onOffers?.(this.offers()))
  }

  private dropOffers(): Promise<void> {
    this.current = [] // at once
    return this.setOffers(() => [])
  }

  private async followOffers(): Promise<void> {
    const offers = (await this.records.get<Offer[]>('offers')) ?? []
    if (this.closed || !this.token) return
    this.current = offers
    this.tell(() => this.listener.onOffers?.(this.offers()))
  }

  /** Moves switches on the server, and takes over what it says then, but for what was taken back meanwhile. */
  private change(change: Change): Promise<void> {
    return this.outbox.grant<ConsentAnswer>(change, async (a, since) => {
      const gone = (p: Purpose, of?: string) => since.some(({ consents: { [p]: c } }) => c && (!c.sources || c.sources.some((s) => s === of)))
      const has = (p: Purpose) => !!a.consents[p]?.granted && !gone(p)
      const sources = Object.entries(a.moodSources).filter(([s, c]) => c.granted && !gone('mood', s)).map(([s]) => s as MoodSource)
      await this.setAllowed({
        location: has('location'), mood: has('mood'), purchases: has('purchases'), push: has('push'),
        moodLevel: has('mood') ? a.moodLevel : 'off', moodSources: has('mood') ? sources : [],
      })
    })
  }

  private takeBack(purpose: Purpose, consent: Change['consents'][string], next: Partial<Consents>): Promise<void> {
    return this.outbox.withdraw({ consents: { [purpose]: consent } }, async () => {
      await this.setAllowed({ ...this.allowed, ...next })
      await this.forgetFor(purpose)
    })
  }

  /** What was held on this device for a purpose. */
  private async forgetFor(purpose: Purpose): Promise<void> {
    await this.outbox.forget(purpose)
    if (purpose === 'location') await this.dropOffers()
  }

  private async keep(told: Fix): Promise<void> {
    this.needToken()
    if (!this.allowed.location) throw missingConsent('location')
    const fix = { ...told, at: this.outbox.measured(told.at) }
    this.here(fix)
    await this.outbox.keep(fix)
  }

  private here(fix: Fix): void {
    this.last = fix
    this.tell(() => this.listener.onFix?.({ ...fix }))
  }

  /** The consent ended on another device. */
  private async lostConsent(): Promise<void> {
    this.leavePlace()
    await this.setAllowed({ ...this.allowed, location: false })
    await this.forgetFor('location')
  }

  private async welcomed(f: Welcome): Promise<void> {
    this.counted.connects++
    this.outbox.learnClock(f.now)
    const has = (p: Purpose) => f.consents.includes(p)
    try {
      if (!(await this.outbox.withdrawing()).length && this.moved === this.greeted) {
        const { allowed } = this // what is asked for here counts: a welcome only takes away
        const mood = allowed.mood && has('mood')
        const next: Consents = {
          location: allowed.location && has('location'), mood, purchases: allowed.purchases && has('purchases'), push: allowed.push && has('push'),
          moodLevel: mood ? f.moodLevel ?? 'quiet' : 'off',
          moodSources: mood ? allowed.moodSources.filter((source) => (f.moodSources ?? ['self']).includes(source)) : [],
        }
        const ended = (['location', 'mood', 'purchases'] as const).filter((p) => this.allowed[p] && !next[p])
        if (!next.location) this.leavePlace() // before anybody can see that the consent is over
        await this.setAllowed(next)
        for (const purpose of ended) await this.forgetFor(purpose)
        if (this.allowed.location && this.started) this.locator.start()
      }
      await this.outbox.flushQuietly()
    } catch (e) {
      this.fail(e)
    }
  }

  /** A frame that the server sent by itself. */
  private async take(f: ServerFrame): Promise<void> {
    try {
      switch (f.t) {
        case 'offer': {
          if (!this.allowed.push) break // just taken back
          const { t: _, more, ...offer } = f
          if (offer.delivery) void this.ask({ t: 'delivered', delivery: offer.delivery }).catch(() => {}) // or it comes again
          for (const o of [offer, ...(more ?? [])]) await this.arrived(o)
          break
        }
        case 'withdrawn':
          await this.setOffers((all) => all.filter((o) => o.id !== f.offer))
          this.tell(() => this.listener.onWithdrawn?.(f.offer, f.reason))
          break
        case 'hint': this.locator.obey(f); break
        case 'error': this.fail(new FlaneurError(f.code, f.message, f.field)) // about some fixes of a batch
      }
    } catch (e) {
      this.fail(e)
    }
  }

  /** Shows a delivery once, however often it comes. */
  private async arrived(offer: Offer): Promise<void> {
    if (offer.delivery && !(await this.records.first(offer.delivery))) {
      this.counted.repeats++
      return
    }
    await this.show(offer)
  }

  private async show(offer: Offer): Promise<void> {
    this.counted.offers++
    await this.setOffers((all) => [offer, ...all.filter((o) => o.id !== offer.id)])
    this.tell(() => this.listener.onOffer?.(offer))
  }

  private hook(): void {
    const page = globalThis.document
    if (!page?.addEventListener) return
    const stop = new AbortController()
    const options = { signal: stop.signal }
    this.unhook = () => stop.abort()
    page.addEventListener('visibilitychange', () => this.seen(page.visibilityState !== 'hidden'), options)
    addEventListener('online', () => {
      if (!this.started) return
      this.session.hurry()
      void this.outbox.flushQuietly()
    }, options)
    addEventListener('offline', () => this.session.lose(), options)
    globalThis.navigator.serviceWorker?.addEventListener('message', (m) => {
      const data = m.data as { flaneur?: string; delivery?: string } | undefined
      if (data?.flaneur === 'push') void this.handlePush(data).catch((e) => this.fail(e))
    }, options)
  }

  /** The page came to the front, or went away: sockets are for pages that are looked at. */
  private seen(visible: boolean): void {
    this.visible = visible
    clearTimeout(this.leaving)
    if (!this.started) return
    if (visible) {
      this.session.start()
      this.locator.wake()
    } else {
      this.leaving = setTimeout(() => {
        if (this.visible || !this.started) return
        this.session.stop('offline')
        void this.outbox.flushQuietly()
      }, HIDDEN_GRACE)
    }
  }
}

function delivered(all: Offer[], id: string): Pick<Offer, 'delivery' | 'controls'> {
  const was = all.find((o) => o.id === id && o.delivery)
  return was ? { delivery: was.delivery, controls: was.controls } : {}
}
