// The kit against a real server.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newKit, type Choices, type Consents, type FlaneurError, type Kit, type Offer, type State } from '../src/index.js'
import { openRecords } from '../src/records.js'
import { Session } from '../src/session.js'
import { MARKET, NOON, startServer, until, type Server } from './server.js'

let server: Server
let lunch: { id: string; merchant: string; place: string }
beforeAll(async () => {
  server = await startServer()
  lunch = await server.lunch()
})
afterAll(() => server.stop())

const ALL: Choices = { location: true, push: true, purchases: true, policy: '2026-06', language: 'en', zone: NOON, interests: ['restaurant.italian'] }
let n = 0
let kits: Kit[]
let heard: { offers: Offer[]; withdrawn: string[][]; states: State[]; failures: string[][]; consents: Consents[] }
beforeEach(() => {
  kits = []
  heard = { offers: [], withdrawn: [], states: [], failures: [], consents: [] }
})
afterEach(() => {
  for (const k of kits) k.shutdown()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function open(database = `kit-${n++}`, more: object = {}): Promise<Kit> {
  const kit = await newKit({ serverURL: server.url, publishableKey: server.publishable, database, ...more }, {
    onOffer: (o) => heard.offers.push(o), onWithdrawn: (...a) => heard.withdrawn.push(a), onState: (s) => heard.states.push(s),
    onFailure: (...a) => heard.failures.push(a), onConsents: (c) => heard.consents.push(c),
  })
  kits.push(kit)
  return kit
}

async function someone(choices: Partial<Choices> = {}, database?: string): Promise<Kit> {
  const kit = await open(database)
  await kit.optIn({ ...ALL, ...choices })
  await kit.changePreferences({ push: { quietFrom: 0, quietTo: 0, minGapMinutes: 0 } })
  return kit
}
const online = (kit: Kit) => until(() => kit.state() === 'online')
const fix = (metresNorth = 0, at = Date.now()) => ({ lat: MARKET.lat + metresNorth / 111_195, lon: MARKET.lon, acc: 8, at })
const code = (e: unknown) => (e as FlaneurError).code
/** No way to the server, as on a train. */
function offline() {
  const real = globalThis.WebSocket
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
  vi.stubGlobal('WebSocket', class { constructor() { throw new Error('offline') } })
  return () => {
    vi.unstubAllGlobals()
    globalThis.WebSocket = real
  }
}

test('before the opt-in nothing is sent or kept, and every call says so', async () => {
  const asked = vi.spyOn(globalThis, 'fetch')
  const kit = await open('nobody')
  for (const call of [() => kit.start(), () => kit.track(fix()), () => kit.refresh(), () => kit.feedback('off_1', 'liked'), () => kit.myData(), () => kit.reportMood(0, 0), () => kit.flush(), () => kit.eraseMe()]) {
    await expect(call()).rejects.toMatchObject({ code: 'unauthorized' })
  }
  expect(asked).not.toHaveBeenCalled()
  expect(await kit.stats()).toMatchObject({ buffered: 0, waiting: 0 })
  expect((await kit.notices('de')).language).toBe('de') // texts are there before the choice
  await expect(kit.optIn({ policy: '1' })).rejects.toMatchObject({ code: 'consent_required' })
})

test.each([3600_000, -3600_000])('a clock that is wrong by %d ms, and is changed in the midst, loses no fix', async (wrong) => {
  const right = Date.now.bind(Date)
  let by = wrong
  vi.spyOn(Date, 'now').mockImplementation(() => right() + by)
  const kit = await someone()
  await kit.start()
  await online(kit)
  let ago = 40_000 // fixes lie apart, as on a phone: a clock is learnt no better than a message is fast
  const at = (now: number) => now - (ago -= 10_000)
  const known = async () => Math.abs(new Date((await kit.myData()).lastFix!.at).getTime() - right() + ago)
  await kit.track(fix(0, at(Date.now())))
  await kit.flush()
  expect(await known()).toBeLessThan(10_000)
  await kit.track(fix(30, at(right()))) // as satellites tell it
  await kit.flush()
  expect(await known()).toBeLessThan(10_000)
  for (const [i, change] of [7200_000, -9000_000].entries()) {
    by += change
    await kit.track(fix(60 + 30 * i, at(Date.now())))
    await until(async () => (await kit.stats()).buffered === 0)
    expect(await known()).toBeLessThan(10_000)
    expect(await kit.stats()).toMatchObject({ sent: 3 + i, accepted: 3 + i, connects: 2 + i })
  }
})

test('a position brings an offer, once, with reasons and controls; it is acknowledged', async () => {
  const kit = await someone()
  await kit.start()
  await online(kit)
  await kit.track(fix())
  await until(() => heard.offers.length)
  const offer = heard.offers[0]!
  expect(offer).toMatchObject({ id: lunch.id, title: 'Pasta of the day', merchant: 'Trattoria Da Anna' })
  expect(offer.reasons.length).toBeGreaterThan(0)
  expect(offer.controls!.map((c) => c.action)).toContain('not_now')
  await until(async () => (await kit.myData()).deliveries[0]?.status === 'delivered')
  expect((await kit.why(offer.delivery!)).reasons[0]!.share).toBeGreaterThan(0)
  expect(await kit.stats()).toMatchObject({ sent: 1, measured: 1, accepted: 1, buffered: 0, offers: 1 })
  await kit.feedback(offer.delivery!, 'liked')
  await until(async () => (await kit.myData()).deliveries[0]?.status === 'liked')
  kit.shutdown()
  const again = await open(`kit-${n - 1}`) // after a reload
  expect(again.optedIn()).toBe(true)
  expect(again.offers().map((o) => o.id)).toEqual([lunch.id])
})

test('fixes without consent to location are refused and never kept', async () => {
  const kit = await someone({ location: false })
  await kit.start()
  await expect(kit.track(fix())).rejects.toMatchObject({ code: 'consent_required', field: 'location' })
  expect(await kit.stats()).toMatchObject({ buffered: 0, measured: 0 })
  await kit.grant('location', '2026-06')
  await kit.track(fix())
  expect(kit.hasConsent('location')).toBe(true)
})

test('offline fixes wait, survive a reload, and reach the server once', async () => {
  const name = `kit-${n++}`
  let kit = await someone({}, name)
  const comeBack = offline()
  await kit.start()
  for (let i = 0; i < 5; i++) await kit.track(fix(i * 30, Date.now() - 50_000 + i * 10_000))
  await kit.feedback(lunch.id, 'liked')
  expect(await kit.stats()).toMatchObject({ buffered: 5, waiting: 1, sent: 0 })
  kit.shutdown()
  kit = await open(name)
  expect(await kit.stats()).toMatchObject({ buffered: 5, waiting: 1 })
  comeBack()
  const bodies: string[] = []
  const send = WebSocket.prototype.send
  vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, m) {
    bodies.push(String(m))
    send.call(this, m)
  })
  await kit.start()
  await until(async () => (await kit.stats()).buffered === 0)
  const positions = bodies.map((b) => JSON.parse(b) as { t: string; fixes?: { replayed?: boolean }[] }).filter((f) => f.t === 'position')
  expect(positions.flatMap((p) => p.fixes!.map((f) => f.replayed))).toEqual(Array(5).fill(true))
  expect(await kit.stats()).toMatchObject({ sent: 5, accepted: 5, waiting: 0 })
  await kit.flush()
  expect(await kit.stats()).toMatchObject({ sent: 5 }) // nothing goes twice
})

