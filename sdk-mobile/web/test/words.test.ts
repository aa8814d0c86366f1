// One vocabulary: the words of this package are those of the core, which Java and Swift call.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Kit, VERSION } from '../src/index.js'

const root = join(import.meta.dirname, '..')
const reference = readFileSync(join(root, '../offerkit/REFERENCE.md'), 'utf8')
const types = readFileSync(join(root, 'src/types.ts'), 'utf8')
const small = (name: string) => name[0]!.toLowerCase() + name.slice(1)
const section = (name: string) => new RegExp(`\n## ${name}\n[^]*?(?=\n## |$)`).exec(reference)![0]
const names = (text: string, what: RegExp) => [...text.matchAll(what)].map((m) => small(m[1]!))

test('every method of the core is there, but what browsers lack', () => {
  const core = names(section('Kit'), /^### (?!NewKit)(\w+)$/gm)
  expect(core.length).toBeGreaterThan(50)
  expect(core.filter((name) => !(name in Kit.prototype))).toEqual([
    'face', 'fenceExited', 'heartRate', 'mood', 'networkChanged', 'reachEntered', 'samples', 'setDevice', 'typing', 'voice',
  ])
})

test('so is what it counts, and whom it tells', () => {
  const has = (type: string) => [...new RegExp(`interface ${type} \\{[^]*?\n\\}`).exec(types)![0].matchAll(/^ {2}(\w+)\??[(:]/gm)].map((m) => m[1]!)
  expect(names(section('Stats'), /^\t(\w+) +int64/gm).filter((name) => !has('Stats').includes(name))).toEqual([
    'thinned', 'batches', 'unheard', 'skewMillis', // here a full buffer drops its oldest, and no call of a listener is dropped
  ])
  expect(names(section('Listener'), /^\t(On\w+)\(/gm).filter((name) => !has('Listener').includes(name))).toEqual(['onReach'])
})

test('constants of the core are words of the types', () => {
  const words = [...reference.matchAll(/^\t(?:Purpose|Preset|State)\w+ += "(\w+)"/gm)].map((m) => m[1]!)
  expect(words).toHaveLength(13)
  expect(words.filter((word) => !types.includes(`'${word}'`))).toEqual([])
})

test('all faces carry the same version', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect([VERSION, /const Version = "(.+)"/.exec(reference)?.[1]]).toEqual([version, version])
})
