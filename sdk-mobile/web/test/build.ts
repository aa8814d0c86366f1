// Builds the real server once, into a directory that goes afterwards. WEB_TEST_SERVER names one that is built already.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function setup(): (() => void) | undefined {
  if (process.env.WEB_TEST_SERVER) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'flaneur-bin-'))
  process.env.WEB_TEST_SERVER = join(dir, 'flaneur')
  execFileSync('go', ['build', '-o', process.env.WEB_TEST_SERVER, './cmd/flaneur'], { cwd: join(import.meta.dirname, '../../..'), stdio: 'inherit' })
  return () => rmSync(dir, { recursive: true })
}