test('a fix that is not newer than the last one is none, after a reload too', async () => {
  const name = `kit-${n++}`
  let kit = await someone({}, name)
  const at = Date.now()
  await kit.track(fix(0, at))
  await expect(kit.track(fix(0, at))).rejects.toMatchObject({ code: 'fix_out_of_order' })
  kit.shutdown()
  kit = await open(name)
  await expect(kit.track(fix(0, at))).rejects.toMatchObject({ code: 'fix_out_of_order' })
  await kit.track(fix(0, at + 1))
})

test('flush says when it could not', async () => {
  const kit = await someone()
  const comeBack = offline()
  await kit.track(fix())
  await expect(kit.flush()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await kit.stats()).toMatchObject({ buffered: 1 })
  comeBack()
  await kit.flush()
  expect(await kit.stats()).toMatchObject({ buffered: 0, sent: 1 })
})

test('a server that asks for patience gets it, and loses nothing by it', async () => {
  const kit = await someone()
  const real = globalThis.fetch
  let refusals = 0
  vi.stubGlobal('fetch', (input: URL, init: RequestInit) => String(input).includes('positions') && refusals++ === 0
    ? Promise.resolve(new Response('{"code":"rate_limited","detail":"Slow down.","retryAfter":60000}', { status: 429 })) : real(input, init))
  await expect(kit.track(fix()).then(() => kit.flush())).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 60000 })
  await expect(kit.flush()).rejects.toMatchObject({ code: 'rate_limited' })
  expect(refusals).toBe(1) // it did not even ask again
  expect(await kit.stats()).toMatchObject({ buffered: 1, sent: 0 })
})

