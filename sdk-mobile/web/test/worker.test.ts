// The service worker's half, in a scope of ours: browsers let no test tap a notification.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openRecords, type Records } from '../src/records.js'
import { installWorker } from '../src/worker.js'

interface Shown { title: string; options: NotificationOptions & { actions?: { action: string; title: string }[] }; close(): void }
interface Window { url: string; visibilityState: string; got: object[]; focused: boolean; focus(): Promise<void>; postMessage(m: object): void }

let n = 0
let records: Records
let database: string
let shown: Shown[]
let windows: Window[]
let opened: string[]
let requests: { url: string; method: string; body: Record<string, unknown> }[]
let fire: (type: string, event?: object) => Promise<unknown>

beforeEach(async () => {
  database = `worker-${n++}`
  records = await openRecords(database)
  await records.set('token', 'fl_dev_x')
  await records.set('consents', { push: true })
  await records.set('server', 'https://flaneur.example')
  ;[shown, windows, opened, requests] = [[], [], [], []]
  vi.stubGlobal('navigator', { language: 'de-DE' })
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    requests.push({ url: String(url), method: init.method!, body: JSON.parse(String(init.body)) as Record<string, unknown> })
    return new Response(null, { status: 204 })
  })
  const listeners = new Map<string, (e: object) => void>()
  installWorker({ shell: ['./'], version: '1', database }, {
    addEventListener: (type: string, f: (e: object) => void) => { listeners.set(type, f) },
    skipWaiting: async () => {}, location: { href: 'https://app.example/sw.js', origin: 'https://app.example' },
    registration: { showNotification: async (title: string, options: Shown['options']) => { shown.push({ title, options, close: () => {} }) } },
    clients: { matchAll: async () => windows, openWindow: async (url: string) => { opened.push(url) }, claim: async () => {} },
  } as unknown as Parameters<typeof installWorker>[1])
  fire = async (type, event = {}) => {
    let work: Promise<unknown> = Promise.resolve()
    listeners.get(type)!({ waitUntil: (p: Promise<unknown>) => { work = p }, ...event })
    return work
  }
})
afterEach(() => {
  records.close()
  vi.unstubAllGlobals()
})

const PUSH = { title: 'Pasta', body: '80 m', delivery: 'dlv_1', offer: 'off_1', tag: 'off_1' }
const push = (p: object) => fire('push', { data: { json: () => p } })
const tap = (s: Shown, action = '') => fire('notificationclick', { notification: { data: s.options.data, close: () => {} }, action })
function window(visible: boolean): Window {
  const w: Window = { url: 'https://app.example/', visibilityState: visible ? 'visible' : 'hidden', got: [], focused: false, focus: async () => { w.focused = true }, postMessage: (m) => { w.got.push(m) } }
  windows.push(w)
  return w
}

test('a push is shown with its button in the person’s language, and replaces the one of the same offer', async () => {
  await push(PUSH)
  expect(shown).toMatchObject([{ title: 'Pasta', options: { body: '80 m', tag: 'off_1', silent: false, actions: [{ action: 'not_now', title: 'Jetzt nicht' }] } }])
  expect(await records.first('dlv_1')).toBe(false)
})

test('a delivery that the person saw in the page makes no sound, and none at all while they look', async () => {
  await records.first('dlv_1')
  await push(PUSH)
  expect(shown).toMatchObject([{ options: { silent: true } }]) // browsers want something shown for every push
  const page = window(true)
  await push(PUSH)
  expect(shown.length).toBe(1)
  expect(page.got).toMatchObject([{ flaneur: 'push', delivery: 'dlv_1' }])
})

test('who was forgotten here sees nothing', async () => {
  await records.set('token', undefined)
  await push(PUSH)
  expect(shown).toEqual([])
})

test('who takes pushes back sees none, though one was on its way, and the browser’s new address is nobody’s', async () => {
  await records.set('consents', { location: true, push: false })
  await push(PUSH)
  await fire('pushsubscriptionchange', { newSubscription: { toJSON: () => ({ endpoint: 'https://push.example/new' }) } })
  expect(shown).toEqual([])
  expect(requests).toEqual([])
})

test('what is no push of ours is shown, and hurts nobody', async () => {
  await fire('push', { data: { json: () => { throw new SyntaxError('no JSON') } } })
  await fire('push', {})
  expect(shown.map((s) => s.title)).toEqual(['Flaneur', 'Flaneur'])
})

test('a tap opens the app at the offer and tells the server', async () => {
  await push(PUSH)
  await tap(shown[0]!)
  expect(requests).toMatchObject([{ url: 'https://flaneur.example/v1/me/feedback', body: { delivery: 'dlv_1', action: 'opened' } }])
  expect(opened).toEqual([`https://app.example/#push=${encodeURIComponent('{"delivery":"dlv_1","offer":"off_1"}')}`])
})

test('a tap with the app open brings it to the front', async () => {
  const page = window(false)
  await push(PUSH)
  await tap(shown[0]!)
  expect(page.focused).toBe(true)
  expect(page.got.at(-1)).toMatchObject({ flaneur: 'push', open: true, offer: 'off_1' })
  expect(opened).toEqual([])
})

test('“not now” opens nothing, and waits in the outbox without a network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')))
  await push(PUSH)
  await tap(shown[0]!, 'not_now')
  expect(opened).toEqual([])
  expect(await records.head('outbox', 5)).toMatchObject([{ value: { call: { path: '/v1/me/feedback', body: { delivery: 'dlv_1', action: 'not_now' } } } }])
})

test('a new address of the browser is registered', async () => {
  const json = { endpoint: 'https://push.example/new', keys: { p256dh: 'p', auth: 'a' } }
  await fire('pushsubscriptionchange', { newSubscription: { toJSON: () => json } })
  expect(requests).toMatchObject([{ url: 'https://flaneur.example/v1/me/push-token', method: 'PUT', body: { channel: 'webpush', token: JSON.stringify(json) } }])
})
