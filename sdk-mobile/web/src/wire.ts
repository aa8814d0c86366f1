// The frames of docs/protocol.md in their JSON form. What this device would send wrong is refused here, with the code and
// field that the server would answer; what the server sends is read leniently: new members and new frames are passed over.
import { FlaneurError, invalid } from './errors.js'
import type { Fix, Hint, MoodLevel, MoodSource, Offer, Purpose } from './types.js'

export const SUBPROTOCOL = 'flaneur.v1.json'
export const MAX_FIXES = 100
const MAX_FRAME = 32 << 10
const MAX_TIME = 253402300799999

export type DeviceFrame = { seq: number } & (
  | { t: 'hello'; token: string; device?: string; sdk?: string; simulated?: boolean }
  | { t: 'position'; fixes: Fix[] }
  | { t: 'mood'; valence: number; arousal: number; confidence: number; source: MoodSource; stress?: number; at: number }
  | { t: 'pull'; lat?: number; lon?: number; radius?: number; limit?: number; categories?: string[]; cursor?: string; at?: number }
  | { t: 'delivered'; delivery: string }
  | { t: 'feedback'; delivery?: string; offer?: string; action: string; at: number }
  | { t: 'consent'; purpose: Purpose; granted: boolean; policy?: string; level?: MoodLevel; sources?: MoodSource[]; at?: number }
  | { t: 'erase' }
  | { t: 'trip'; action: 'start' | 'stop'; lat?: number; lon?: number; place?: string; mode?: string; at?: number }
)
/** A frame before the session numbers it. */
export type Unnumbered = DeviceFrame extends infer F ? (F extends DeviceFrame ? Omit<F, 'seq'> : never) : never

export type ServerFrame =
  | { t: 'welcome'; seq: number; session: string; now: number; consents: Purpose[]; moodLevel?: MoodLevel; moodSources?: MoodSource[]; deployment?: string }
  | ({ t: 'offer' } & Offer)
  | { t: 'offers'; seq: number; offers: Offer[]; cursor?: string }
  | { t: 'withdrawn'; offer: string; reason: string }
  | ({ t: 'hint' } & Hint)
  | { t: 'ack'; seq: number; accepted?: number; hint?: Hint }
  | { t: 'error'; seq?: number; code: string; field?: string; message: string; retryAfter?: number }
  | { t: 'goodbye'; code: number; reason: string; reconnect?: number }

/** Returns the text of a frame, or throws what is wrong with it. */
export function encode(frame: DeviceFrame): string {
  check(frame)
  const text = JSON.stringify(frame)
  if (new TextEncoder().encode(text).length > MAX_FRAME) throw new FlaneurError('too_large', 'must be at most 32 KiB')
  return text
}

/** Reads a frame of the server; undefined: one of a kind that this version does not know. */
export function decode(text: string): ServerFrame | undefined {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    throw new FlaneurError('malformed', 'must be one JSON object')
  }
  if (!isObject(frame)) throw new FlaneurError('malformed', 'must be one JSON object')
  if (typeof frame.t !== 'string' || frame.t in DEVICE) throw invalid('t', 'must be a frame of the server')
  const members = SERVER[frame.t]
  if (!members) return undefined
  for (const [name, rule] of Object.entries(members)) rule(frame[name], name)
  return frame as ServerFrame
}

type Object_ = Record<string, unknown>
type Rule = (value: unknown, field: string) => void

function isObject(v: unknown): v is Object_ { return typeof v === 'object' && v !== null && !Array.isArray(v) }

function number(from: number, to: number, what: string, above = false): Rule {
  return (v, field) => {
    if (typeof v !== 'number' || !(v >= from && v <= to) || (above && v === from)) throw invalid(field, what)
  }
}
function integer(from: number, to: number, what: string): Rule {
  return (v, field) => {
    if (!Number.isSafeInteger(v) || (v as number) < from || (v as number) > to) throw invalid(field, what)
  }
}
function text(max = 512): Rule {
  return (v, field) => {
    if (typeof v !== 'string' || v === '' || new TextEncoder().encode(v).length > max) throw invalid(field, `must be a text of 1 to ${max} bytes`)
  }
}
function oneOf(...values: string[]): Rule {
  return (v, field) => {
    if (!values.includes(v as string)) throw invalid(field, `must be one of ${values.join(', ')}`)
  }
}
function ident(prefix: string): Rule {
  const form = new RegExp(`^${prefix}[A-Za-z0-9_]{1,60}$`)
  return (v, field) => {
    if (typeof v !== 'string' || !form.test(v)) throw invalid(field, `must be an id that begins with ${prefix}`)
  }
}
function list(item: Rule, from: number, to: number): Rule {
  return (v, field) => {
    if (!Array.isArray(v) || v.length < from || v.length > to) throw invalid(field, `must hold ${from} to ${to}`)
    v.forEach((x, i) => item(x, `${field}[${i}]`))
  }
}
/** An object of these members and no others; those named with ? may be absent. */
function object(members: Record<string, Rule>): Rule {
  return (v, field) => {
    if (!isObject(v)) throw invalid(field, 'must be an object')
    const path = field && `${field}.`
    for (const name of Object.keys(v)) {
      if (!(name in members) && !(`${name}?` in members)) {
        throw new FlaneurError('unknown_field', 'is not part of the frame', path + (/^\w+$/.test(name) ? name : '?'))
      }
    }
    for (const [key, rule] of Object.entries(members)) {
      const name = key.replace('?', '')
      if (v[name] !== undefined || name === key) rule(v[name], path + name)
    }
  }
}
const flag: Rule = (v, field) => {
  if (typeof v !== 'boolean') throw invalid(field, 'must be true or false')
}
const time = integer(1, MAX_TIME, 'must be Unix milliseconds')
const maybeTime = integer(0, MAX_TIME, 'must be Unix milliseconds')
const lat = number(-90, 90, 'must be degrees from -90 to 90')
const lon = number(-180, 180, 'must be degrees from -180 to 180')
const unit = number(-1, 1, 'must be from -1 to 1')
const source = oneOf('self', 'wearable', 'face', 'voice', 'typing')
const fix = object({
  lat, lon, 'acc?': number(0, 1e6, 'must be metres from 0 (unknown) to 1000000'),
  'speed?': number(-Number.MAX_VALUE, 600, 'must be m/s up to 600, or negative if unknown'),
  'course?': number(-Number.MAX_VALUE, 360, 'must be degrees from 0 to 360, or negative if unknown'),
  at: time, 'mock?': flag, 'replayed?': flag,
})

