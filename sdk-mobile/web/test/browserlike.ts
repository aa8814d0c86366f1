// What browsers have and Node 20 lacks.
import 'fake-indexeddb/auto'
import { WebSocket } from 'ws'

globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket
