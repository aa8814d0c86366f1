// Web Push from end to end: the server encrypts, a push service of ours passes it on, a stock Firefox decrypts, the app's
// service worker shows it. Only the push service is ours.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKET, NOON, startServer, until, type Server } from '../server.js'
import { startPushService, type PushService } from './autopush.js'
import { FIREFOX, readDatabase, serveApp, type Site } from './site.js'

if (!FIREFOX) console.log('skipped: Web Push in a real browser, because there is no Firefox ESR here')

let site: Site
let server: Server
let service: PushService
let browser: Browser
let page: Page
let keys: string
beforeAll(async () => {
  if (!FIREFOX) return
  keys = mkdtempSync(join(tmpdir(), 'flaneur-vapid-'))
  execFileSync(process.env.WEB_TEST_SERVER!, ['key', 'vapid', '--to', join(keys, 'vapid.key')])
  ;[site, service] = await Promise.all([serveApp(), startPushService()])
  server = await startServer({
    origins: site.url, 'webpush.vapid_key_file': join(keys, 'vapid.key'), 'webpush.subject': 'mailto:ops@example.org', 'webpush.allow_private': 'true', 'push.ack_timeout': '500ms',
  })
  site.config = { server: server.url, key: server.publishable }
  browser = await puppeteer.launch({
    browser: 'firefox', executablePath: FIREFOX, headless: true,
    extraPrefsFirefox: {
      'dom.push.serverURL': `${service.url.replace('http', 'ws')}/`, 'dom.push.connection.enabled': true, 'dom.push.enabled': true,
      'dom.push.testing.allowInsecureServerURL': true, 'dom.push.testing.ignorePermission': true, 'permissions.default.desktop-notification': 1,
      'dom.webnotifications.enabled': true, 'alerts.useSystemBackend': false, 'dom.serviceWorkers.enabled': true,
      'permissions.default.geo': 2, 'intl.accept_languages': 'en-GB',
    },
  })
  await browser.defaultBrowserContext().overridePermissions(site.url, ['notifications'])
  page = await browser.newPage()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  site?.close()
  service?.close()
  if (keys) rmSync(keys, { recursive: true })
})

const stored = async (key: string) => new Map(await page.evaluate(readDatabase, 'kv')).get(key)
const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag })))

describe.skipIf(!FIREFOX)('Web Push', () => {
  test('an offer reaches a browser whose page is closed; who switches it off is subscribed no more', async () => {
    const lunch = await server.lunch()
    await page.goto(`${site.url}/`)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await page.reload()
    await page.waitForSelector('[role=switch]')
    const click = (selector: string, n = 0) => page.evaluate((s, i) => document.querySelectorAll<HTMLElement>(s)[i]!.click(), selector, n)
    await click('[role=switch]', 0)
    await click('[role=switch]', 1)
    await click('button.primary')
    await page.waitForSelector('nav')
    const token = (await until(() => stored('token'))) as string
    const api = async <T>(method: string, path: string, body?: object) => {
      const r = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
      return (r.status === 204 ? undefined : await r.json()) as T
    }
    await until(async () => (await api<{ pushTokens: number }>('GET', '/v1/me')).pushTokens === 1)
    await api('PATCH', '/v1/me/preferences', { zone: NOON, push: { quietFrom: 0, quietTo: 0, minGapMinutes: 0 } })

    await page.goto('about:blank') // the page and its socket are gone
    const fixAt = (north: number) => ({ fixes: [{ lat: MARKET.lat + north / 111_195, lon: MARKET.lon, acc: 8, at: Date.now() }] })
    const start = Date.now()
    expect(await api('POST', '/v1/me/positions', fixAt(0))).toMatchObject({ accepted: 1 })
    await until(() => service.posted.length > 0)
    await page.goto(`${site.url}/icon.svg`) // a page of the origin that is not the app
    const [notification] = await until(async () => { const n = await shown().catch(() => []); return n.length ? n : undefined })
    console.log(`shown after ${Date.now() - start} ms`)
    expect(notification).toMatchObject({ title: 'Pasta of the day', tag: lunch.id })
    expect(notification!.body).not.toBe('')
    expect(service.posted[0]).toMatchObject({ status: 201, urgency: 'high' })
    expect(service.posted[0]!.bytes).toBeGreaterThan(4000) // all are alike
    expect(service.posted[0]!.text).not.toContain('Pasta')
    expect(service.posted[0]!.topic).not.toContain(lunch.id)
    await until(async () => (await api<{ deliveries: { status: string }[] }>('GET', '/v1/me')).deliveries[0]?.status === 'sent')
    const [delivery] = (await api<{ deliveries: { id: string; channel: string }[] }>('GET', '/v1/me')).deliveries
    expect(delivery!.channel).toBe('webpush')

    // The app opens at the offer, as it does when the notification is tapped.
    await page.goto(`${site.url}/#push=${encodeURIComponent(JSON.stringify({ delivery: delivery!.id, offer: lunch.id }))}`)
    await page.waitForSelector('dialog[open]', { timeout: 60_000 })
    expect(await page.$eval('dialog h2', (e) => e.textContent)).toBe('Pasta of the day')
    await until(async () => (await api<{ deliveries: { status: string }[] }>('GET', '/v1/me')).deliveries[0]?.status === 'opened')

    // Withdrawn: the browser is no longer subscribed, the server no longer knows where it is.
    await page.evaluate(() => document.querySelector('dialog')!.close())
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-tab=me]')!.click())
    await page.waitForSelector('[role=switch]')
    await click('[role=switch]', 1)
    await until(() => page.evaluate(async () => !(await (await navigator.serviceWorker.ready).pushManager.getSubscription())))
    await until(async () => (await api<{ pushTokens: number }>('GET', '/v1/me')).pushTokens === 0)
  })
})
