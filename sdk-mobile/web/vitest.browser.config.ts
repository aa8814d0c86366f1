import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/browser/*.test.ts'], globalSetup: ['test/build.ts', 'test/browser/build.ts'], testTimeout: 180_000, hookTimeout: 120_000,
    fileParallelism: false, sequence: { concurrent: false },
  },
})
