import { expect, test } from 'vitest'
import { connectStrap, nearestMood, parseHeartRate } from '../src/index.js'

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer)

test('a measurement is read in all its forms', () => {
  expect(parseHeartRate(view(0x00, 72))).toEqual({ bpm: 72, intervals: [] })
  expect(parseHeartRate(view(0x06, 60))).toEqual({ bpm: 60, contact: true, intervals: [] })
  expect(parseHeartRate(view(0x04, 60))).toEqual({ bpm: 60, contact: false, intervals: [] })
  expect(parseHeartRate(view(0x01, 0x2c, 0x01))).toEqual({ bpm: 300, intervals: [] })
  expect(parseHeartRate(view(0x18, 75, 0x10, 0x00, 0x00, 0x04, 0x00, 0x02))).toEqual({ bpm: 75, energy: 16, intervals: [1000, 500] })
})

test('anything shorter than it says is refused, whatever it is', () => {
  for (const bytes of [[], [0], [1, 5], [8, 60, 1], [16, 60, 1]]) expect(() => parseHeartRate(view(...bytes))).toThrow(expect.objectContaining({ code: 'malformed' }))
  for (let flags = 0; flags < 256; flags++) {
    for (let length = 0; length < 12; length++) {
      try {
        parseHeartRate(view(...[flags, ...Array(11).fill(7)].slice(0, length)))
      } catch (e) {
        expect(e).toMatchObject({ code: 'malformed' })
      }
    }
  }
})

test('a browser without Bluetooth says so', async () => {
  await expect(connectStrap(() => {})).rejects.toMatchObject({ code: 'unavailable', field: 'strap' })
})

test('the word under the finger is the nearest one', () => {
  const labels = [{ id: 'happy', word: 'Happy', emoji: '😀', valence: 0.8, arousal: 0.5 }, { id: 'tired', word: 'Tired', emoji: '😴', valence: -0.1, arousal: -0.8 }]
  expect(nearestMood(labels, 0.5, 0.5)?.id).toBe('happy')
  expect(nearestMood(labels, 0, -1)?.id).toBe('tired')
  expect(nearestMood([], 0, 0)).toBeUndefined()
})
