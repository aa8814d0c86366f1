// What all screens share.
import type { Kit, State } from '@flaneur/web'

export type Tab = 'offers' | 'codes' | 'mood' | 'me'
export interface App {
  kit: Kit
  tab: Tab
  state: State
  view: 'list' | 'map'
  locationBlocked: boolean
  draw(): void
  open(tab: Tab): void
  /** Asks the browser for notifications, and registers this one. */
  notify(): Promise<void>
}
