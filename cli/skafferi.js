#!/usr/bin/env node
// The program is TypeScript and needs Node 24; an older Node hands over to the one in devDependencies.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import('./main.ts')
} else {
  const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(node)) {
    console.error(
      `skafferi needs Node 24 (this is ${process.versions.node}): run npm ci in the project first`,
    )
    process.exit(1)
  }
  const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 1
}