const DEVICE: Record<string, Record<string, Rule>> = {
  hello: { token: text(), 'device?': text(), 'sdk?': text(), 'simulated?': flag },
  position: { fixes: list(fix, 1, MAX_FIXES) },
  mood: {
    valence: unit, arousal: unit, confidence: number(0, 1, 'must be above 0, to 1', true), source,
    'stress?': number(0, 1, 'must be from 0 to 1'), at: time,
  },
  pull: {
    'lat?': lat, 'lon?': lon, 'radius?': number(0, 20_000, 'must be metres from 0 to 20000'),
    'limit?': integer(0, 50, 'must be from 0 to 50'), 'categories?': list(text(), 0, 32), 'cursor?': text(), 'at?': maybeTime,
  },
  delivered: { delivery: ident('dlv_') },
  feedback: {
    'delivery?': ident('dlv_'), 'offer?': ident('off_'),
    action: oneOf('opened', 'dismissed', 'liked', 'not_interested', 'not_now', 'less_like_this', 'never_brand', 'never_merchant'), at: time,
  },
  consent: {
    purpose: oneOf('location', 'mood', 'purchases', 'push'), granted: flag, 'policy?': text(), 'level?': oneOf('quiet', 'help'),
    'sources?': list(source, 0, 5), 'at?': maybeTime,
  },
  erase: {},
  trip: {
    action: oneOf('start', 'stop'), 'lat?': lat, 'lon?': lon, 'place?': ident('plc_'), 'mode?': oneOf('walk', 'bike', 'car', 'transit'),
    'at?': maybeTime,
  },
}

/** What the members say only together: the field that is wrong and what would be right. */
function together(f: Object_): [string, string] | undefined {
  const half = 'lat' in f !== 'lon' in f
  switch (f.t) {
    case 'mood':
      if (f.source === 'self' && f.stress) return ['stress', 'must be absent from a self-report']
      break
    case 'pull':
      if (half) return 'lat' in f ? ['lon', 'must stand beside lat'] : ['lat', 'must stand beside lon']
      break
    case 'feedback':
      if (!f.delivery && !f.offer) return ['delivery', 'must be given, or offer']
      if (f.delivery && f.offer) return ['offer', 'must be absent when delivery is given']
      break
    case 'consent':
      if (f.granted && !f.policy) return ['policy', 'must be the version of the text that the person saw']
      if (f.level && (f.purpose !== 'mood' || !f.granted)) return ['level', 'goes with a grant of mood only']
      if (f.sources && f.purpose !== 'mood') return ['sources', 'go with mood only']
      break
    case 'trip':
      if (f.action === 'stop') {
        for (const name of ['lat', 'lon', 'place', 'mode']) if (name in f) return [name, 'must be absent from a stop']
      } else if (f.place && ('lat' in f || 'lon' in f)) return ['place', 'must be absent beside a point']
      else if (half) return 'lat' in f ? ['lon', 'must stand beside lat'] : ['lat', 'must stand beside lon']
      else if (!f.place && !('lat' in f)) return ['lat', 'must be given, or place']
  }
  return undefined
}

/** Throws what the server would answer to a frame of this device. */
export function check(frame: unknown): void {
  if (!isObject(frame)) throw new FlaneurError('malformed', 'must be one JSON object')
  const members = typeof frame.t === 'string' ? DEVICE[frame.t] : undefined
  if (!members) throw invalid('t', 'must be a frame of a device')
  object({ t: text(), seq: integer(1, Number.MAX_SAFE_INTEGER, 'must be from 1 to 2^53-1'), ...members })(frame, '')
  const wrong = together(frame)
  if (wrong) throw invalid(...wrong)
}

const seq = integer(1, Number.MAX_SAFE_INTEGER, 'must be a sequence number')
const anything: Rule = (v, field) => {
  if (v === undefined || v === null) throw invalid(field, 'must be there')
}
const finite: Rule = (v, field) => {
  if (typeof v !== 'number' || !Number.isFinite(v) || v < 0) throw invalid(field, 'must be a number from 0 on')
}
const offer = { id: text(), title: text(4096), reward: anything, reasons: anything }
const SERVER: Record<string, Record<string, Rule>> = {
  welcome: { seq, session: text(), now: time, consents: anything },
  offer,
  offers: {
    seq,
    offers: (v, field) => {
      if (!Array.isArray(v)) throw invalid(field, 'must be a list')
      v.forEach((o: Object_, i) => { for (const [name, rule] of Object.entries(offer)) rule(o?.[name], `${field}[${i}].${name}`) })
    },
  },
  withdrawn: { offer: text() },
  hint: { metres: finite, seconds: finite },
  ack: { seq },
  error: { code: text() },
  goodbye: { code: integer(1000, 4999, 'must be a close code') },
}
