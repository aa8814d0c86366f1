import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Locator } from '../src/locator.js'
import type { Fix } from '../src/types.js'

class Receiver {
  watches = new Map<number, { ok: PositionCallback; failed: PositionErrorCallback; high: boolean }>()
  next = 1
  watchPosition(ok: PositionCallback, failed: PositionErrorCallback, o?: PositionOptions) {
    this.watches.set(this.next, { ok, failed, high: !!o?.enableHighAccuracy })
    return this.next++
  }
  clearWatch(id: number) { this.watches.delete(id) }
  at(metresNorth: number, speed = 1) {
    const coords = { latitude: 48 + metresNorth / 111_195, longitude: 11, accuracy: 8, speed, heading: 0 }
    for (const w of this.watches.values()) w.ok({ coords, timestamp: Date.now() } as unknown as GeolocationPosition)
  }
}

let receiver: Receiver
let fixes: Fix[]
let thinned: number
let failures: string[][]
let locator: Locator
beforeEach(() => {
  vi.useFakeTimers()
  receiver = new Receiver()
  fixes = []
  thinned = 0
  failures = []
  const host = {
    onFix: (f: Fix) => { fixes.push(f) }, onThinned: () => { thinned++ }, onPlan: () => {}, onFailure: (...f: string[]) => { failures.push(f.slice(0, 2)) },
  }
  locator = new Locator(host, receiver as unknown as Geolocation)
})
afterEach(() => { vi.useRealTimers() })

test('nothing is measured before start and after stop', () => {
  expect(receiver.watches.size).toBe(0)
  locator.start()
  expect(receiver.watches.size).toBe(1)
  locator.stop()
  expect(receiver.watches.size).toBe(0)
  expect(locator.plan()).toMatchObject({ priority: 0, why: 'off' })
})

test('fixes that can not matter by the hint are passed over', () => {
  locator.setPreset('continuous')
  locator.start()
  receiver.at(0)
  locator.obey({ metres: 100, seconds: 60 })
  for (let s = 1; s <= 50; s++) {
    vi.advanceTimersByTime(1000)
    receiver.at(s) // a slow walk: 50 m
  }
  expect([fixes.length, thinned]).toEqual([1, 50])
  vi.advanceTimersByTime(1000)
  receiver.at(120)
  expect(fixes.length).toBe(2) // by the metres
  vi.advanceTimersByTime(60_000)
  receiver.at(120)
  expect(fixes.length).toBe(3) // by the seconds
})

test('the receiver sleeps while nothing is near, never longer than the preset allows, and less at speed', () => {
  locator.start()
  receiver.at(0)
  locator.obey({ metres: 5000, seconds: 600 })
  expect(receiver.watches.size).toBe(0)
  expect(locator.plan().why).toBe('nothing near')
  vi.advanceTimersByTime(59_000)
  expect(receiver.watches.size).toBe(0)
  vi.advanceTimersByTime(1500)
  expect(receiver.watches.size).toBe(1)
  receiver.at(5100, 30) // in a car
  locator.obey({ metres: 600, seconds: 600 })
  expect(receiver.watches.size).toBe(1) // 13 s at 45 m/s: not worth it
})

test('a look at the page ends the sleep', () => {
  locator.start()
  receiver.at(0)
  locator.obey({ metres: 5000, seconds: 600 })
  locator.wake()
  expect(receiver.watches.size).toBe(1)
})

test('efficient asks for low accuracy far from everything, and for high near by', () => {
  locator.setPreset('efficient')
  locator.start()
  receiver.at(0)
  locator.obey({ metres: 5000, seconds: 20 }) // wakes soon: low
  vi.advanceTimersByTime(21_000)
  expect([...receiver.watches.values()].map((w) => w.high)).toEqual([false])
  locator.obey({ metres: 30, seconds: 20 })
  expect([...receiver.watches.values()].map((w) => w.high)).toEqual([true])
})

test('who does not let the browser tell positions is named as on phones', () => {
  locator.start()
  const denied = { code: 1, PERMISSION_DENIED: 1 } as GeolocationPositionError
  for (const w of receiver.watches.values()) w.failed(denied)
  for (const w of receiver.watches.values()) w.failed({ ...denied, code: 3 })
  expect(failures).toEqual([['forbidden', 'permission.location'], ['unavailable', 'location']])
})
