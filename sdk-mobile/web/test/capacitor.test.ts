import { expect, test } from 'vitest'
import { Flaneur } from '../src/capacitor.js'
import type { Offer } from '../src/types.js'
import { MARKET, startServer, until } from './server.js'

test('the plugin is the kit under Capacitor’s names', async () => {
  const server = await startServer()
  try {
    const { id } = await server.lunch()
    await Flaneur.open({ serverURL: server.url, publishableKey: server.publishable, database: 'capacitor' })
    const states: string[] = []
    const offers: Offer[] = []
    await Flaneur.addListener('state', (s) => { states.push(s.state) })
    await Flaneur.addListener('offer', (o) => { offers.push(o) })
    expect(await Flaneur.optedIn()).toEqual({ value: false })
    await Flaneur.optIn({ location: true, policy: '1' })
    expect(await Flaneur.consents()).toMatchObject({ location: true, push: false })
    await Flaneur.start()
    await until(() => states.includes('online'))
    await expect(Flaneur.refresh()).rejects.toHaveProperty('code')
    expect((await Flaneur.reserve({ offer: id }).catch((e: Error) => e)) instanceof Error).toBe(false)
    await Flaneur.stop()
    await Flaneur.eraseMe()
    expect(await Flaneur.optedIn()).toEqual({ value: false })
    expect(MARKET).toBeDefined()
  } finally {
    await server.stop()
  }
})
