import type { TestProject } from 'vitest/node'
import { installReaders, installServers } from '../support/trino/install.ts'
import { type ServerPlaces, startServers } from '../support/trino/servers.ts'
import { trinoVersion } from '../support/trino/versions.ts'

declare module 'vitest' {
  interface ProvidedContext {
    servers: ServerPlaces
  }
}

/** One S3, one Glue and one Trino for all files, installed if they are missing; those that SKAFFERI_ENGINE_SERVERS names, if it is set. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const running = process.env.SKAFFERI_ENGINE_SERVERS
  if (running) {
    project.provide('servers', JSON.parse(running) as ServerPlaces)
    return undefined
  }
  await installServers(trinoVersion())
  await installReaders()
  const { places, stop } = await startServers()
  project.provide('servers', places)
  return stop
}
