// The app in Debian's Chromium against a real server, on a phone's screen.
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MARKET, NOON, startServer, until, type Server } from '../server.js'
import { faintTexts, smallTargets, squeezedTexts } from './audit.js'
import { CHROMIUM, readDatabase, serveApp, type Site } from './site.js'

if (!CHROMIUM) console.log('skipped: the browser tests of the app, because there is no Chromium here')
const SHOTS = process.env.WEB_SHOTS // a folder for screenshots; none are taken without
const FLAGS = ['--no-sandbox', '--disable-gpu']

let site: Site
let server: Server
let browser: Browser
let lunch: { id: string }
const contexts: BrowserContext[] = []

beforeAll(async () => {
  if (!CHROMIUM) return
  site = await serveApp()
  server = await startServer({ origins: site.url })
  site.config = { server: server.url, key: server.publishable }
  lunch = await server.lunch(MARKET, { texts: { de: { title: 'Pasta des Tages', text: 'Mit einem Glas Wasser.' } }, terms: 'One per table.' })
  await server.lunch({ lat: MARKET.lat + 0.0012, lon: MARKET.lon + 0.001 }, { title: 'Two for one: espresso', category: 'cafe', reward: { kind: 'two_for_one' } })
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
})
afterEach(async () => { for (const c of contexts.splice(0)) await c.close() })
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  site?.close()
})

interface Phone { page: Page; context: BrowserContext; cdp: CDPSession; shot(name: string): Promise<void> }

async function phone(dark = false, locale = 'en-GB'): Promise<Phone> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, locale, timezoneId: NOON, colorScheme: dark ? 'dark' : 'light',
    permissions: ['geolocation', 'notifications'],
  })
  contexts.push(context)
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  page.on('pageerror', (e) => { throw e })
  await page.addInitScript(() => { localStorage.setItem('preset', 'continuous') })
  await page.goto(`${site.url}/`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  return {
    page, context, cdp: await context.newCDPSession(page),
    shot: async (name) => {
      if (!SHOTS) return
      mkdirSync(SHOTS, { recursive: true })
      await page.waitForTimeout(150)
      await page.screenshot({ path: join(SHOTS, `${name}-${dark ? 'dark' : 'light'}.png`) })
    },
  }
}

/** Opts in with these switches, and takes the night's quiet away. */
async function begin(p: Phone, ...labels: string[]): Promise<string> {
  for (const label of labels) await p.page.getByRole('switch', { name: label, exact: true }).check()
  await p.page.getByRole('button', { name: /^(Start|Los)$/ }).click()
  await p.page.getByRole('navigation').waitFor()
  const token = await until(async () => new Map(await p.page.evaluate(readDatabase, 'kv')).get('token') as string)
  await api(token, 'PATCH', '/v1/me/preferences', { push: { quietFrom: 0, quietTo: 0, minGapMinutes: 0 } })
  return token
}

async function api<T>(token: string, method: string, path: string, body?: object): Promise<T> {
  const r = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
  return (await r.json()) as T
}

const go = (p: Phone, metresNorth: number) => p.context.setGeolocation({ latitude: MARKET.lat + metresNorth / 111_195, longitude: MARKET.lon, accuracy: 10 })
const nav = (p: Phone, name: string) => p.page.getByRole('navigation').getByRole('button', { name }).click()
const fixes = (p: Phone) => p.page.evaluate(readDatabase, 'fixes')

