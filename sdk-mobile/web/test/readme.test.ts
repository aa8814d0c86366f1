// The README is true: its ten lines run against a server, its table is whole, its examples compile.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import * as api from '../src/index.js'
import { MARKET, startServer, until } from './server.js'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]!)
const rows = [...readme.matchAll(/^\| `([^`]+)` \| [^|]+ \| `(.+)` \|$/gm)].map((m) => ({ call: m[1]!, example: m[2]! }))

test('the ten lines run', async () => {
  const server = await startServer()
  const dir = mkdtempSync(join(root, 'node_modules/.readme-'))
  try {
    await server.lunch()
    expect(blocks[0]!.trim().split('\n').length).toBeLessThanOrEqual(11)
    const code = blocks[0]!.replace('https://flaneur.example', server.url).replace('fl_live_pk_…', server.publishable)
    expect(code).not.toBe(blocks[0])
    writeFileSync(join(dir, 'quick.ts'), `${code}\nexport { kit }\n`)
    const alerts: string[] = []
    let report: PositionCallback = () => {}
    vi.stubGlobal('alert', (text: string) => alerts.push(text))
    vi.stubGlobal('confirm', () => true)
    vi.stubGlobal('navigator', { onLine: true, geolocation: { watchPosition: (ok: PositionCallback) => { report = ok; return 1 }, clearWatch: () => {} } })
    const { kit } = (await import(/* @vite-ignore */ join(dir, 'quick.ts'))) as { kit: api.Kit }
    await kit.changePreferences({ push: { quietFrom: 0, quietTo: 0 } }) // whatever the hour
    report({ timestamp: Date.now(), coords: { latitude: MARKET.lat, longitude: MARKET.lon, accuracy: 8, speed: null, heading: null } } as GeolocationPosition)
    await until(() => alerts.length)
    expect(alerts[0]).toMatch(/^Pasta of the day, Trattoria Da Anna: .+/)
    kit.shutdown()
  } finally {
    vi.unstubAllGlobals()
    rmSync(dir, { recursive: true })
    await server.stop()
  }
})

test('every exported value and every method has its row', () => {
  const kit = readFileSync(join(root, 'src/kit.ts'), 'utf8')
  const body = kit.slice(kit.indexOf('export class Kit'), kit.indexOf('From here on: how it works'))
  const internal = [...body.matchAll(/@internal \*\/\n {2}(?:async )?(\w+)/g)].map((m) => m[1]!)
  const methods = [...body.matchAll(/^ {2}(?:async )?(\w+)(?:<[^>]*>)?\(/gm)].map((m) => m[1]!).filter((name) => !internal.includes(name))
  const wanted = [...methods.map((m) => `kit.${m}`), ...Object.keys(api)]
  const named = rows.map((r) => r.call.replace(/\(.*/, ''))
  expect(methods.length).toBeGreaterThan(50)
  expect(wanted.filter((name) => !named.includes(name)), 'without a row').toEqual([])
  expect(named.filter((name) => !wanted.includes(name)), 'rows of what is not there').toEqual([])
  for (const { call, example } of rows) expect(example, call).toContain(call.replace(/\(.*/, '').replace(/^kit\./, 'kit.'))
})

test('every example compiles', () => {
  const dir = mkdtempSync(join(root, 'node_modules/.readme-'))
  try {
    const imports = Object.keys(api).join(', ')
    const given = `declare const key: string, element: HTMLElement, image: HTMLImageElement, link: HTMLAnchorElement, labels: MoodLabel[], notices: Notices
declare function show(offer: Offer): void
declare function list(offers: Offer[]): void
declare function showChoices(): void
declare const kit: Kit\n`
    const examples = rows.map((r, i) => `export async function example${i}() {\n  ${r.example}\n}`).join('\n')
    writeFileSync(join(dir, 'examples.ts'), `import { ${imports} } from '@flaneur/web'\nimport type { MoodLabel, Notices, Offer } from '@flaneur/web'\n${given}${examples}\n`)
    blocks.forEach((code, i) => writeFileSync(join(dir, `block${i}.ts`), `${code}\nexport {}\n`))
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({
      extends: '../../tsconfig.test.json',
      compilerOptions: { rootDir: '../..', noUnusedLocals: false, types: [], paths: { '@flaneur/web': ['../../src/index.ts'], '@flaneur/web/worker': ['../../src/worker.ts'] } },
      include: ['*.ts'],
    }))
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', dir], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (e) {
    throw new Error((e as { stdout?: string }).stdout ?? String(e))
  } finally {
    rmSync(dir, { recursive: true })
  }
})
