// Builds the app once.
import { join } from 'node:path'
import { build } from 'vite'

export default async function setup(): Promise<void> {
  const app = join(import.meta.dirname, '../../app')
  process.env.NODE_ENV = 'production' // vitest says test, and a test build registers no service worker
  await build({ configFile: join(app, 'vite.config.ts'), logLevel: 'warn' })
}
