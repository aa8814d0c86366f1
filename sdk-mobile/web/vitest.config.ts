import { defineConfig } from 'vitest/config'
import { fileURLToPath } from 'node:url'

const src = (file: string) => fileURLToPath(new URL(`src/${file}`, import.meta.url))
export default defineConfig({
  resolve: { alias: { '@flaneur/web/worker': src('worker.ts'), '@flaneur/web/capacitor': src('capacitor.ts'), '@flaneur/web': src('index.ts') } },
  test: { include: ['test/*.test.ts'], globalSetup: 'test/build.ts', setupFiles: 'test/browserlike.ts', testTimeout: 120_000, hookTimeout: 120_000 },
})
