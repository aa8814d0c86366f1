import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'

const LIMIT = 30 * 1024 // bytes, gzipped

test.each(['index', 'worker'])('%s fits into 30 kB', async (entry) => {
  const out = (await build({
    configFile: false, logLevel: 'silent',
    build: { write: false, lib: { entry: join(import.meta.dirname, `../src/${entry}.ts`), formats: ['es'] }, minify: true },
  })) as Rolldown.RolldownOutput[]
  const bytes = out.flatMap((o) => o.output).reduce((sum, chunk) => sum + gzipSync(chunk.type === 'chunk' ? chunk.code : chunk.source).length, 0)
  console.log(`${entry}: ${(bytes / 1024).toFixed(1)} kB gzipped`)
  expect(bytes).toBeLessThan(LIMIT)
})
