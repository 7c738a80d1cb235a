import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where `install.sh` puts the servers of others that the tests of the cloud run against. */
export const toolsFolder =
  process.env.SKAFFERI_TOOLS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skafferi-tools')

function tool(name: string, path: string, installer = 'cloud'): string {
  if (existsSync(path)) return path
  throw new Error(
    `${name} is missing in ${toolsFolder}: run test/support/${installer}/install.sh (or point SKAFFERI_TOOLS at a folder that has it)`,
  )
}

/** The S3 server. */
export const versitygwBinary = () => tool('versitygw', join(toolsFolder, 'bin/versitygw'))

/** A program of the Python environment: `python`, `hypercorn`, `cfn-lint`, … */
export const pythonTool = (name = 'python') =>
  tool(`${name} (Python environment)`, join(toolsFolder, 'python/bin', name))

/** The folder of a Trino: `lib` and `plugin`. */
export const trinoFolder = (version = '435') =>
  tool(`Trino ${version}`, join(toolsFolder, `trino-${version}`), 'trino')

/** Trino's command line. */
export const trinoCommand = () => tool('the command trino', join(toolsFolder, 'bin/trino'), 'trino')

/** The Python that has moto, which plays Glue to Trino. */
export const motoPython = () => tool('moto', join(toolsFolder, 'moto/bin/python'), 'trino')
