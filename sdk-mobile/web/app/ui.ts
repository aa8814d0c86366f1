// What the screens are built with: elements, dialogs, fields, words.
import { FlaneurError } from '@flaneur/web'
import { texts, type Lang, type Texts } from './texts.js'

let lang: Lang = (localStorage.getItem('language') ?? navigator.language).startsWith('de') ? 'de' : 'en'

export const t = (): Texts => texts[lang]
export const language = (): Lang => lang
export function setLanguage(next: Lang): void {
  lang = next
  localStorage.setItem('language', next)
  document.documentElement.lang = next
}

type Child = Node | string | number | undefined | null | false | Child[]
type Props = Record<string, unknown> & { class?: string }

/** An element: properties that begin with on are listeners, the others attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag)
  apply(e, props)
  add(e, children)
  return e
}

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag)
  apply(e, props)
  add(e, children)
  return e
}

function apply(e: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value as EventListener)
    else e.setAttribute(name, value === true ? '' : String(value))
  }
}

function add(e: Element, children: Child[]): void {
  for (const c of children) {
    if (Array.isArray(c)) add(e, c)
    else if (c !== undefined && c !== null && c !== false) e.append(c instanceof Node ? c : String(c))
  }
}

let fade: ReturnType<typeof setTimeout>
export function toast(text: string): void {
  const e = document.getElementById('toast')!
  if (e.matches(':popover-open')) e.hidePopover()
  e.showPopover() // above an open dialog too
  e.textContent = text
  clearTimeout(fade)
  fade = setTimeout(() => e.hidePopover(), 5000)
}

/** What an error means to a person: our words for the codes that people meet, else the server's. */
export function explain(e: unknown): string {
  if (!(e instanceof FlaneurError)) return String(e)
  return (t() as Record<string, string>)[`e_${e.code}`] ?? e.message
}

/** A listener that says what went wrong, and keeps the button still meanwhile. */
export function act(work: () => Promise<unknown> | undefined): (e: Event) => void {
  return async (e) => {
    const button = e.currentTarget instanceof HTMLButtonElement ? e.currentTarget : undefined
    if (button) button.disabled = true
    try {
      await work()
    } catch (cause) {
      toast(explain(cause))
    } finally {
      if (button) button.disabled = false
    }
  }
}

export function button(text: string, work: () => Promise<unknown> | undefined, className = ''): HTMLButtonElement {
  return h('button', { type: 'button', class: className, onclick: act(work) }, text)
}

/** A dialog in front of everything; Escape and the button close it. */
export function dialog(title: string, ...children: Child[]): HTMLDialogElement {
  const d = h('dialog', { 'aria-labelledby': 'dialog-title' },
    h('header', {}, h('h2', { id: 'dialog-title' }, title), h('button', { type: 'button', class: 'icon', 'aria-label': t().close, onclick: () => d.close() }, '✕')),
    h('div', { class: 'body' }, ...children))
  d.addEventListener('close', () => d.remove())
  d.addEventListener('click', (e) => { if (e.target === d) d.close() })
  document.body.append(d)
  d.showModal()
  return d
}

let ids = 0
/** A switch with a label and the text that says what it means. */
export function toggle(label: string, text: string, on: boolean, change: (on: boolean) => void, extra?: Node): HTMLElement {
  const id = `switch-${ids++}`
  const input = h('input', { type: 'checkbox', role: 'switch', id, checked: on, 'aria-describedby': `${id}-text`, onchange: () => change(input.checked) })
  return h('div', { class: 'toggle' }, h('div', { class: 'row' }, h('label', { for: id }, label), input), h('p', { id: `${id}-text` }, text), extra)
}

export function field(label: string, input: HTMLElement): HTMLElement {
  const id = `field-${ids++}`
  input.id = id
  return h('div', { class: 'field' }, h('label', { for: id }, label), input)
}

/** A row of choices of which one holds. */
export function choice<V extends string>(legend: string, options: [V, string][], value: V, change: (v: V) => void, plain = false): HTMLElement {
  const name = `choice-${ids++}`
  return h('fieldset', { class: plain ? 'choice plain' : 'choice' }, h('legend', {}, legend),
    h('div', { class: 'options' }, options.map(([v, label]) => h('label', {},
      h('input', { type: 'radio', name, value: v, checked: v === value, onchange: () => change(v) }), h('span', {}, label)))))
}

export function metres(m: number): string {
  if (m < 20) return t().here
  return `${m < 1000 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toLocaleString(lang, { maximumFractionDigits: 1 })} km`}`
}

export function time(at: number | string): string {
  const d = new Date(at)
  const today = d.toDateString() === new Date().toDateString()
  return d.toLocaleString(navigator.language.startsWith(lang) ? navigator.language : lang, today ? { hour: '2-digit', minute: '2-digit' } : { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}
