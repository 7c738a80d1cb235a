#!/usr/bin/env node
// The program is TypeScript and needs Node 24; an older Node hands over to the one in devDependencies.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

if (Number.parseInt(process.versions.node, 10) >= 24) {
  // starts in half the time from the second run on
  module.enableCompileCache()
  await import('./main.ts')
} else {
  const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(node)) {
    console.error(
      `skafferi needs Node 24 (this is ${process.versions.node}): run npm ci in the project first`,
    )
    process.exit(1)
  }
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const { status, signal } = spawnSync(node, args, { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 1
}
