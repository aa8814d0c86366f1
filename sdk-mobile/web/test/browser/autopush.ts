// A small stand-in for the push service of Firefox: the WebSocket that the browser holds open, and the HTTP address
// (RFC 8030) that servers post to. It can't read what passes through.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { WebSocketServer, type WebSocket } from 'ws'

export interface Posted { status: number; ttl: string; topic: string; urgency: string; authorization: string; bytes: number; text: string }
export interface PushService { url: string; posted: Posted[]; close(): void }

export async function startPushService(): Promise<PushService> {
  const channels = new Map<string, WebSocket>()
  const posted: Posted[] = []
  const server = createServer(async (request, response) => {
    const body = await read(request)
    const channel = request.url!.replace('/push/', '')
    const browser = channels.get(channel)
    const head = (name: string) => String(request.headers[name] ?? '')
    const status = !browser ? 410 : !head('authorization').startsWith('vapid t=') || !head('ttl') ? 401 : 201
    posted.push({ status, ttl: head('ttl'), topic: head('topic'), urgency: head('urgency'), authorization: head('authorization'), bytes: body.length, text: body.toString('latin1') })
    if (status === 201) {
      browser!.send(JSON.stringify({
        messageType: 'notification', channelID: channel, version: randomUUID(), data: body.toString('base64url'), headers: { encoding: head('content-encoding') },
      }))
    }
    response.writeHead(status, { location: `/m/${randomUUID()}` }).end()
  })
  const sockets = new WebSocketServer({ server, handleProtocols: (p) => (p.has('push-notification') ? 'push-notification' : false) })
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  sockets.on('connection', (socket) => socket.on('message', (data) => {
    const m = JSON.parse(String(data)) as { messageType?: string; channelID: string }
    const say = (answer: object) => socket.send(JSON.stringify({ messageType: m.messageType, status: 200, ...answer }))
    switch (m.messageType) {
      case 'hello': return say({ uaid: randomUUID().replaceAll('-', ''), use_webpush: true, broadcasts: {} })
      case 'register':
        channels.set(m.channelID, socket)
        return say({ channelID: m.channelID, pushEndpoint: `${url}/push/${m.channelID}` })
      case 'unregister':
        channels.delete(m.channelID)
        return say({ channelID: m.channelID })
      case undefined: return socket.send('{}') // a ping
    }
  }))
  return { url, posted, close: () => { sockets.close(); server.closeAllConnections(); server.close() } }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
