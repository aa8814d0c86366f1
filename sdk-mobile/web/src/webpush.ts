// This browser's subscription to Web Push. Its JSON is the token that the server keeps.
import { FlaneurError } from './errors.js'

export function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(text, (c) => c.charCodeAt(0))
}

/** The parts of a subscription that a server needs, in a fixed order: the same browser gives the same text. */
export function tokenOf(s: PushSubscriptionJSON): string {
  return JSON.stringify({ endpoint: s.endpoint, keys: { p256dh: s.keys?.p256dh, auth: s.keys?.auth } })
}

export async function subscribe(serverKey: string, registration?: ServiceWorkerRegistration): Promise<string> {
  const worker = registration ?? (await globalThis.navigator?.serviceWorker?.ready)
  if (!worker?.pushManager) throw new FlaneurError('push_no_token', 'This browser has no Web Push here (on iOS: only when installed).')
  if ((await Notification.requestPermission()) !== 'granted') throw new FlaneurError('forbidden', 'The browser was not allowed to show notifications.', 'permission.notifications')
  const key = keyBytes(serverKey)
  let old = await worker.pushManager.getSubscription()
  if (old && !same(old.options.applicationServerKey, key)) { // the server's key changed
    await old.unsubscribe()
    old = null
  }
  try {
    return tokenOf((old ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))).toJSON())
  } catch (e) {
    throw new FlaneurError('unavailable', `The browser could not subscribe: ${e instanceof Error ? e.message : e}`, 'push')
  }
}

/** Ends the subscription; returns the token that it was. */
export async function removeSubscription(): Promise<string | undefined> {
  const worker = await globalThis.navigator?.serviceWorker?.getRegistration()
  const subscription = await worker?.pushManager?.getSubscription()
  if (!subscription) return undefined
  const token = tokenOf(subscription.toJSON())
  await subscription.unsubscribe()
  return token
}

function same(a: ArrayBuffer | null, b: Uint8Array): boolean {
  const x = a && new Uint8Array(a)
  return !!x && x.length === b.length && x.every((v, i) => v === b[i])
}
