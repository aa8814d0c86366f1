// The built app on an origin of its own, and what the tests of all browsers need.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import type { AddressInfo } from 'node:net'

const DIST = join(import.meta.dirname, '../../app/dist')
const TYPES: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json',
}

export const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => f && existsSync(f))
export const FIREFOX = [process.env.FIREFOX, '/usr/bin/firefox-esr'].find((f) => f && existsSync(f))

export interface Site { url: string; /** What config.json says; set before the first page. */ config: object; close(): void }

export async function serveApp(): Promise<Site> {
  const site: Site = { url: '', config: {}, close: () => server.close() }
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://x').pathname
    const file = join(DIST, path.endsWith('/') ? `${path}index.html` : path)
    if (path === '/config.json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(site.config))
    } else if (file.startsWith(DIST) && existsSync(file)) {
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' }).end(readFileSync(file))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok))
  site.url = `http://localhost:${(server.address() as AddressInfo).port}`
  return site
}

/** Runs in the page: reads the kit's database. */
export function readDatabase(table: string): Promise<[unknown, unknown][]> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open('flaneur', 1)
    open.onerror = () => reject(open.error)
    open.onsuccess = () => {
      const db = open.result
      const out: [unknown, unknown][] = []
      const cursor = db.transaction(table).objectStore(table).openCursor()
      cursor.onsuccess = () => {
        const c = cursor.result
        if (c) {
          out.push([c.key, c.value])
          c.continue()
        } else {
          db.close()
          resolve(out)
        }
      }
    }
  })
}
