import { distance, type Action, type Offer } from '@flaneur/web'
import { offerMap } from '../map.js'
import type { App } from '../state.js'
import { act, button, choice, dialog, h, language, metres, t, time, toast } from '../ui.js'
import { showCode } from './codes.js'

export function offersScreen(app: App): HTMLElement {
  const { kit } = app
  const offers = kit.offers()
  const me = kit.position()
  const look = async () => {
    await kit.refresh()
    app.draw()
  }
  const empty = h('div', { class: 'empty' }, h('p', { class: 'big' }, t().nothing), h('p', {}, kit.hasConsent('location') ? t().nothingHint : t().allowLocation))
  return h('main', {},
    h('div', { class: 'bar' },
      choice(t().view, [['list', t().list], ['map', t().map]], app.view, (v) => {
        app.view = v
        app.draw()
      }, true),
      button(t().refresh, look)),
    app.locationBlocked && kit.hasConsent('location') && h('p', { class: 'notice' }, t().blockedLocation),
    offers.length === 0 && app.view === 'list' ? empty
      : app.view === 'map' ? offerMap(offers, me, (o) => openOffer(app, o), () => app.draw())
        : h('ul', { class: 'cards' }, offers.map((o) => card(app, o))))
}

function far(app: App, o: Offer): string {
  const me = app.kit.position()
  const m = me && o.place ? distance(me, o.place) : o.distance
  return m < 20 ? t().here : `${metres(m)} ${t().away}`
}

function reward(o: Offer): string {
  const { kind, value = 0, currency = 'EUR', item } = o.reward
  switch (kind) {
    case 'percent': return `−${value} %`
    case 'amount': return `−${value.toLocaleString(language(), { style: 'currency', currency })}`
    case 'two_for_one': return '2 × 1'
    case 'free_item': return `+ ${item ?? '1'}`
    case 'points': return `${value} ★`
    default: return ''
  }
}

/** The two strongest reasons; the distance stands above, as it is now. */
function said(o: Offer): Offer['reasons'] {
  const others = o.reasons.filter((r) => r.code !== 'near')
  return (others.length ? others : o.reasons).slice(0, 2)
}

function card(app: App, o: Offer): HTMLElement {
  return h('li', { class: 'card' },
    h('div', { class: 'row' },
      h('div', {},
        h('h2', {}, h('button', { type: 'button', class: 'link title', onclick: () => openOffer(app, o) }, o.title)),
        h('p', { class: 'meta' }, [o.merchant, far(app, o), o.place?.open === false ? t().closed : '', o.ends ? `${t().until} ${time(o.ends)}` : ''].filter(Boolean).join(' · '))),
      reward(o) && h('span', { class: 'reward' }, reward(o))),
    o.label && h('p', { class: 'label' }, o.label),
    h('p', { class: 'reason' }, said(o).map((r) => r.text).join(' · ')),
    h('div', { class: 'actions' },
      button(t().reserve, () => reserve(app, o), 'primary'),
      button(t().more, async () => openOffer(app, o)),
      h('button', { type: 'button', class: 'icon push-right', 'aria-label': `${t().dismissed} (${o.title})`, title: t().dismissed, onclick: act(() => say(app, o, 'dismissed')) }, '✕')))
}

async function say(app: App, o: Offer, action: Action): Promise<void> {
  await app.kit.feedback(o.delivery ?? o.id, action)
  toast(t().thanks)
  app.draw()
}

async function reserve(app: App, o: Offer): Promise<void> {
  const r = await app.kit.reserve(o.id)
  await showCode(app, r, o.title)
}

/** Everything about one offer: what it is, why it came, and what one tap changes. */
export function openOffer(app: App, shown: Offer): void {
  const { kit } = app
  const o = kit.offers().find((now) => now.id === shown.id) ?? shown // a delivery may have come since it was drawn
  if (o.delivery) void kit.feedback(o.delivery, 'opened').catch(() => {})
  const reasons = h('div', { class: 'why' }, reasonList(o.reasons))
  const whyButton = button(t().why, async () => {
    reasons.replaceWith(await whole(app, o.delivery!))
    whyButton.remove()
  })
  const d = dialog(o.title,
    h('p', { class: 'meta' }, [o.merchant, o.place?.name !== o.merchant && o.place?.name, far(app, o)].filter(Boolean).join(' · ')),
    o.label && h('p', { class: 'label' }, o.label),
    reward(o) && h('p', { class: 'reward big' }, reward(o)),
    o.text && h('p', {}, o.text),
    h('h3', {}, t().reasons), reasons,
    o.terms && [h('h3', {}, t().terms), h('p', {}, o.terms)],
    h('div', { class: 'actions' },
      button(t().reserve, async () => {
        await reserve(app, o)
        d.close()
      }, 'primary'),
      button(t().useNow, async () => {
        if (!confirm(t().confirmUse)) return
        const r = await kit.useNow(o.id)
        toast(t().used)
        d.close()
        await showCode(app, r, o.title)
      }),
      o.delivery && whyButton),
    h('div', { class: 'actions quiet' },
      button(t().liked, () => say(app, o, 'liked')),
      ...(o.controls ?? []).map((c) => h('button', {
        type: 'button', onclick: act(async () => {
          if (c.action === 'pause') {
            await kit.pause(60)
            toast(t().paused)
          } else await say(app, o, c.action as Action)
          d.close()
        }),
      }, c.text)),
      !o.delivery && button(t().dismissed, async () => {
        await say(app, o, 'not_interested')
        d.close()
      })))
}

function reasonList(reasons: Offer['reasons']): HTMLElement {
  return h('ul', { class: 'reasons' }, reasons.map((r) => h('li', {}, h('span', {}, r.text),
    h('div', { class: 'share', role: 'meter', 'aria-label': r.text, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(r.share * 100) },
      h('span', { style: `width: ${Math.max(3, Math.round(r.share * 100))}%` })))))
}

async function whole(app: App, delivery: string): Promise<HTMLElement> {
  const why = await app.kit.why(delivery)
  const told = (title: string, list?: { text: string }[]) => list?.length ? [h('h3', {}, title), h('ul', {}, list.map((x) => h('li', {}, x.text)))] : []
  return h('div', { class: 'why' }, reasonList(why.reasons), ...told(t().notUsed, why.notUsed), ...told(t().neverAsked, why.neverAsked))
}
