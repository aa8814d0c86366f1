// The words of the protocol (docs/protocol.md, docs/openapi.yaml). Times of fixes, moods and offers are Unix
// milliseconds, all others RFC 3339; distances metres, angles degrees, speeds m/s.

export type Purpose = 'location' | 'mood' | 'purchases' | 'push'
export type MoodLevel = 'off' | 'quiet' | 'help'
export type MoodSource = 'self' | 'wearable' | 'face' | 'voice' | 'typing'
export type Action =
  | 'opened' | 'dismissed' | 'liked' | 'not_interested' | 'not_now' | 'less_like_this' | 'never_brand' | 'never_merchant'
export type Preset = 'efficient' | 'responsive' | 'continuous'
export type State = 'off' | 'offline' | 'connecting' | 'online' | 'denied' | 'erased'

export interface Fix {
  lat: number
  lon: number
  /** Metres, 68 %; absent: unknown. */
  acc?: number
  speed?: number
  course?: number
  /** When it was measured. */
  at: number
  mock?: boolean
  replayed?: boolean
}

/** When to speak next: after this many metres or seconds, whichever comes first. */
export interface Hint { metres: number; seconds: number }
export interface Reason { code: string; text: string; share: number }
export interface Control { action: string; text: string }
export interface Money { amount: number; currency: string }
export interface Stars { average: number; count: number }
export interface Place {
  id?: string; name?: string; lat: number; lon: number; rating?: Stars
  /** Now; absent: not known. */
  open?: boolean
  opens?: number
}
export interface Reward {
  kind: 'percent' | 'amount' | 'two_for_one' | 'free_item' | 'points' | 'none'
  value?: number; currency?: string; max?: number; item?: string
}
export interface Offer {
  id: string
  /** Absent in answers to a pull. */
  delivery?: string
  title: string; text?: string; terms?: string; image?: string
  /** Who pays for it to be shown; show it with the title. */
  label?: string
  merchant: string; place?: Place; category: string; brand?: string
  reward: Reward; minSpend?: Money; items?: string[]
  trigger: string; distance: number; detour?: number; score: number; starts?: number; ends?: number
  reasons: Reason[]; notUsed?: string[]; version?: number; rating?: Stars; controls?: Control[]
  /** Of a digest: the others, each a delivery of its own. */
  more?: Offer[]
}

export interface Consents {
  location: boolean; mood: boolean; purchases: boolean; push: boolean
  moodLevel: MoodLevel; moodSources: MoodSource[]
}

/** What the person chose on the first screen. At least one purpose must be chosen. */
export interface Choices {
  location?: boolean; purchases?: boolean; push?: boolean
  moodLevel?: MoodLevel; moodSources?: MoodSource[]
  /** Version of the text that the person saw; `moodPolicy` that of `notices()`, needed where `moodSources` are named. */
  policy: string; moodPolicy?: string
  language?: 'en' | 'de'; zone?: string; interests?: string[]; attributes?: string[]
  minor?: boolean
}

/** When the browser measures now, and why: the part of the SDK's plan that a browser can keep. */
export interface LocationPlan {
  /** 0 none, 1 low, 2 balanced, 3 high; from 2 on the browser is asked for high accuracy. */
  priority: 0 | 1 | 2 | 3
  /** A fix is sent after so many seconds or metres, whichever comes first. */
  intervalSeconds: number; distanceM: number
  /** Fixes nearer together are passed over. */
  fastestSeconds: number
  /** Until then the receiver sleeps; 0: it is on. */
  sleepsUntil: number
  why: string
}

