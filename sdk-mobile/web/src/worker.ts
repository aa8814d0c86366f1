// The service worker's half: shows pushes once, opens the app at a tap, and keeps the app's shell for when there is no network.
// Call installWorker from your own service worker file, at its top level.
import { openRecords, type Records } from './records.js'
import { Rest } from './rest.js'
import { tokenOf } from './webpush.js'

export interface WorkerOptions {
  /** Files of the app, relative to the worker; the first answers every page when there is no network. */
  shell: string[]
  /** Changes with the shell: the old one is dropped then. */
  version: string
  icon?: string
  badge?: string
  /** Name of the kit's database. */
  database?: string
  /** What the button that holds a merchant back for a while says, by language. */
  notNow?: Record<string, string>
}

/** The JSON of a push, as push/webpush on the server writes it. */
export interface PushPayload { title?: string; body?: string; delivery?: string; offer?: string; trigger?: string; tag?: string }

interface Clients { matchAll(o: object): Promise<{ url: string; visibilityState: string; focus(): Promise<unknown>; postMessage(m: unknown): void }[]>; openWindow(url: string): Promise<unknown>; claim(): Promise<void> }
interface Scope {
  registration: ServiceWorkerRegistration; clients: Clients; location: Location
  addEventListener(type: string, f: (e: WorkerEvent) => void): void
  skipWaiting(): Promise<void>
}
interface WorkerEvent {
  waitUntil(p: Promise<unknown>): void; respondWith(p: Promise<Response>): void
  request: Request; data?: { json(): unknown }; action?: string; notification: Notification
  newSubscription?: PushSubscription; oldSubscription?: PushSubscription
}

export function installWorker(options: WorkerOptions, scope: Scope = globalThis as unknown as Scope): void {
  const cacheName = `flaneur-${options.version}`
  const page = () => new URL(options.shell[0] ?? './', scope.location.href).href

  scope.addEventListener('install', (e) => e.waitUntil((async () => {
    await (await caches.open(cacheName)).addAll(options.shell.map((f) => new Request(f, { cache: 'reload' })))
    await scope.skipWaiting()
  })()))

  scope.addEventListener('activate', (e) => e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('flaneur-') && name !== cacheName) await caches.delete(name)
    await scope.clients.claim()
  })()))

  scope.addEventListener('fetch', (e) => {
    const url = new URL(e.request.url)
    if (e.request.method !== 'GET' || url.origin !== scope.location.origin || url.pathname.startsWith('/v1/')) return // the API is never cached
    e.respondWith(fromShell(e.request, cacheName, page()))
  })

  scope.addEventListener('push', (e) => e.waitUntil(showPush(options, scope, e)))
  scope.addEventListener('notificationclick', (e) => {
    e.notification.close()
    e.waitUntil(answer(options, scope, page(), e))
  })
  scope.addEventListener('pushsubscriptionchange', (e) => e.waitUntil(renew(options, scope, e)))
}

/** The shell first, and the network for what is not in it; without network the app's page. */
async function fromShell(request: Request, cacheName: string, page: string): Promise<Response> {
  const cache = await caches.open(cacheName)
  const kept = await cache.match(request, { ignoreSearch: true })
  if (kept) return kept
  try {
    return await fetch(request)
  } catch (e) {
    const shell = request.mode === 'navigate' ? await cache.match(page) : undefined
    if (shell) return shell
    throw e
  }
}

/** Not if the person was erased, or takes pushes back. */
async function mayPush(records: Records): Promise<boolean> {
  return !!(await records.get('token')) && !!(await records.get<{ push: boolean }>('consents'))?.push
}

async function showPush(options: WorkerOptions, scope: Scope, e: WorkerEvent): Promise<void> {
  let p: PushPayload = {}
  try {
    p = (e.data?.json() ?? {}) as PushPayload
  } catch { /* not ours */ }
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const looking = windows.filter((w) => w.visibilityState === 'visible')
  const records = await openRecords(options.database ?? 'flaneur')
  try {
    if (!(await mayPush(records))) return
    const isNew = !p.delivery || (await records.first(p.delivery))
    for (const w of looking) w.postMessage({ flaneur: 'push', ...p })
    if (looking.length && !isNew) return
    const words = options.notNow ?? { en: 'Not now', de: 'Jetzt nicht' }
    await scope.registration.showNotification(p.title ?? 'Flaneur', {
      body: p.body, icon: options.icon, badge: options.badge, tag: p.tag ?? p.offer ?? p.delivery, silent: looking.length > 0 || !isNew,
      data: p, ...(p.delivery && { actions: [{ action: 'not_now', title: words[globalThis.navigator.language.slice(0, 2)] ?? words.en }] }),
    } as NotificationOptions)
  } finally {
    records.close()
  }
}

async function answer(options: WorkerOptions, scope: Scope, page: string, e: WorkerEvent): Promise<void> {
  const p = (e.notification.data ?? {}) as PushPayload
  if (p.delivery) {
    const body = { delivery: p.delivery, action: e.action === 'not_now' ? 'not_now' : 'opened', at: Date.now() }
    await toServer(options, '', { method: 'POST', path: '/v1/me/feedback', body })
  }
  if (e.action) return
  const [window] = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (!window) {
    await scope.clients.openWindow(`${page}#push=${encodeURIComponent(JSON.stringify({ delivery: p.delivery, offer: p.offer }))}`)
    return
  }
  await window.focus()
  window.postMessage({ flaneur: 'push', ...p, open: true })
}

/** The push service gave the browser a new address. */
async function renew(options: WorkerOptions, scope: Scope, e: WorkerEvent): Promise<void> {
  const key = e.oldSubscription?.options.applicationServerKey
  const subscription = e.newSubscription ?? (key ? await scope.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : undefined)
  if (subscription) await toServer(options, 'push', { method: 'PUT', path: '/v1/me/push-token', body: { channel: 'webpush', token: tokenOf(subscription.toJSON()) } })
}

/** Tells the server, or leaves it in the outbox for the kit; what is for a purpose, only with the consent to it. */
async function toServer(options: WorkerOptions, purpose: '' | 'push', call: { method: string; path: string; body: unknown }): Promise<void> {
  const records = await openRecords(options.database ?? 'flaneur')
  try {
    const [server, token] = [await records.get<string>('server'), await records.get<string>('token')]
    if (!server || !token || (purpose && !(await mayPush(records)))) return
    await new Rest(server, 20, () => token).json(call).catch((e: { temporary?: boolean }) =>
      e.temporary ? records.push('outbox', { purpose, call, at: Date.now() }, 200) : undefined)
  } finally {
    records.close()
  }
}

