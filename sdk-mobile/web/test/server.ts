// A real flaneur server on a directory of its own, and a merchant with an offer.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const MARKET = { lat: 47.9959, lon: 7.8522 }

export interface Server {
  url: string
  publishable: string
  /** A call with the secret key. */
  merchant<T>(method: string, path: string, body?: unknown): Promise<T>
  /** A merchant, a place and an offer of 300 m around it. */
  lunch(at?: { lat: number; lon: number }, more?: object): Promise<{ id: string; merchant: string; place: string }>
  stop(): Promise<void>
  restart(): Promise<void>
}

function bin(): string { return process.env.WEB_TEST_SERVER! }

/** Without the settings of whoever runs the tests. */
const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('FLANEUR_')))

export async function startServer(settings: Record<string, string> = {}, test = false): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), 'flaneur-data-'))
  const key = (kind: string) => execFileSync(bin(), ['key', 'create', '--data', dir, '--kind', kind, ...(test ? ['--test'] : [])], { env }).toString().trim()
  const [secret, publishable] = [key('secret'), key('publishable')]
  let child: ChildProcess
  let address = '127.0.0.1:0'
  const run = async () => {
    const sets = Object.entries({ 'shutdown.drain': '1s', ...settings }).flatMap(([k, v]) => ['--set', `${k}=${v}`])
    child = spawn(bin(), ['serve', '--data', dir, '--listen', address, ...sets], { stdio: ['ignore', 'ignore', 'pipe'], env })
    address = await new Promise<string>((resolve, reject) => {
      let log = ''
      child.stderr!.on('data', (d) => {
        log += d
        const m = /msg=serving addr=(\S+)/.exec(log)
        if (m) resolve(m[1]!)
      })
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${log}`)))
    })
  }
  const end = () => new Promise<void>((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill('SIGTERM')
  })
  await run()
  const server: Server = {
    url: `http://${address}`, publishable,
    async merchant<T>(method: string, path: string, body?: unknown) {
      const r = await fetch(server.url + path, {
        method, headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      if (!r.ok) throw new Error(`${method} ${path}: ${await r.text()}`)
      return (r.status === 204 ? undefined : await r.json()) as T
    },
    async lunch(at = MARKET, more = {}) {
      const m = await server.merchant<{ id: string }>('POST', '/v1/merchants', { name: 'Trattoria Da Anna' })
      const p = await server.merchant<{ id: string }>('POST', '/v1/places', { merchant: m.id, name: 'Trattoria Da Anna', category: 'restaurant.italian', location: at })
      const o = await server.merchant<{ id: string }>('POST', '/v1/offers', {
        merchant: m.id, place: p.id, title: 'Pasta of the day', text: 'With a glass of water.', category: 'restaurant.italian',
        reach: { type: 'Point', coordinates: [at.lon, at.lat], radius: 300 }, triggers: ['nearby'], reward: { kind: 'percent', value: 20 }, ...more,
      })
      return { id: o.id, merchant: m.id, place: p.id }
    },
    async stop() {
      await end()
      rmSync(dir, { recursive: true })
    },
    async restart() {
      await end()
      await run()
    },
  }
  return server
}

/** A time zone in which it is about noon: what is worth a push depends on the hour, and tests must not. */
export const NOON = `Etc/GMT${new Date().getUTCHours() > 12 ? '+' : '-'}${Math.abs(12 - new Date().getUTCHours())}`

/** Waits until something holds. */
export async function until<T>(what: () => T | Promise<T>): Promise<NonNullable<Awaited<T>>> {
  const end = performance.now() + 60_000 // on a clock that no test sets
  for (;;) {
    const v = await what()
    if (v) return v as NonNullable<Awaited<T>>
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
