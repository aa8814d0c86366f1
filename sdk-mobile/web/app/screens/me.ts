import type { Account, MoodLevel, Preferences, Preset } from '@flaneur/web'
import { POLICY } from '../texts.js'
import type { App } from '../state.js'
import { button, choice, dialog, explain, field, h, language, setLanguage, t, time, toast, toggle } from '../ui.js'
import { forgetCodes } from './codes.js'
import { moodNotice } from './optin.js'

export function meScreen(app: App): HTMLElement {
  const wishes = h('section', {}, h('h2', {}, t().wishes))
  app.kit.preferences().then((p) => fillWishes(app, wishes, p)).catch((e) => wishes.append(h('p', { class: 'meta' }, explain(e))))
  return h('main', {}, h('h1', {}, t().tabMe), switches(app), wishes, device(app), pauses(app), purchases(app), whyNot(app), myData(app), erase(app))
}

function switches(app: App): HTMLElement {
  const { kit } = app
  const allowed = kit.consents()
  const move = (work: () => Promise<void>) => void work().catch((e) => toast(explain(e))).finally(() => app.draw())
  const level = allowed.mood ? choice(t().moodLevel, [['quiet', t().quiet], ['help', t().help]], allowed.moodLevel, (v) => move(async () => kit.allowMood(v as Exclude<MoodLevel, 'off'>, ['self'], (await kit.notices(language())).version))) : undefined
  const notice = h('div', {})
  kit.notices(language()).then((n) => notice.append(moodNotice(n))).catch(() => {})
  return h('section', {}, h('h2', {}, t().allowed),
    toggle(t().location, t().locationText, allowed.location, (on) => move(() => (on ? kit.grant('location', POLICY) : kit.withdraw('location')))),
    toggle(t().push, t().pushText, allowed.push, (on) => move(async () => {
      if (!on) return kit.withdraw('push')
      app.mayNotify()
      await kit.grant('push', POLICY)
      await app.notify()
    })),
    toggle(t().purchases, t().purchasesText, allowed.purchases, (on) => move(() => (on ? kit.grant('purchases', POLICY) : kit.withdraw('purchases')))),
    toggle(t().mood, t().moodText, allowed.mood, (on) => move(async () => {
      if (on) await kit.allowMood('quiet', ['self'], (await kit.notices(language())).version)
      else await kit.withdraw('mood')
    }), h('div', {}, level, notice)))
}

function minutes(at: number): string { return `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}` }
function ofDay(text: string): number {
  const [hours = 0, mins = 0] = text.split(':').map(Number)
  return hours * 60 + mins
}

function fillWishes(app: App, section: HTMLElement, p: Preferences): void {
  const change = (patch: Parameters<typeof app.kit.changePreferences>[0]) =>
    app.kit.changePreferences(patch).then(() => toast(t().saved)).catch((e) => toast(explain(e)))
  const cap = h('input', { type: 'number', min: 0, max: 16, value: p.push.dailyCap, inputmode: 'numeric', onchange: () => change({ push: { dailyCap: Number(cap.value) } }) })
  const from = h('input', { type: 'time', value: minutes(p.push.quietFrom), onchange: () => change({ push: { quietFrom: ofDay(from.value) } }) })
  const to = h('input', { type: 'time', value: minutes(p.push.quietTo), onchange: () => change({ push: { quietTo: ofDay(to.value) } }) })
  section.append(
    choice(t().wishes, [['ask_first', `${t().askFirst}: ${t().askFirstText}`], ['surprise', `${t().surprise}: ${t().surpriseText}`]], p.push.mode, (mode) => change({ push: { mode } })),
    h('div', { class: 'grid' }, field(t().dailyCap, cap), field(t().quietFrom, from), field(t().quietTo, to)))
  if (p.push.pausedUntil && Date.parse(p.push.pausedUntil) > Date.now()) section.append(h('p', { class: 'notice' }, `${t().pausedUntil} ${time(p.push.pausedUntil)}`))
}

