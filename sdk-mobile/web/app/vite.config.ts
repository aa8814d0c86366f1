import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import { build, defineConfig, type Plugin } from 'vite'

const here = import.meta.dirname
const alias = { '@flaneur/web/worker': join(here, '../src/worker.ts'), '@flaneur/web': join(here, '../src/index.ts') }

/** Builds the service worker with the list of all files of the app; its version is their hash. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async closeBundle() {
      const files = readdirSync(join(here, 'dist'), { recursive: true, withFileTypes: true })
        .filter((f) => f.isFile() && !['sw.js', 'config.json'].includes(f.name))
        .map((f) => join(f.parentPath, f.name).slice(join(here, 'dist').length + 1)).sort()
      const hash = createHash('sha256')
      for (const f of files) hash.update(readFileSync(join(here, 'dist', f)))
      await build({
        configFile: false, logLevel: 'warn', resolve: { alias },
        define: { __SHELL__: JSON.stringify(['./', ...files]), __VERSION__: JSON.stringify(hash.digest('hex').slice(0, 12)) },
        build: { outDir: join(here, 'dist'), emptyOutDir: false, copyPublicDir: false, lib: { entry: join(here, 'sw.ts'), formats: ['es'], fileName: () => 'sw.js' } },
      })
    },
  }
}

const server = process.env.FLANEUR_SERVER ?? 'http://127.0.0.1:8080'
const proxy = { '/v1': { target: server, ws: true } }
export default defineConfig({
  root: here, base: './', resolve: { alias }, plugins: [serviceWorker()], server: { proxy }, preview: { proxy },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true },
})
