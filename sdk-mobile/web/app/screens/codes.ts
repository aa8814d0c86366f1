import type { Redemption } from '@flaneur/web'
import type { App } from '../state.js'
import { button, dialog, explain, h, t, time, toast } from '../ui.js'

// Codes are kept on the phone, because tills stand in cellars: redemptions, the titles of their offers, pictures.
interface Kept { r: Redemption; title: string; picture?: string }
const KEY = 'codes'
const kept = (): Record<string, Kept> => JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, Kept>
const keep = (all: Record<string, Kept>) => localStorage.setItem(KEY, JSON.stringify(all))
export const forgetCodes = () => localStorage.removeItem(KEY)

async function picture(app: App, id: string): Promise<string> {
  const blob = await app.kit.qr(id)
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}

/** Shows a code and its picture, and keeps both for when there is no network. */
export async function showCode(app: App, r: Redemption, title: string): Promise<void> {
  const all = kept()
  const entry: Kept = { ...all[r.id], r, title }
  if (!entry.picture && r.status === 'reserved') entry.picture = await picture(app, r.id)
  keep({ ...kept(), [r.id]: entry })
  const used = r.status === 'redeemed'
  const d = dialog(title,
    entry.picture && !used && h('img', { class: 'qr', src: entry.picture, alt: `${t().qrAlt} ${r.code}`, width: 260, height: 260 }),
    used && h('p', { class: 'stamp' }, '✓'),
    h('p', { class: 'code' }, r.code),
    h('p', { class: 'meta center' }, used ? `${t().used} ${time(r.at)}` : `${t().reserved}${r.expires ? ` ${t().until} ${time(r.expires)}` : ''}`),
    !used && h('div', { class: 'actions center' }, button(t().giveBack, async () => {
      await app.kit.giveBack(r.id)
      toast(t().givenBack)
      d.close()
      if (app.tab === 'codes') app.draw()
    })),
    used && stars(app, r.offer))
}

function stars(app: App, offer: string): HTMLElement {
  return h('div', { class: 'rate' }, h('span', {}, t().rate), [1, 2, 3, 4, 5].map((n) => {
    const b = button('★', async () => {
      await app.kit.rate(offer, n)
      toast(t().thanks)
    }, 'icon')
    b.ariaLabel = `${n} ${t().stars}`
    return b
  }))
}

export function codesScreen(app: App): HTMLElement {
  const list = h('ul', { class: 'cards' })
  const fill = () => {
    const all = Object.values(kept()).sort((a, b) => b.r.at.localeCompare(a.r.at))
    list.replaceChildren(...all.map(({ r, title }) => h('li', { class: `card ${r.status}` },
      h('div', { class: 'row' }, h('div', {}, h('h2', {}, title), h('p', { class: 'meta' }, `${t()[`status_${r.status}`]}${r.status === 'reserved' && r.expires ? `, ${t().until} ${time(r.expires)}` : ''}`)),
        h('span', { class: 'mono' }, r.code)),
      (r.status === 'reserved' || r.status === 'redeemed') && h('div', { class: 'actions' }, button(t().show, () => showCode(app, r, title), r.status === 'reserved' ? 'primary' : '')))))
    if (!all.length) list.replaceChildren(h('li', { class: 'empty' }, h('p', { class: 'big' }, t().noCodes), h('p', {}, t().noCodesHint)))
  }
  fill()
  app.kit.redemptions().then((now) => {
    const all = kept()
    const titles = new Map(app.kit.offers().map((o) => [o.id, o.title]))
    for (const r of now) all[r.id] = { ...all[r.id], r, title: all[r.id]?.title ?? titles.get(r.offer) ?? r.code }
    keep(all)
    fill()
  }).catch((e) => { if (!Object.keys(kept()).length) toast(explain(e)) })
  return h('main', {}, h('h1', {}, t().tabCodes), list)
}