function device(app: App): HTMLElement {
  const preset = (localStorage.getItem('preset') ?? 'responsive') as Preset
  return h('section', {},
    choice(t().language, [['en', 'English'], ['de', 'Deutsch']], language(), (v) => {
      setLanguage(v)
      app.kit.changePreferences({ language: v }).catch(() => {}) // the app's own words change anyway
      app.draw()
    }),
    choice(t().battery, [['efficient', t().efficient], ['responsive', t().responsive], ['continuous', t().continuous]], preset, (v) => {
      localStorage.setItem('preset', v)
      app.kit.setPreset(v)
    }))
}

function pauses(app: App): HTMLElement {
  const pause = (how: number | 'untilTomorrow') => async () => {
    const until = await app.kit.pause(how)
    toast(`${t().pausedUntil} ${time(until.getTime())}`)
    app.draw()
  }
  return h('section', {}, h('h2', {}, t().pause), h('div', { class: 'actions' },
    button(t().pauseHour, pause(60)), button(t().pauseToday, pause('untilTomorrow')), button(t().resume, async () => {
      await app.kit.resume()
      toast(t().resumed)
      app.draw()
    })))
}

function purchases(app: App): HTMLElement | false {
  if (!app.kit.hasConsent('purchases')) return false
  const category = h('input', { type: 'text', value: 'cafe', autocapitalize: 'none' })
  const amount = h('input', { type: 'number', min: 0, step: '0.01', inputmode: 'decimal' })
  return h('section', {}, h('h2', {}, t().addPurchase), h('div', { class: 'grid' }, field(t().category, category), field(t().amount, amount)),
    button(t().add, async () => {
      await app.kit.purchase({ category: category.value, ...(amount.value && { amount: Number(amount.value), currency: 'EUR' }) })
      amount.value = ''
      toast(t().thanks)
    }))
}

function whyNot(app: App): HTMLElement {
  return h('section', {}, h('h2', {}, t().whyNot), button(t().show2, async () => {
    const held = await app.kit.whyNot()
    dialog(t().whyNot, held.length ? h('ul', { class: 'plain' }, held.slice(0, 20).map((w) => h('li', {}, h('strong', {}, w.title ?? w.offer), ` ${w.merchant ?? ''}`,
      h('p', { class: 'meta' }, `${w.text}. ${w.change ? `${t().changeIt} ${w.change.text}` : ''}`)))) : h('p', {}, t().noWhyNot))
  }))
}

function myData(app: App): HTMLElement {
  return h('section', {}, h('h2', {}, t().myData), h('div', { class: 'actions' },
    button(t().show2, async () => summary(app, await app.kit.myData())),
    button(t().download, async () => {
      const url = URL.createObjectURL(await app.kit.exportData())
      h('a', { href: url, download: 'flaneur.json' }).click()
      setTimeout(() => URL.revokeObjectURL(url), 10_000)
    })))
}

async function summary(app: App, a: Account): Promise<void> {
  const stats = await app.kit.stats()
  const rows: [string, string | number][] = [
    [t().since, time(a.created)],
    [t().lastFix, a.lastFix ? `${a.lastFix.lat.toFixed(4)}, ${a.lastFix.lon.toFixed(4)} (${time(a.lastFix.at)})` : t().none],
    [t().moodNow, a.mood?.state ?? t().none],
    [t().deliveries, a.deliveries.length], [t().purchasesCount, a.purchases.length], [t().redemptionsCount, a.redemptions.length],
    [t().visits, a.visits.length], [t().devices, a.pushTokens], [t().waiting, stats.buffered + stats.waiting],
  ]
  dialog(t().myData, h('dl', { class: 'facts' }, ...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    h('details', {}, h('summary', {}, 'JSON'), h('pre', { tabindex: 0 }, JSON.stringify(a, null, 1))))
}

function erase(app: App): HTMLElement {
  return h('section', {}, h('h2', {}, t().erase), h('p', {}, t().eraseText), button(t().erase, async () => {
    const d = dialog(t().erase, h('p', {}, t().eraseText), h('div', { class: 'actions' },
      button(t().eraseSure, async () => {
        await app.kit.eraseMe()
        forgetCodes()
        d.close()
      }, 'danger'), button(t().cancel, async () => d.close())))
  }, 'danger'))
}