test('a full buffer drops the oldest, and counts', async () => {
  const kit = await open(undefined, { bufferFixes: 10 })
  await kit.optIn(ALL)
  const comeBack = offline()
  for (let i = 0; i < 15; i++) await kit.track(fix(i, Date.now() - 15_000 + i * 1000))
  expect(await kit.stats()).toMatchObject({ buffered: 10, dropped: 5 })
  comeBack()
})

test('withdrawal empties the buffer at once, offline too, and the server hears of it before anything else', async () => {
  const kit = await someone()
  const comeBack = offline()
  await kit.track(fix())
  await kit.purchase({ category: 'cafe', amount: 3, currency: 'EUR' })
  expect(await kit.stats()).toMatchObject({ buffered: 1, waiting: 1 })
  await kit.withdraw('location')
  await kit.withdraw('purchases')
  expect(await kit.stats()).toMatchObject({ buffered: 0, waiting: 0 })
  await expect(kit.track(fix())).rejects.toMatchObject({ code: 'consent_required' })
  comeBack()
  await kit.start()
  await until(async () => !(await kit.myData()).consents.location?.granted)
  await kit.flush()
  expect((await kit.myData()).consents.purchases?.granted ?? false).toBe(false)
  expect(kit.hasConsent('location')).toBe(false)
})

test('a consent that ends on another device ends here', async () => {
  const kit = await someone()
  await kit.start()
  await online(kit)
  const name = `kit-${n - 1}`
  const token = await (await openRecords(name)).get<string>('token')
  await fetch(`${server.url}/v1/me/consents`, { method: 'PATCH', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: '{"consents":{"location":{"granted":false}}}' })
  await kit.track(fix())
  await until(() => !kit.hasConsent('location'))
  await until(async () => !(await kit.stats()).buffered)
  expect(kit.position()).toBeUndefined()
  expect(kit.offers()).toEqual([])
})

test('a consent that ended on another device while this one was away ends at the welcome', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  await kit.track(fix())
  await kit.flush()
  await until(async () => kit.position() && !(await kit.stats()).buffered)
  const token = await (await openRecords(name)).get<string>('token')
  await fetch(`${server.url}/v1/me/consents`, { method: 'PATCH', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: '{"consents":{"location":{"granted":false}}}' })
  await kit.start()
  await until(() => !kit.hasConsent('location'))
  expect(kit.position()).toBeUndefined()
})

test.each([['granted', false], ['withdrawn', true]] as const)('a welcome from before a purpose was %s says nothing about it', async (_, before) => {
  const kit = await someone({ location: before })
  const hear = Session.prototype as unknown as { take(data: unknown): void }
  const take = hear.take
  let welcome: (() => void) | undefined
  vi.spyOn(hear, 'take').mockImplementation(function (this: typeof hear, data) {
    if (String(data).includes('"t":"welcome"')) welcome = () => take.call(this, data)
    else take.call(this, data)
  })
  await kit.start()
  await until(() => welcome)
  if (before) await kit.withdraw('location')
  else await kit.grant('location', '2026-06')
  welcome!()
  await online(kit)
  await kit.flush()
  expect(kit.hasConsent('location')).toBe(!before)
})

