// The app: shows the screens, and joins them to the kit.
import './style.css'
import { distance, FlaneurError, newKit, type Fix, type Kit, type Offer } from '@flaneur/web'
import { codesScreen, forgetCodes } from './screens/codes.js'
import { meScreen } from './screens/me.js'
import { moodScreen } from './screens/mood.js'
import { offersScreen, openOffer } from './screens/offers.js'
import { optIn } from './screens/optin.js'
import type { App, Tab } from './state.js'
import { act, button, explain, field, h, language, setLanguage, t, toast } from './ui.js'

interface Setup { server: string; key: string }
const root = document.getElementById('app')!

/** Where the server is: from the operator's config.json, from before, or from the person; a link may bring the key alone. */
async function setup(): Promise<Setup> {
  const key = new URLSearchParams(location.search).get('key')
  const before = JSON.parse(localStorage.getItem('setup') ?? 'null') as Setup | null
  const config = await fetch('./config.json').then((r) => (r.ok ? r.json() : null)).catch(() => null) as Partial<Setup> | null
  if (config?.key) return remember({ server: config.server || location.origin, key: config.key })
  if (key) return remember({ server: before?.server ?? location.origin, key })
  if (before) return before
  return new Promise((resolve) => {
    const server = h('input', { type: 'url', value: location.origin, required: true })
    const key = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true })
    root.replaceChildren(h('main', { class: 'optin' }, h('h1', {}, t().setup), h('p', {}, t().setupText), field(t().server, server), field(t().key, key),
      button(t().save, async () => {
        if (URL.canParse(server.value) && key.value) resolve(remember({ server: server.value, key: key.value.trim() }))
      }, 'primary wide')))
  })
}

function remember(s: Setup): Setup {
  localStorage.setItem('setup', JSON.stringify(s))
  return s
}

const app: App = {
  kit: undefined as unknown as Kit, tab: 'offers', state: 'off', view: 'list', locationBlocked: false, draw, open, mayNotify, notify,
}

function open(tab: Tab): void {
  app.tab = tab
  draw()
  root.querySelector('main')?.scrollTo(0, 0)
  requestAnimationFrame(() => root.querySelector<HTMLElement>('nav [aria-current]')?.focus())
}

let drawing = 0
let pressed = false // a button that is replaced between press and release is never clicked
/** Draws at most once a frame, and not under a finger. */
function draw(): void {
  cancelAnimationFrame(drawing)
  drawing = requestAnimationFrame(() => (pressed ? draw() : drawNow()))
}

function watchPresses(): void {
  const pressing = (now: boolean) => (e: Event) => { if (!(e instanceof KeyboardEvent) || e.key === ' ') pressed = now }
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, pressing(true), true)
  for (const name of ['pointerup', 'pointercancel', 'keyup', 'blur']) addEventListener(name, pressing(false), true)
}

function drawNow(): void {
  document.title = app.tab === 'offers' ? 'Flaneur' : `${t()[tabs[app.tab]]} · Flaneur`
  if (app.state === 'erased' && !app.kit.optedIn()) return goodbye()
  if (!app.kit.optedIn()) return root.replaceChildren(optIn(app.kit, begin, draw))
  const badge = h('p', { class: `badge ${app.state}`, role: 'status' }, h('span', { class: 'dot', 'aria-hidden': true }), ` ${t()[app.state]}`)
  if (app.state === 'denied') badge.append(' ', button(t().signIn, async () => {
    forgetCodes()
    await app.kit.forgetDevice()
    location.reload()
  }))
  const screen = { offers: offersScreen, codes: codesScreen, mood: moodScreen, me: meScreen }[app.tab](app)
  const focused = focusable().indexOf(document.activeElement as HTMLElement)
  const scroll = root.querySelector('main')?.scrollTop ?? 0
  const same = root.dataset.tab === app.tab
  root.replaceChildren(h('header', { class: 'top' }, h('strong', {}, 'Flaneur'), badge), screen, navigation())
  root.dataset.tab = app.tab
  if (same) screen.scrollTo(0, scroll)
  if (same && focused >= 0) focusable()[focused]?.focus() // who goes by keyboard stays where they are
}

function focusable(): HTMLElement[] { return [...root.querySelectorAll<HTMLElement>('button, input, [tabindex]')] }

const tabs = { offers: 'tabOffers', codes: 'tabCodes', mood: 'tabMood', me: 'tabMe' } as const
const icons: Record<Tab, string> = { offers: '◎', codes: '▦', mood: '☺', me: '⚙' }

