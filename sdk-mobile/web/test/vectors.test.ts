import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlaneurError } from '../src/errors.js'
import { check, decode, encode, type DeviceFrame } from '../src/wire.js'

interface Vector { name: string; from: 'device' | 'server'; text?: object; raw?: string; binary?: string; code?: string; field?: string }
const vectors = (file: string): Vector[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../wire/testdata/vectors', `${file}.json`), 'utf8')) as Vector[]

describe('frames of a device are written as the vectors have them', () => {
  test.each(vectors('device').map((v) => [v.name, v] as const))('%s', (_, v) => {
    expect(JSON.parse(encode(v.text as DeviceFrame))).toEqual(v.text)
  })
})

describe('frames of the server are read', () => {
  test.each(vectors('server').map((v) => [v.name, v] as const))('%s', (_, v) => {
    expect(decode(JSON.stringify(v.text))).toEqual(v.text)
  })
})

describe('what is wrong with a frame is told with the code and the field of the vectors', () => {
  // Not ours: the binary form, and what JSON.parse has done away with before anybody could look (text after the frame,
  // members twice, 2.0 for 2): frames that are made from objects can't have them.
  const all = vectors('refused')
  const ours = all.filter((v) => v.text && !['nested far too deep', 'sequence number as a float', 'integer as a float'].includes(v.name))
  test.each(ours.map((v) => [v.name, v] as const))('%s', (_, v) => {
    let refusal: unknown
    try {
      if (v.from === 'device') check(v.text)
      else decode(JSON.stringify(v.text))
    } catch (e) {
      refusal = e
    }
    expect(refusal).toBeInstanceOf(FlaneurError)
    expect({ code: (refusal as FlaneurError).code, field: (refusal as FlaneurError).field }).toEqual({ code: v.code, field: v.field ?? '' })
  })
  test('most vectors are looked at', () => expect(ours.length).toBeGreaterThan(70))
})

test('new members and new frames of the server are passed over', () => {
  expect(decode('{"t":"ack","seq":3,"mood":"sunny"}')).toMatchObject({ t: 'ack', seq: 3 })
  expect(decode('{"t":"firework","seq":3}')).toBeUndefined()
})

test('garbage never does anything but throw our error', () => {
  const frame = '{"t":"offer","id":"off_1","title":"x","merchant":"m","category":"cafe","reward":{"kind":"none"},"trigger":"pull","distance":1,"score":1,"reasons":[]}'
  let seed = 1
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
  for (let i = 0; i < 5000; i++) {
    const at = Math.floor(random() * frame.length)
    const text = frame.slice(0, at) + String.fromCharCode(32 + random() * 95) + frame.slice(at + Math.floor(random() * 4))
    try {
      decode(text)
    } catch (e) {
      expect(e).toBeInstanceOf(FlaneurError)
    }
  }
})