test('a delivery that comes again is acknowledged and not shown again', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  await kit.start()
  await online(kit)
  await kit.track(fix())
  await until(() => heard.offers.length)
  await (kit as unknown as { take(f: object): Promise<void> }).take({ t: 'offer', ...heard.offers[0] })
  expect(heard.offers.length).toBe(1)
  expect(await kit.stats()).toMatchObject({ repeats: 1 })
  expect(await kit.handlePush({ delivery: heard.offers[0]!.delivery })).toBeUndefined()
})

test('an offer that the merchant stops is taken off the list', async () => {
  const other = await server.lunch({ lat: 48.5, lon: 9 })
  const kit = await someone()
  await kit.start()
  await online(kit)
  await kit.track({ lat: 48.5, lon: 9, acc: 5, at: Date.now() })
  await until(() => heard.offers.some((o) => o.id === other.id))
  await server.merchant('POST', `/v1/offers/${other.id}/stop`)
  await until(() => heard.withdrawn.length)
  expect(heard.withdrawn[0]).toEqual([other.id, 'stopped'])
  expect(kit.offers().some((o) => o.id === other.id)).toBe(false)
})

test('a pull works over the socket and without one', async () => {
  const kit = await someone()
  expect((await kit.refresh({ ...MARKET, radius: 500 })).map((o) => o.id)).toContain(lunch.id)
  await kit.start()
  await online(kit)
  expect((await kit.refresh(MARKET)).map((o) => o.id)).toContain(lunch.id)
  expect((await kit.refresh({ ...MARKET, categories: ['cafe'] })).length).toBe(0)
})

test('from a hidden page fixes go by REST', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('navigator', { onLine: true })
  const kit = await someone()
  await kit.start()
  await kit.track(fix())
  expect(kit.state()).toBe('offline')
  expect(await kit.stats()).toMatchObject({ sent: 1, accepted: 1, buffered: 0, connects: 0 })
  page.visibilityState = 'visible'
  page.dispatchEvent(new Event('visibilitychange'))
  await online(kit)
})

test('reserve, show, give back, use, rate', async () => {
  const kit = await someone()
  const r = await kit.reserve(lunch.id)
  expect(r).toMatchObject({ offer: lunch.id, status: 'reserved' })
  expect(r.code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)
  const png = new Uint8Array(await (await kit.qr(r.id)).arrayBuffer())
  expect([...png.slice(1, 4)]).toEqual([0x50, 0x4e, 0x47])
  await kit.giveBack(r.id)
  expect((await kit.redemptions())[0]!.status).toBe('rolled_back')
  const used = await kit.useNow(lunch.id)
  expect(used.status).toBe('redeemed')
  expect((await kit.rate(lunch.id, 5)).stars).toBe(5)
  await expect(kit.reserve('off_nothing')).rejects.toMatchObject({ code: 'not_found' })
})

test('mood: only with consent, only from its sources, with the version of the notices', async () => {
  const kit = await someone()
  await expect(kit.reportMood(0.5, 0)).rejects.toMatchObject({ code: 'consent_required', field: 'mood' })
  const notices = await kit.notices('en')
  await kit.allowMood('quiet', ['self'], notices.version)
  await kit.reportMood(-0.2, -0.7)
  await kit.reportMoodLabel((await kit.moods('en')).labels[0]!.id)
  expect((await kit.myData()).moodSources.self?.granted).toBe(true)
  const comeBack = offline()
  await kit.reportMood(0.2, 0.2)
  expect((await kit.stats()).waiting).toBe(1)
  await kit.forbidMoodSource('self')
  expect(kit.consents()).toMatchObject({ mood: false, moodLevel: 'off', moodSources: [] })
  expect((await kit.stats()).waiting).toBe(0)
  comeBack()
  await kit.flush()
  expect((await kit.myData()).consents.mood?.granted).toBe(false)
})

