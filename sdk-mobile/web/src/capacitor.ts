// The registration of the Capacitor plugin "Flaneur". In a browser it is the kit of this package; in a native app Capacitor
// takes the native half instead (the facades in ../android and ../ios), under the same names.
import { registerPlugin, WebPlugin, type PluginListenerHandle } from '@capacitor/core'
import { newKit, type Kit } from './kit.js'
import type { Action, Choices, Config, Consents, Offer, Purpose, Redemption, State } from './types.js'

export interface FlaneurPlugin {
  open(config: Config): Promise<void>
  optIn(choices: Choices): Promise<void>
  optedIn(): Promise<{ value: boolean }>
  consents(): Promise<Consents>
  withdraw(o: { purpose: Purpose }): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  offers(): Promise<{ offers: Offer[] }>
  refresh(): Promise<{ offers: Offer[] }>
  feedback(o: { id: string; action: Action }): Promise<void>
  reserve(o: { offer: string }): Promise<Redemption>
  reportMood(o: { valence: number; arousal: number }): Promise<void>
  eraseMe(): Promise<void>
  addListener(event: 'offer', f: (offer: Offer) => void): Promise<PluginListenerHandle>
  addListener(event: 'withdrawn', f: (o: { offer: string; reason: string }) => void): Promise<PluginListenerHandle>
  addListener(event: 'state', f: (o: { state: State }) => void): Promise<PluginListenerHandle>
  addListener(event: 'failure', f: (o: { code: string; field: string; message: string }) => void): Promise<PluginListenerHandle>
}

export class FlaneurWeb extends WebPlugin implements FlaneurPlugin {
  private kit: Kit | undefined

  async open(config: Config): Promise<void> {
    this.kit?.shutdown()
    this.kit = await newKit(config, {
      onOffer: (offer) => this.notifyListeners('offer', offer),
      onWithdrawn: (offer, reason) => this.notifyListeners('withdrawn', { offer, reason }),
      onState: (state) => this.notifyListeners('state', { state }),
      onFailure: (code, field, message) => this.notifyListeners('failure', { code, field, message }),
    })
  }

  private opened(): Kit {
    if (!this.kit) throw new Error('Flaneur.open comes first')
    return this.kit
  }

  async optIn(choices: Choices): Promise<void> { await this.opened().optIn(choices) }
  async optedIn(): Promise<{ value: boolean }> { return { value: this.opened().optedIn() } }
  async consents(): Promise<Consents> { return this.opened().consents() }
  async withdraw(o: { purpose: Purpose }): Promise<void> { await this.opened().withdraw(o.purpose) }
  async start(): Promise<void> { await this.opened().start() }
  async stop(): Promise<void> { this.opened().stop() }
  async offers(): Promise<{ offers: Offer[] }> { return { offers: this.opened().offers() } }
  async refresh(): Promise<{ offers: Offer[] }> { return { offers: await this.opened().refresh() } }
  async feedback(o: { id: string; action: Action }): Promise<void> { await this.opened().feedback(o.id, o.action) }
  async reserve(o: { offer: string }): Promise<Redemption> { return this.opened().reserve(o.offer) }
  async reportMood(o: { valence: number; arousal: number }): Promise<void> { await this.opened().reportMood(o.valence, o.arousal) }
  async eraseMe(): Promise<void> { await this.opened().eraseMe() }
}

export const Flaneur = registerPlugin<FlaneurPlugin>('Flaneur', { web: () => new FlaneurWeb() })
