import { afterEach, describe, expect, test, vi } from 'vitest'
import { openRecords } from '../src/records.js'

let n = 0
describe.each(['in IndexedDB', 'in memory'])('records %s', (where) => {
  const open = async (name = `records-${n++}`) => {
    if (where === 'in memory') vi.stubGlobal('indexedDB', undefined)
    return openRecords(name)
  }
  afterEach(() => { vi.unstubAllGlobals() })

  test('a queue keeps the order, and is bounded', async () => {
    const r = await open()
    let lost = 0
    for (let i = 1; i <= 12; i++) lost += await r.push('fixes', i, 10)
    expect(lost).toBe(2)
    const head = await r.head<number>('fixes', 3)
    expect(head.map((h) => h.value)).toEqual([3, 4, 5])
    await r.remove('fixes', head.map((h) => h.key))
    expect(await r.count('fixes')).toBe(7)
    expect((await r.head<number>('fixes', 1))[0]!.value).toBe(6)
    await r.clear('fixes')
    expect(await r.count('fixes')).toBe(0)
    r.close()
  })

  test('a delivery is the first one once, and memory of them is bounded', async () => {
    const r = await open()
    expect(await r.first('dlv_0')).toBe(true)
    expect(await r.first('dlv_0')).toBe(false)
    for (let i = 1; i <= 520; i++) await r.first(`dlv_${i}`)
    expect(await r.count('seen')).toBeLessThanOrEqual(500)
    expect(await r.first('dlv_520')).toBe(false)
    r.close()
  })

  test('settings come back, and go', async () => {
    const r = await open()
    expect(await r.get('token')).toBeUndefined()
    await r.set('token', { a: 1 })
    expect(await r.get('token')).toEqual({ a: 1 })
    await r.set('token', undefined)
    expect(await r.get('token')).toBeUndefined()
    r.close()
  })
})

test('what was kept survives closing', async () => {
  const a = await openRecords('survivor')
  await a.push('fixes', 'x', 10)
  a.close()
  const b = await openRecords('survivor')
  expect((await b.head('fixes', 5)).map((h) => h.value)).toEqual(['x'])
  b.close()
})