test('the person’s own word needs no notices at the opt-in', async () => {
  const kit = await someone({ moodLevel: 'quiet', policy: 'of ours' })
  expect(kit.consents()).toMatchObject({ mood: true, moodLevel: 'quiet', moodSources: ['self'] })
  await kit.reportMood(0.5, 0.5)
  expect((await kit.myData()).moodSources.self).toMatchObject({ granted: true })
})

test('purchases, trips, the shopping list, wishes, pause', async () => {
  const kit = await someone()
  await kit.purchase({ category: 'cafe', amount: 3.2, currency: 'EUR' })
  const [p] = await kit.purchases()
  expect(p).toMatchObject({ category: 'cafe', amount: 3.2 })
  await kit.forgetPurchase(p!.id!)
  expect(await kit.purchases()).toEqual([])
  expect(await kit.startTrip({ lat: 48, lon: 7.86, mode: 'walk' })).toMatchObject({ mode: 'walk' })
  await kit.endTrip()
  expect(await kit.setShoppingList([{ name: 'Bread' }])).toMatchObject([{ name: 'Bread' }])
  expect(await kit.shoppingList()).toMatchObject([{ name: 'Bread' }])
  expect((await kit.planShopping({ ...MARKET, radius: 500 })).missing).toMatchObject([{ name: 'Bread' }])
  expect((await kit.changePreferences({ push: { mode: 'ask_first' } })).push.mode).toBe('ask_first')
  expect((await kit.preferences()).push.mode).toBe('ask_first')
  expect((await kit.pause(30)).getTime()).toBeGreaterThan(Date.now() + 29 * 60_000)
  await kit.resume()
  expect((await kit.pause('untilTomorrow')).getTime()).toBeGreaterThan(Date.now())
  await expect(kit.changePreferences({ push: { dailyCap: 99 } })).rejects.toMatchObject({ code: 'invalid_field' })
})

test('a walk along a mock route is refused on live data, by name', async () => {
  const kit = await someone()
  await kit.start()
  await online(kit)
  kit.mockRoute([MARKET, { lat: MARKET.lat + 0.001, lon: MARKET.lon }], 1.4)
  await until(() => heard.failures.some((f) => f[0] === 'fix_mocked'))
  kit.stopMock()
})

test('why not says what was held back', async () => {
  const kit = await someone()
  await kit.changePreferences({ blocked: [{ kind: 'category', value: 'restaurant' }] })
  await kit.start()
  await online(kit)
  await kit.track(fix())
  const held = await until(async () => (await kit.whyNot()).find((w) => w.offer === lunch.id))
  expect(held).toMatchObject({ code: 'blocked_category', change: { code: expect.any(String) } })
})

test('export and erase: nothing is left here, and the token is of no use', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  await kit.start()
  await online(kit)
  await kit.track(fix())
  expect(JSON.parse(await (await kit.exportData()).text())).toMatchObject({ pushTokens: 0 })
  const receipt = await kit.eraseMe()
  expect(receipt.holders[0]).toBe('records')
  expect([kit.optedIn(), kit.state(), kit.offers().length, kit.running()]).toEqual([false, 'erased', 0, false])
  expect(await kit.stats()).toMatchObject({ buffered: 0, waiting: 0 })
  const records = await openRecords(name)
  expect([await records.get('token'), await records.count('fixes'), await records.count('seen')]).toEqual([undefined, 0, 0])
  records.close()
  await kit.optIn(ALL) // a new person
  expect(kit.optedIn()).toBe(true)
})

test('erase without a network: what is kept here goes at once, and it can be asked for again', async () => {
  const kit = await someone()
  const comeBack = offline()
  await kit.track(fix())
  await kit.feedback(lunch.id, 'liked')
  await expect(kit.eraseMe()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await kit.stats()).toMatchObject({ buffered: 0, waiting: 0 })
  expect(kit.running()).toBe(false)
  comeBack()
  expect((await kit.eraseMe()).holders[0]).toBe('records')
})

