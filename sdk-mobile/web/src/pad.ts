// A pad for one tap: how pleasant (to the right) and how awake (up) somebody feels. Works by finger, mouse and keyboard.
import type { MoodLabel } from './types.js'

/** The label nearest to a point of the pad. */
export function nearestMood(labels: MoodLabel[], valence: number, arousal: number): MoodLabel | undefined {
  let best: MoodLabel | undefined
  let least = Infinity
  for (const l of labels) {
    const d = (l.valence - valence) ** 2 + (l.arousal - arousal) ** 2
    if (d < least) [best, least] = [l, d]
  }
  return best
}

export interface PadTexts { pad: string; pleasant: string; unpleasant: string; awake: string; calm: string }

/**
 * Turns an element into a mood pad. onPick gets the point, each axis from -1 to 1, and the word next to it: after a tap, or
 * Enter at the cursor that the arrow keys move. Returns how to take it off again. Style it by the class names mood-pad,
 * mood-axis, mood-cursor and mood-word.
 */
export function moodPad(
  element: HTMLElement, labels: MoodLabel[], texts: PadTexts, onPick: (valence: number, arousal: number, label: MoodLabel | undefined) => void,
): () => void {
  const stop = new AbortController()
  const part = (className: string, text = '') => {
    const e = element.ownerDocument.createElement('span')
    e.className = className
    e.textContent = text
    e.ariaHidden = 'true'
    element.append(e)
    return e
  }
  element.classList.add('mood-pad')
  element.tabIndex = 0
  element.setAttribute('role', 'application')
  element.ariaLabel = texts.pad
  for (const side of ['pleasant', 'unpleasant', 'awake', 'calm'] as const) part(`mood-axis mood-${side}`, texts[side])
  const cursor = part('mood-cursor')
  const word = part('mood-word')
  word.ariaHidden = null
  word.setAttribute('role', 'status')
  let x = 0, y = 0
  const move = (nx: number, ny: number) => {
    ;[x, y] = [clamp(nx), clamp(ny)]
    cursor.style.left = `${(x + 1) * 50}%`
    cursor.style.top = `${(1 - y) * 50}%`
    const near = nearestMood(labels, x, y)
    word.textContent = near ? `${near.emoji} ${near.word}` : ''
    return near
  }
  const at = (e: PointerEvent) => {
    const box = element.getBoundingClientRect()
    return move(((e.clientX - box.left) / box.width) * 2 - 1, 1 - ((e.clientY - box.top) / box.height) * 2)
  }
  const on = <K extends keyof HTMLElementEventMap>(type: K, f: (e: HTMLElementEventMap[K]) => void) =>
    element.addEventListener(type, f, { signal: stop.signal })
  let held = false
  on('pointerdown', (e) => {
    held = true
    element.setPointerCapture(e.pointerId)
    at(e)
  })
  on('pointermove', (e) => { if (held) at(e) })
  on('pointerup', (e) => {
    if (!held) return
    held = false
    const near = at(e)
    onPick(x, y, near)
  })
  on('pointercancel', () => { held = false })
  on('keydown', (e) => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[e.key]
    if (step) move(x + step[0]!, y + step[1]!)
    else if (e.key === 'Enter' || e.key === ' ') onPick(x, y, nearestMood(labels, x, y))
    else return
    e.preventDefault()
  })
  move(0, 0)
  return () => {
    stop.abort()
    element.replaceChildren()
  }
}

function clamp(v: number): number { return Math.round(Math.max(-1, Math.min(1, v)) * 100) / 100 }
