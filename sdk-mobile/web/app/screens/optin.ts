import type { Choices, Kit, MoodLevel, Notices } from '@flaneur/web'
import { POLICY } from '../texts.js'
import { act, choice, h, language, setLanguage, t, toast, toggle, explain } from '../ui.js'

type Switch = 'location' | 'push' | 'purchases' | 'mood'

/** The first screen: one switch for each purpose, all off. */
export function optIn(kit: Kit, done: (chosen: Choices) => Promise<void>, redraw: () => void): HTMLElement {
  const on: Record<Switch, boolean> = { location: false, push: false, purchases: false, mood: false }
  let level: MoodLevel = 'quiet'
  let notices: Notices | undefined
  const notice = h('div', { hidden: true })
  const showNotice = async () => {
    notice.hidden = !on.mood
    if (on.mood && !notices) {
      notices = await kit.notices(language())
      notice.replaceChildren(moodNotice(notices), choice(t().moodLevel, [['quiet', t().quiet], ['help', t().help]], level, (v) => { level = v as MoodLevel }))
    }
  }
  const one = (purpose: Switch, extra?: Node) => toggle(t()[purpose], t()[`${purpose}Text`], false, (v) => {
    on[purpose] = v
    if (purpose === 'mood') showNotice().catch((e) => toast(explain(e)))
  }, extra)
  const start = act(async () => {
    if (!Object.values(on).some(Boolean)) return toast(t().needOne)
    const mood = on.mood ? { moodLevel: level, moodSources: ['self' as const], moodPolicy: (notices ??= await kit.notices(language())).version } : {}
    await done({ location: on.location, push: on.push, purchases: on.purchases, policy: POLICY, language: language(), ...mood })
  })
  return h('main', { class: 'optin' },
    h('div', { class: 'hero' }, h('img', { src: './icon.svg', alt: '', width: 72, height: 72 }), h('h1', {}, 'Flaneur'), h('p', { class: 'tagline' }, t().tagline)),
    h('p', {}, t().welcome),
    one('location'), one('push'), one('purchases'), one('mood', notice),
    h('button', { type: 'button', class: 'primary wide', onclick: start }, t().start),
    choice(t().language, [['en', 'English'], ['de', 'Deutsch']], language(), (v) => { setLanguage(v); redraw() }))
}

/** The notice about a person's own tap, as the server words it. */
export function moodNotice(notices: Notices): HTMLElement {
  const own = notices.sources.find((s) => s.source === 'self')
  return h('details', {}, h('summary', {}, t().details),
    own && h('dl', {}, ...([['measured', own.measured], ['inferred', own.inferred], ['usedFor', own.used], ['never', own.never], ['stop', own.stop], ['without', own.offers]] as const)
      .flatMap(([name, text]) => [h('dt', {}, t()[name]), h('dd', {}, text)])))
}