test('a withdrawal in the midst of fixes: none is left, none is sent after it', async () => {
  const kit = await someone()
  await kit.start()
  await online(kit)
  const sent: string[] = []
  const send = WebSocket.prototype.send
  vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, m) {
    sent.push(String(m))
    send.call(this, m)
  })
  const many = Array.from({ length: 20 }, (_, i) => kit.track(fix(i, Date.now() - 30_000 + i * 1000)).catch((e) => code(e)))
  await kit.withdraw('location')
  const before = sent.length
  await Promise.all(many)
  await kit.flush()
  expect(sent.slice(before).filter((m) => m.includes('"position"'))).toEqual([])
  expect(await kit.stats()).toMatchObject({ buffered: 0 })
})

test('who is forgotten elsewhere can start anew at once, and stays', async () => {
  const name = `kit-${n++}`
  let again: [Promise<void>] | undefined
  const kit = await newKit({ serverURL: server.url, publishableKey: server.publishable, database: name }, {
    onState: (s) => { if (s === 'erased') again = [kit.optIn(ALL)] },
  })
  kits.push(kit)
  await kit.optIn(ALL)
  await kit.start()
  await online(kit)
  const token = await (await openRecords(name)).get<string>('token')
  await fetch(`${server.url}/v1/me`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })
  const [begun] = await until(() => again)
  await begun
  await kit.start()
  await online(kit)
  const anew = await (await openRecords(name)).get<string>('token')
  expect(anew && anew !== token && kit.optedIn()).toBe(true)
  expect((await kit.myData()).user).toBeTruthy()
})

test('what one tab hears, dismisses, withdraws or forgets, all tabs do', async () => {
  const name = `kit-${n++}`
  const one = await someone({}, name)
  const two = await open(name)
  for (const tab of [one, two]) {
    await tab.start()
    await online(tab)
  }
  await one.track(fix())
  await until(() => one.offers().length && two.offers().length)
  expect(heard.offers.length, 'the first that hears of an offer tells').toBe(1)
  await two.feedback(one.offers()[0]!.delivery!, 'dismissed')
  await until(() => !one.offers().length)
  await one.refresh()
  await until(() => two.offers().length)
  await two.withdraw('location')
  await until(() => !one.hasConsent('location'))
  expect(one.position()).toBeUndefined()
  expect(one.offers()).toEqual([])
  await expect(one.track(fix())).rejects.toMatchObject({ code: 'consent_required' })
  await two.grant('location', '2026-06')
  await until(() => one.hasConsent('location'))
  await two.eraseMe()
  await until(() => !one.optedIn() && one.state() === 'erased')
  expect(await one.stats()).toMatchObject({ buffered: 0, waiting: 0 })
})

test('erased elsewhere: the session ends for ever and the device forgets', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  await kit.start()
  await online(kit)
  const token = await (await openRecords(name)).get<string>('token')
  await fetch(`${server.url}/v1/me`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })
  await until(() => heard.states.includes('erased'))
  await until(() => !kit.optedIn())
})

test('the server restarts: the kit comes back by itself and loses nothing', async () => {
  const own = await startServer()
  try {
    const kit = await newKit({ serverURL: own.url, publishableKey: own.publishable, database: `kit-${n++}` }, { onState: (s) => heard.states.push(s) })
    kits.push(kit)
    await kit.optIn(ALL)
    await kit.start()
    await online(kit)
    const back = own.restart()
    await until(() => heard.states.lastIndexOf('offline') > heard.states.indexOf('online')) // however short
    await kit.track(fix())
    await back
    await until(async () => (await kit.stats()).sent === 1)
    expect(await kit.stats()).toMatchObject({ connects: 2, buffered: 0 })
    kit.shutdown()
  } finally {
    await own.stop()
  }
})