/** No control without a name for screen readers, none too small, no text too faint. */
async function audit(p: Phone, where: string): Promise<void> {
  await p.cdp.send('Accessibility.enable')
  const { nodes } = await p.cdp.send('Accessibility.getFullAXTree')
  const roles = ['button', 'switch', 'radio', 'checkbox', 'textbox', 'spinbutton', 'link', 'image', 'dialog', 'application', 'navigation', 'DateTime', 'InputTime', 'meter']
  const nameless = nodes.filter((n) => !n.ignored && roles.includes(String(n.role?.value)) && !String(n.name?.value ?? '').trim())
  expect(nameless.map((n) => n.role?.value), `${where}: controls without a name`).toEqual([])
  expect(await p.page.evaluate(faintTexts), `${where}: faint texts`).toEqual([])
  expect(await p.page.evaluate(squeezedTexts), `${where}: squeezed texts`).toEqual([])
  expect(await p.page.evaluate(smallTargets), `${where}: small targets`).toEqual([])
  expect(await p.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where}: wider than the screen`).toBe(true)
}

describe.skipIf(!CHROMIUM)('the app', () => {
  test.each([[false, 'en-GB'], [true, 'de-DE']] as const)('dark %s, %s: from the opt-in to the till', async (dark, locale) => {
    const p = await phone(dark, locale)
    const de = locale === 'de-DE'
    const say = (en: string, german: string) => (de ? german : en)
    await p.page.getByRole('switch').first().waitFor()
    await p.shot('1-optin')
    await audit(p, 'opt-in')
    await p.page.getByRole('switch', { name: say('How I feel', 'Wie es mir geht') }).check()
    await p.page.getByText(say('Read the notice', 'Hinweis lesen')).click()
    await p.page.getByRole('button', { name: say('Start', 'Los'), exact: true }).scrollIntoViewIfNeeded()
    await p.shot('2-optin-mood')
    await audit(p, 'notice')
    await begin(p, say('Where I am', 'Wo ich bin'), say('Notify me', 'Mitteilungen'), say('What I bought', 'Was ich kaufe'))
    await go(p, 5)
    const title = say('Pasta of the day', 'Pasta des Tages')
    const offers = async () => new Map(await p.page.evaluate(readDatabase, 'kv')).get('offers') as { id: string; delivery?: string }[] | undefined
    await until(async () => (await offers())?.find((o) => o.id === lunch.id)?.delivery) // it came unasked
    await p.page.getByRole('button', { name: title }).first().waitFor()
    await p.page.getByRole('button', { name: say('Look again', 'Neu schauen') }).click()
    await p.page.getByText('Two for one').first().waitFor()
    await p.shot('3-offers')
    await audit(p, 'offers')

    await p.page.getByRole('radio', { name: say('Map', 'Karte') }).check()
    await p.page.locator('.pin').first().waitFor()
    await p.shot('4-map')
    await audit(p, 'map')
    await p.page.locator('.pin').first().focus()
    await p.page.keyboard.press('Enter')
    await p.page.getByRole('dialog').waitFor()
    await p.shot('5-offer')
    await audit(p, 'offer')
    await p.page.keyboard.press('Escape')
    await p.page.getByRole('radio', { name: say('List', 'Liste') }).check()

    await p.page.getByRole('button', { name: title }).first().click()
    await p.page.getByRole('button', { name: say('Why this?', 'Warum das?') }).click()
    await p.page.getByRole('heading', { name: say('Never asked for', 'Nie gefragt') }).or(p.page.locator('[role=meter]')).first().waitFor()
    await p.shot('6-why')
    await audit(p, 'why')
    await p.page.getByRole('dialog').getByRole('button', { name: say('Reserve', 'Reservieren') }).click()
    const qr = p.page.locator('.qr')
    await qr.waitFor()
    expect(await qr.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth))).toBeGreaterThan(50)
    await p.shot('7-code')
    await audit(p, 'code')
    await p.page.keyboard.press('Escape')

    await nav(p, 'Codes')
    await p.page.locator('.card .mono').waitFor()
    await p.shot('8-codes')
    await audit(p, 'codes')
    await nav(p, say('Mood', 'Stimmung'))
    await p.page.locator('.word').first().waitFor()
    await p.shot('9-mood')
    await audit(p, 'mood')
    await nav(p, say('Me', 'Ich'))
    await p.page.getByLabel(say('Quiet from', 'Ruhe ab')).waitFor()
    await p.shot('10-me')
    await audit(p, 'me')
    await p.page.getByRole('button', { name: say('Forget me', 'Vergesst mich') }).scrollIntoViewIfNeeded()
    await p.shot('11-me-end')
    await p.page.getByRole('heading', { name: say('What you know about me', 'Was ihr über mich wisst') }).locator('..').getByRole('button').first().click()
    await p.page.getByRole('dialog').waitFor()
    await p.shot('12-my-data')
    await audit(p, 'my data')
  })

  test('a fix that redraws the list between press and release takes no click away', async () => {
    const p = await phone()
    await begin(p, 'Where I am')
    await go(p, 5)
    const title = p.page.getByRole('button', { name: 'Pasta of the day' }).first()
    await title.hover()
    await p.page.evaluate(() => { navigator.geolocation.watchPosition((x) => { document.body.dataset.at = String(x.coords.latitude) }) })
    await p.page.mouse.down()
    let north = 60
    await until(async () => {
      await go(p, north += 0.1) // a busy browser may pass over one
      return Number(await p.page.evaluate(() => document.body.dataset.at)) > MARKET.lat + 50 / 111_195
    })
    await p.page.evaluate(() => new Promise<void>((drawn) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => drawn())), 500)))
    await p.page.mouse.up()
    await p.page.getByRole('dialog').waitFor()
    await p.page.keyboard.press('Escape')
    await p.page.getByText('60 m away').first().waitFor() // what waited is drawn
  })

  test('offline: fixes wait, the page and its codes live; online: each fix arrives once', async () => {
    const p = await phone()
    const token = await begin(p, 'Where I am')
    await go(p, 5)
    await p.page.getByRole('button', { name: 'Look again' }).click()
    await p.page.getByRole('button', { name: 'Pasta of the day' }).first().waitFor()
    await until(async () => (await fixes(p)).length === 0)
    await p.page.getByRole('button', { name: 'Reserve' }).first().click()
    await p.page.locator('.qr').waitFor()
    await p.page.keyboard.press('Escape')

    await p.context.setOffline(true)
    await p.page.getByText('Offline').waitFor()
    for (const [i, m] of [6000, 12_000, 18_000].entries()) { // farther than any hint
      await go(p, m)
      await until(async () => (await fixes(p)).length === i + 1)
    }
    await p.page.reload() // from the shell
    await p.page.getByRole('button', { name: 'Pasta of the day' }).first().waitFor()
    expect((await fixes(p)).length).toBeGreaterThanOrEqual(3)
    await p.shot('13-offline')
    await nav(p, 'Codes')
    await p.page.getByRole('button', { name: 'Show code' }).click()
    expect(await p.page.locator('.qr').evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth))).toBeGreaterThan(50)
    await p.page.keyboard.press('Escape')

    const sent: string[] = []
    p.page.on('websocket', (ws) => ws.on('framesent', (f) => sent.push(String(f.payload))))
    await p.context.setOffline(false)
    await until(async () => (await fixes(p)).length === 0)
    const frames = sent.map((s) => JSON.parse(s) as { t: string; fixes?: { at: number; replayed?: boolean }[] }).filter((f) => f.t === 'position')
    const times = frames.flatMap((f) => f.fixes!.map((x) => x.at))
    expect(new Set(times).size).toBe(times.length)
    expect(times.length).toBeGreaterThanOrEqual(3)
    expect(frames[0]!.fixes!.slice(0, 3).every((x) => x.replayed)).toBe(true)
    expect(await api<object>(token, 'GET', '/v1/me')).toHaveProperty('lastFix')
  })

  test('a reload keeps who is there, what they see and what they chose', async () => {
    const p = await phone()
    await begin(p, 'Where I am')
    await go(p, 5)
    await p.page.getByRole('button', { name: 'Pasta of the day' }).first().waitFor()
    await p.page.reload()
    await p.page.getByRole('button', { name: 'Pasta of the day' }).first().waitFor()
    await p.page.getByText('Connected').waitFor()
    await nav(p, 'Me')
    expect(await p.page.getByRole('switch', { name: 'Where I am' }).isChecked()).toBe(true)
    expect(await p.page.getByRole('switch', { name: 'Notify me' }).isChecked()).toBe(false)
  })

  test('a link names no other server for who is here, and one that is broken breaks nothing', async () => {
    const asked: string[] = []
    const stranger = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '')
      response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type', 'access-control-allow-methods': '*' }).end('{}')
    })
    await new Promise<void>((ok) => stranger.listen(0, '127.0.0.1', ok))
    try {
      const p = await phone()
      const token = await begin(p, 'What I bought')
      await p.page.goto(`${site.url}/?key=fl_live_pk_x&server=http://127.0.0.1:${(stranger.address() as AddressInfo).port}#push=%`)
      await p.page.getByRole('navigation').waitFor()
      await nav(p, 'Me')
      await p.page.getByRole('switch', { name: 'What I bought' }).waitFor()
      await p.page.waitForLoadState('networkidle')
      expect(asked.filter((a) => a.includes(token))).toEqual([])
      expect(await p.page.evaluate(() => location.hash)).toBe('')
    } finally {
      stranger.close()
    }
  })

  test('a push shows one notification with its offer, and a repeat none but the first', async () => {
    const p = await phone()
    await begin(p, 'Where I am', 'Notify me')
    const registrations: { registrationId: string; scopeURL: string }[] = []
    p.cdp.on('ServiceWorker.workerRegistrationUpdated', (e) => registrations.push(...e.registrations))
    await p.cdp.send('ServiceWorker.enable')
    const id = (await until(() => registrations.find((r) => r.scopeURL.startsWith(site.url)))).registrationId
    const push = (data: object) => p.cdp.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId: id, data: JSON.stringify(data) })
    const shown = () => p.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => ({ title: n.title, tag: n.tag })))
    await push({ title: 'Pasta of the day', body: 'It is 80 m away', delivery: 'dlv_pushed', offer: lunch.id, tag: lunch.id })
    await until(async () => (await shown()).length === 1)
    await push({ title: 'Pasta of the day', body: 'It is 80 m away', delivery: 'dlv_pushed', offer: lunch.id, tag: lunch.id })
    await push({ title: 'Espresso', delivery: 'dlv_other', offer: 'off_other', tag: 'off_other' })
    await until(async () => (await shown()).length === 2)
    expect((await shown()).map((n) => n.title).sort()).toEqual(['Espresso', 'Pasta of the day'])
    expect(new Map(await p.page.evaluate(readDatabase, 'seen')).has('dlv_pushed')).toBe(true)
  })

  test('switching location off empties the buffer at once, and nothing is measured any more', async () => {
    const p = await phone()
    const token = await begin(p, 'Where I am', 'What I bought')
    await p.page.getByText('Connected').waitFor()
    await p.context.setOffline(true)
    await go(p, 300)
    await until(async () => (await fixes(p)).length > 0)
    await nav(p, 'Me')
    await p.page.getByRole('switch', { name: 'Where I am' }).uncheck()
    await until(async () => (await fixes(p)).length === 0)
    await go(p, 600)
    await p.context.setOffline(false)
    await until(async () => !(await api<{ consents: { location: { granted: boolean } } }>(token, 'GET', '/v1/me')).consents.location.granted)
    expect((await fixes(p)).length).toBe(0)
    expect(await p.page.getByRole('switch', { name: 'Where I am' }).isChecked()).toBe(false)
  })

  test('erase: nothing is left on the phone, the server knows nobody, and one can start anew', async () => {
    const p = await phone()
    const token = await begin(p, 'Where I am', 'What I bought')
    await go(p, 5)
    await p.page.getByRole('button', { name: 'Reserve' }).first().click()
    await p.page.locator('.qr').waitFor()
    await p.page.keyboard.press('Escape')
    await nav(p, 'Me')
    await p.page.getByRole('button', { name: 'Forget me' }).click()
    await p.page.getByRole('button', { name: 'Yes, forget me' }).click()
    await p.page.getByText('You are forgotten.').waitFor()
    await p.shot('14-forgotten')
    await audit(p, 'forgotten')
    await until(async () => (await p.page.evaluate(readDatabase, 'kv')).every(([k]) => k === 'server'))
    for (const table of ['fixes', 'outbox', 'seen']) expect(await p.page.evaluate(readDatabase, table)).toEqual([])
    expect(await p.page.evaluate(() => localStorage.getItem('codes'))).toBeNull()
    expect(await api<{ code: string }>(token, 'GET', '/v1/me')).toMatchObject({ code: 'erased' })
    await p.page.getByRole('button', { name: 'Start anew' }).click()
    await begin(p, 'Where I am')
  })

  test('by keyboard alone: opt in, walk the tabs, say a mood', async () => {
    const p = await phone()
    const { keyboard } = p.page
    await p.page.getByRole('switch').first().waitFor()
    const focused = () => p.page.evaluate(() => (document.activeElement as HTMLInputElement)?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '')
    const tabTo = async (name: string) => {
      for (let i = 0; i < 40; i++) {
        await keyboard.press('Tab')
        if ((await focused()).includes(name)) return
      }
      throw new Error(`${name} can't be reached by Tab`)
    }
    await tabTo('Where I am')
    await keyboard.press('Space')
    await tabTo('How I feel')
    await keyboard.press('Space')
    await p.page.getByText('Read the notice').waitFor()
    await tabTo('Start')
    await keyboard.press('Enter')
    await p.page.getByRole('navigation').waitFor()
    await tabTo('Mood')
    await keyboard.press('Enter')
    const pad = p.page.getByRole('application')
    await pad.waitFor()
    for (let i = 0; i < 40 && !(await pad.evaluate((e) => e === document.activeElement)); i++) await keyboard.press('Tab')
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'ArrowUp']) await keyboard.press(key)
    expect(await p.page.locator('.mood-word').textContent()).toMatch(/\S+ \S+/)
    await keyboard.press('Enter')
    await p.page.getByText('Noted:').waitFor()
    await p.shot('15-mood-said')
  })

  test('a heart-rate strap is shown to the person, and nothing of it is sent', async () => {
    const p = await phone()
    await p.page.addInitScript(() => { // Web Bluetooth, with a strap that beats
      const characteristic = Object.assign(new EventTarget(), {
        value: undefined as DataView | undefined,
        startNotifications: async () => {
          setInterval(() => {
            characteristic.value = new DataView(Uint8Array.of(0x10, 72, 0x00, 0x03).buffer)
            characteristic.dispatchEvent(new Event('characteristicvaluechanged'))
          }, 50)
        },
      })
      const gatt = { connect: async () => ({ getPrimaryService: async () => ({ getCharacteristic: async () => characteristic }) }), disconnect: () => {} }
      Object.defineProperty(navigator, 'bluetooth', { value: { requestDevice: async () => Object.assign(new EventTarget(), { gatt }) } })
    })
    await p.page.reload()
    await p.page.getByRole('switch', { name: 'How I feel' }).check()
    await begin(p)
    await p.page.getByText('Connected').waitFor()
    await nav(p, 'Mood')
    await p.page.locator('.word').first().waitFor()
    const said: string[] = []
    p.page.on('request', (r) => said.push(r.url()))
    p.page.on('websocket', () => said.push('socket'))
    await p.cdp.send('Network.enable')
    p.cdp.on('Network.webSocketFrameSent', (f) => said.push(f.response.payloadData))
    await p.page.getByRole('button', { name: 'Connect a heart-rate strap' }).click()
    await p.page.getByText('72 beats a minute').waitFor()
    await p.page.waitForTimeout(300)
    await p.shot('16-strap')
    await audit(p, 'strap')
    expect(said).toEqual([])
  })

  test('it can be installed', async () => {
    const p = await phone()
    const { installabilityErrors } = await p.cdp.send('Page.getInstallabilityErrors')
    // A browser without a profile on disk installs nothing; that is not about the page.
    expect(installabilityErrors.map((e) => e.errorId).filter((e) => e !== 'in-incognito')).toEqual([])
    const manifest = await p.cdp.send('Page.getAppManifest')
    expect(manifest.errors).toEqual([])
    const parsed = JSON.parse(manifest.data!) as { icons: { src: string; sizes: string; purpose?: string }[]; display: string }
    expect(parsed.display).toBe('standalone')
    expect(parsed.icons.some((i) => i.purpose === 'maskable')).toBe(true)
    for (const icon of parsed.icons.filter((i) => i.sizes !== 'any')) {
      const size = await p.page.evaluate(async (src) => { const i = await createImageBitmap(await (await fetch(src)).blob()); return `${i.width}x${i.height}` }, icon.src)
      expect(size).toBe(icon.sizes)
    }
  })
})
