// A Bluetooth heart-rate strap (GATT 0x180D/0x2A37). The package reads it for the page to show; it computes no affect from it
// and sends nothing of it: the estimation from beats lives in the Go package mood, which native apps carry.
import { FlaneurError } from './errors.js'

export interface HeartRate {
  /** Beats per minute. */
  bpm: number
  /** Whether the strap touches the skin; absent: it can't tell. */
  contact?: boolean
  /** Kilojoules since the last reset. */
  energy?: number
  /** Times between beats, milliseconds, oldest first. */
  intervals: number[]
}

/** Reads the payload of a Heart Rate Measurement; throws `malformed` for what is none. */
export function parseHeartRate(payload: DataView): HeartRate {
  const short = () => new FlaneurError('malformed', 'must be a Heart Rate Measurement (0x2A37)')
  if (payload.byteLength < 2) throw short()
  const flags = payload.getUint8(0)
  let at = 1
  const take = (bytes: 1 | 2): number => {
    if (at + bytes > payload.byteLength) throw short()
    const v = bytes === 1 ? payload.getUint8(at) : payload.getUint16(at, true)
    at += bytes
    return v
  }
  const out: HeartRate = { bpm: take(flags & 1 ? 2 : 1), intervals: [] }
  if (flags & 4) out.contact = (flags & 2) !== 0
  if (flags & 8) out.energy = take(2)
  if (flags & 16) {
    if ((payload.byteLength - at) % 2) throw short()
    while (at < payload.byteLength) out.intervals.push((take(2) * 1000) / 1024)
  }
  return out
}

/** Asks the person for a strap and listens to it; call it from a tap. Returns how to stop. */
export async function connectStrap(onBeat: (rate: HeartRate) => void, onLost: () => void = () => {}): Promise<() => void> {
  const bluetooth = (globalThis.navigator as { bluetooth?: BluetoothLike } | undefined)?.bluetooth
  if (!bluetooth) throw new FlaneurError('unavailable', 'This browser has no Web Bluetooth.', 'strap')
  const device = await bluetooth.requestDevice({ filters: [{ services: ['heart_rate'] }] })
  const server = await device.gatt.connect()
  const characteristic = await (await server.getPrimaryService('heart_rate')).getCharacteristic('heart_rate_measurement')
  characteristic.addEventListener('characteristicvaluechanged', () => {
    try {
      if (characteristic.value) onBeat(parseHeartRate(characteristic.value))
    } catch { /* one broken notification is none */ }
  })
  device.addEventListener('gattserverdisconnected', onLost)
  await characteristic.startNotifications()
  return () => {
    device.removeEventListener('gattserverdisconnected', onLost)
    device.gatt.disconnect()
  }
}

interface BluetoothLike { requestDevice(o: { filters: { services: string[] }[] }): Promise<BluetoothDeviceLike> }
interface BluetoothDeviceLike extends EventTarget {
  gatt: { connect(): Promise<{ getPrimaryService(s: string): Promise<{ getCharacteristic(c: string): Promise<CharacteristicLike> }> }>; disconnect(): void }
}
interface CharacteristicLike extends EventTarget { value?: DataView; startNotifications(): Promise<unknown> }