export interface MoodLabel { id: string; word: string; emoji: string; valence: number; arousal: number }
export interface Moods { language: string; labels: MoodLabel[] }
export interface Notice {
  source: MoodSource; biometric: boolean
  title: string; measured: string; inferred: string; used: string; never: string; stop: string; offers: string
}
export interface Notices {
  version: string; language: string; deployment: string; levels: { level: MoodLevel; text: string }[]; sources: Notice[]
}
export interface Told { code: string; text: string }
export interface Why {
  delivery: string; offer: string; title: string; merchant: string; at: string; status: string; trigger: string
  confidence?: number; sponsored?: string; reasons: Reason[]; notUsed?: Told[]; neverAsked?: Told[]; controls?: Control[]
}
export interface WhyNot { offer: string; title?: string; merchant?: string; code: string; text: string; at: string; change?: Told }
export interface Redemption {
  id: string; offer: string; version?: number; merchant?: string; ticket: number
  /** What the person shows or reads out; the QR code carries `token`. */
  code: string; token?: string
  status: 'reserved' | 'redeemed' | 'rolled_back' | 'expired'
  at: string; expires?: string; changed?: string; place?: string
  amount?: number; discount?: number; currency?: string; points?: number; receipt?: string
}
export interface Purchase {
  id?: string; place?: string; merchant?: string; category?: string; brand?: string; amount?: number; currency?: string
  at?: string; source?: 'self' | 'receipt' | 'till'; points?: number
  items?: { name?: string; sku?: string; category?: string; brand?: string; amount?: number }[]
}
export interface Want { sku?: string; name?: string; quantity?: number }
export interface ShoppingPlan {
  stops: {
    place: string; name: string; location: { lat: number; lon: number }; metres: number; minutes: number
    items: { sku: string; name?: string; quantity: number; price?: number; currency?: string }[]; offers: string[]
  }[]
  missing: Want[]; metres: number; minutes: number; price?: number; currency?: string
}
export interface Trip { lat?: number; lon?: number; place?: string; mode?: 'walk' | 'bike' | 'car' | 'transit'; at?: string }
export interface Block { kind: 'merchant' | 'brand' | 'category'; value: string }
export interface Preferences {
  push: {
    mode: 'ask_first' | 'surprise'; dailyCap: number; minGapMinutes: number; quietFrom: number; quietTo: number
    quietAction?: 'hold' | 'cancel'; weeklyCap?: number; pausedUntil?: string; digest?: number[]
  }
  language: string; zone: string; blocked?: Block[]; favourites?: Block[]; discovery: number
  mood?: { state: string; categories: string[] }[]; attributes?: string[]
}
/** A merge patch: what it does not name stays, null clears. */
export type Patch<T> = { [K in keyof T]?: (T[K] extends object ? Patch<T[K]> : T[K]) | null }
export interface Rating { offer?: string; place?: string; stars: number; at: string }
/** Everything held about the person, as `GET /v1/me` tells it; docs/openapi.yaml lists all members. */
export interface Account {
  user: string; created: string; consents: Record<string, { granted: boolean; at?: string; policy?: string }>
  moodLevel: MoodLevel; moodSources: Record<string, { granted: boolean; at?: string; policy?: string }>
  deployment: string; preferences: Preferences
  lastFix?: { lat: number; lon: number; at: string }
  mood?: { valence: number; arousal: number; confidence: number; distress: number; state: string }
  deliveries: { id: string; at: string; status: string; offer: Offer; changed: string; channel?: string }[]
  redemptions: Redemption[]; purchases: Purchase[]; visits: { place: string; name: string; day: string }[]
  pushTokens: number
  [member: string]: unknown
}
export interface Receipt { at: string; holders: string[] }

/** What the kit counted since it was opened. */
export interface Stats {
  measured: number
  /** Of them, passed over, because the server's hint said that they can't matter. */
  skipped: number
  /** Answered by the server, used or not. */
  sent: number
  /** Of those, the ones that the server used. */
  accepted: number
  /** Lost, because the buffer was full. */
  dropped: number
  buffered: number
  /** What the person did and the server has not heard of. */
  waiting: number
  queueDropped: number
  offers: number
  /** Deliveries that came again and were not shown again. */
  repeats: number
  connects: number
}

export interface Config {
  /** Such as https://flaneur.example; where the app is served from the same address: location.origin. */
  serverURL: string
  /** fl_live_pk_… or fl_test_pk_…: can only opt people in. */
  publishableKey: string
  /** en or de; absent: the browser's language. */
  language?: string
  /** IANA time zone; absent: the browser's. */
  zone?: string
  preset?: Preset
  /** Name of the IndexedDB database; two kits need two. */
  database?: string
  /** Fixes that are kept while offline, 1 to 10000; absent: 1000. */
  bufferFixes?: number
  /** For one request, absent: 20. */
  timeoutSeconds?: number
  /** Nobody real, with a test key. */
  simulated?: boolean
}

/** What the kit tells, one at a time; what a listener throws is told to `onFailure` and hurts nobody else. */
export interface Listener {
  /** A pushed offer, once for each delivery. */
  onOffer?(offer: Offer): void
  onWithdrawn?(offerID: string, reason: string): void
  onState?(state: State): void
  onPlan?(plan: LocationPlan): void
  /** The person moved, whether the server is told or not: for a map. */
  onFix?(fix: Fix): void
  /** The list of `offers()` changed. */
  onOffers?(offers: Offer[]): void
  /** The consents changed, here or on another device. */
  onConsents?(consents: Consents): void
  onFailure?(code: string, field: string, message: string): void
}