test('a listener that throws hurts nobody', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const kit = await newKit({ serverURL: server.url, publishableKey: server.publishable, database: `kit-${n++}` }, { onState: () => { throw new Error('app') } })
  kits.push(kit)
  await kit.optIn(ALL)
  await kit.start()
  await online(kit)
})

test('mistakes are told with a code', async () => {
  expect(code(await newKit({ serverURL: 'nowhere', publishableKey: '' }).catch((e) => e))).toBe('invalid_field')
  const kit = await someone()
  await expect(kit.track({ lat: 99, lon: 0, at: 1 })).rejects.toMatchObject({ code: 'invalid_field', field: 'fixes[0].lat' })
  await expect(kit.optIn(ALL)).rejects.toMatchObject({ code: 'already_exists' })
  await expect(kit.enablePush()).rejects.toHaveProperty('code')
})

test('nobody measures for a token that the server knows no longer', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  await kit.start()
  await online(kit)
  kit.shutdown()
  await (await openRecords(name)).set('token', 'fl_dev_gone')
  const again = await open(name)
  await again.start()
  await until(() => again.state() === 'denied')
  expect(again.running()).toBe(false)
  expect(again.plan().priority).toBe(0)
})

test('an offer that was on its way when pushes were taken back is not shown', async () => {
  const kit = await someone({ push: false })
  await (kit as unknown as { take(f: object): Promise<void> }).take({ t: 'offer', id: 'off_1', delivery: 'dlv_1', title: 'x', reasons: [] })
  expect(heard.offers).toEqual([])
  expect(kit.offers()).toEqual([])
})

/** Holds back what the test says, until it is let go. */
function held(what: string) {
  const real = globalThis.fetch
  let go = () => {}
  const gone = new Promise<void>((resolve) => { go = resolve })
  const seen: string[] = []
  let fails = ''
  vi.stubGlobal('fetch', async (url: URL, init?: RequestInit) => {
    const body = String(init?.body)
    if (init?.method !== 'PATCH') return real(url, init)
    if (fails && body.includes(fails)) throw new TypeError('fetch failed')
    seen.push(body)
    const answer = await real(url, init)
    if (body.includes(what)) await gone
    return answer
  })
  return { seen, go, failing: (text: string) => { fails = text } }
}

test('an answer from before a withdrawal gives nothing back', async () => {
  const kit = await someone({ purchases: false })
  const { seen, go } = held('purchases')
  const granted = kit.grant('purchases', '2026-06')
  await until(() => seen.length)
  const withdrawn = kit.withdraw('location')
  go()
  await Promise.all([granted, withdrawn])
  expect(kit.consents()).toMatchObject({ purchases: true, location: false })
  expect((await kit.myData()).consents).toMatchObject({ purchases: { granted: true }, location: { granted: false } })
})

test('who takes two purposes back at once on a bad line has taken both back', async () => {
  const name = `kit-${n++}`
  const kit = await someone({}, name)
  const records = await openRecords(name)
  const { seen, go, failing } = held('location')
  const one = kit.withdraw('location')
  await until(() => seen.length)
  failing('granted')
  const two = kit.withdraw('purchases')
  await until(async () => (await records.get<object[]>('withdrawals'))?.length === 2)
  go()
  await Promise.all([one, two])
  failing('')
  await kit.feedback(lunch.id, 'liked') // whatever comes next, the withdrawal comes before it
  expect((await kit.myData()).consents).toMatchObject({ location: { granted: false }, purchases: { granted: false } })
})

test('a withdrawal that the server refuses holds nothing up', async () => {
  const kit = await someone()
  const real = globalThis.fetch
  vi.stubGlobal('fetch', async (url: URL, init?: RequestInit) => init?.method === 'PATCH'
    ? Response.json({ code: 'invalid_field', field: 'consents', title: 'x', status: 400 }, { status: 400 }) : real(url, init))
  await kit.withdraw('purchases')
  expect(heard.failures.map(([c]) => c)).toEqual(['invalid_field'])
  expect((await kit.myData()).user).toBeTruthy()
})