function navigation(): HTMLElement {
  return h('nav', { 'aria-label': t().tabs }, (Object.keys(tabs) as Tab[]).map((tab) => h('button', {
    type: 'button', 'data-tab': tab, 'aria-current': app.tab === tab && 'page', onclick: () => open(tab),
  }, h('span', { 'aria-hidden': true, class: 'glyph' }, icons[tab]), t()[tabs[tab]])))
}

function goodbye(): void {
  forgetCodes()
  document.querySelectorAll('dialog').forEach((d) => d.close())
  root.replaceChildren(h('main', { class: 'optin' }, h('div', { class: 'hero' }, h('h1', {}, t().forgotten), h('p', {}, t().forgottenText)),
    button(t().startAnew, async () => { app.state = 'off'; draw() }, 'primary wide')))
}

async function begin(choices: Parameters<Kit['optIn']>[0]): Promise<void> {
  if (choices.push) mayNotify()
  await app.kit.optIn(choices)
  app.tab = 'offers'
  draw()
  await app.kit.start()
  if (choices.push) await notify().catch((e) => { if (!(e instanceof FlaneurError && e.code === 'not_found')) toast(explain(e)) }) // a server without Web Push
}

/** Browsers ask the person only within a tap, before anything has been waited for. */
function mayNotify(): void { if ('Notification' in window) void Notification.requestPermission() }

async function notify(): Promise<void> {
  if (!('PushManager' in window) || !navigator.serviceWorker?.controller && !(await navigator.serviceWorker?.getRegistration())) return toast(t().noPush)
  if (Notification.permission === 'denied') return toast(t().notifyOff)
  await app.kit.enablePush()
}

/** A notification was tapped: open its offer. */
async function openPushed(p: { delivery?: string; offer?: string }): Promise<void> {
  await app.kit.handlePush(p).catch((e) => toast(explain(e)))
  const o = app.kit.offers().find((x) => x.delivery === p.delivery || x.id === p.offer)
  if (o) openOffer(app, o)
}

let looked: Fix | undefined
/** Looks around by itself: when the person is first seen, and again after every 150 m. What presses itself on them is the server's choice. */
function lookAround(fix: Fix): void {
  if (app.state !== 'online' || (looked && distance(looked, fix) < 150)) return
  looked = fix
  app.kit.refresh().catch(() => { looked = undefined })
}

let drawnAt: Fix | undefined
/** The list tells tens of metres; the map shows every step. */
function moved(fix: Fix): void {
  lookAround(fix)
  if (!app.locationBlocked && drawnAt && app.view === 'list' && distance(drawnAt, fix) < 10) return
  app.locationBlocked = false
  drawnAt = fix
  if (app.tab === 'offers') draw()
}

function announce(o: Offer): void { toast(`${t().newOffer} ${o.title}, ${o.merchant}`) }

async function main(): Promise<void> {
  setLanguage(language())
  watchPresses()
  if ('serviceWorker' in navigator && import.meta.env.PROD) {
    navigator.serviceWorker.register('./sw.js').catch((e) => console.warn('no service worker', e))
    navigator.serviceWorker.addEventListener('message', (m) => {
      const data = m.data as { flaneur?: string; open?: boolean; delivery?: string; offer?: string }
      if (data?.flaneur === 'push' && data.open) void openPushed(data)
    })
  }
  const { server, key } = await setup()
  const redraw = () => { if (app.tab === 'offers') draw() }
  app.kit = await newKit({ serverURL: server, publishableKey: key, language: language(), preset: (localStorage.getItem('preset') ?? 'responsive') as 'responsive' }, {
    onOffer: announce, onOffers: redraw, onFix: moved,
    onWithdrawn: () => toast(t().withdrawnText), onConsents: draw,
    onState: (s) => {
      app.state = s
      const me = app.kit?.position()
      if (me) lookAround(me)
      draw()
    },
    onFailure: (code, fieldName, message) => {
      if (code === 'forbidden' && fieldName === 'permission.location') {
        app.locationBlocked = true
        draw()
      } else if (code !== 'unavailable') console.warn(code, fieldName, message)
    },
  })
  draw()
  if (!app.kit.optedIn()) return
  await app.kit.start()
  if (app.kit.hasConsent('push') && 'Notification' in window && Notification.permission === 'granted') void app.kit.enablePush().catch(() => {}) // it may have been lost
  const pushed = /^#push=(.*)$/.exec(location.hash)?.[1]
  if (pushed) {
    history.replaceState(null, '', location.pathname)
    await (async () => openPushed(JSON.parse(decodeURIComponent(pushed)) as object))().catch((e) => toast(explain(e)))
  }
}

void main().catch((e) => {
  root.replaceChildren(h('main', { class: 'optin' }, h('p', { role: 'alert' }, explain(e)), h('button', { type: 'button', onclick: act(async () => { localStorage.removeItem('setup'); location.reload() }) }, t().setup)))
})
