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
  /** Asks the person, if the browser has to: first thing in a tap. */
  mayNotify(): void
  /** Registers this browser for notifications. */
  notify(): Promise<void>
}
