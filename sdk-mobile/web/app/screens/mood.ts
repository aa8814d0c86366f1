import { connectStrap, moodPad, type Moods } from '@flaneur/web'
import type { App } from '../state.js'
import { act, button, h, language, t, toast } from '../ui.js'

export function moodScreen(app: App): HTMLElement {
  const { kit } = app
  if (!kit.hasConsent('mood')) {
    return h('main', {}, h('h1', {}, t().tabMood),
      h('div', { class: 'empty' }, h('p', { class: 'big' }, t().moodOff), h('p', {}, t().moodText), button(t().moodOn, async () => app.open('me'), 'primary')))
  }
  const pad = h('div', {})
  const words = h('div', { class: 'words' })
  const said = (what: string) => toast(`${t().moodSaid} ${what}`)
  const fill = (moods: Moods) => {
    moodPad(pad, moods.labels, { pad: t().moodPad, pleasant: t().pleasant, unpleasant: t().unpleasant, awake: t().awake, calm: t().calm },
      (valence, arousal, label) => act(async () => {
        await kit.reportMood(valence, arousal)
        said(label ? `${label.emoji} ${label.word}` : '')
      })(new Event('pick')))
    words.replaceChildren(...moods.labels.map((l) => h('button', {
      type: 'button', class: 'word', onclick: act(async () => {
        await kit.reportMoodLabel(l.id)
        said(`${l.emoji} ${l.word}`)
      }),
    }, h('span', { 'aria-hidden': true }, l.emoji), ` ${l.word}`)))
  }
  const key = `moods-${language()}`
  const known = localStorage.getItem(key)
  if (known) fill(JSON.parse(known) as Moods)
  else {
    kit.moods(language()).then((moods) => {
      localStorage.setItem(key, JSON.stringify(moods))
      fill(moods)
    }).catch(() => fill({ language: language(), labels: [] }))
  }
  return h('main', {}, h('h1', {}, t().moodAsk), pad, h('h2', {}, t().orWord), words, 'bluetooth' in navigator && strap())
}

/** A strap's beats, for the person alone. */
function strap(): HTMLElement {
  const shown = h('p', { class: 'beat', role: 'status' })
  let stop: (() => void) | undefined
  return h('section', { class: 'strap' }, h('p', { class: 'meta' }, t().strapText),
    button(t().strap, async () => {
      stop?.()
      stop = await connectStrap((rate) => { shown.textContent = `♥ ${rate.bpm} ${t().bpm}` }, () => { shown.textContent = t().strapLost })
    }), shown)
}
