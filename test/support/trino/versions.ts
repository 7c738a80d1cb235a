import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { trinoFolder } from '../cloud/tools.ts'

/** Versions that install.sh knows how to get. */
export const TRINO_VERSIONS = ['435', '476'] as const
export type TrinoVersion = (typeof TRINO_VERSIONS)[number]

/** The one that SKAFFERI_TRINO_VERSION names; default 435, which is the nearest to Athena's. */
export function trinoVersion(named = process.env.SKAFFERI_TRINO_VERSION): TrinoVersion {
  const known = TRINO_VERSIONS.find((version) => version === (named || '435'))
  if (known !== undefined) return known
  throw new Error(`no Trino ${named} here (valid: ${TRINO_VERSIONS.join(', ')})`)
}

/** What differs between versions in how the server is started. */
interface Starting {
  /** Oldest Java that it runs on. */
  readonly java: number
  readonly flags: readonly string[]
  /** The class to start and its arguments. */
  readonly main: readonly string[]
}

const STARTING: Readonly<Record<TrinoVersion, Starting>> = {
  '435': { java: 17, flags: [], main: [join(import.meta.dirname, 'StartTrino.java'), '435'] },
  '476': {
    java: 24,
    flags: [
      '--add-modules=jdk.incubator.vector',
      '--enable-native-access=ALL-UNNAMED',
      '--sun-misc-unsafe-memory-access=allow',
    ],
    main: ['io.trino.server.TrinoServer'],
  },
}

/** The program and its arguments that serve what `folder` configures, with so many GB of heap. */
export function trinoProgram(version: TrinoVersion, folder: string, heap_gb: number): string[] {
  const { java, flags, main } = STARTING[version]
  const properties = {
    'node.environment': 'test',
    'node.id': 'trino-for-tests',
    'node.data-dir': join(folder, 'data'),
    'node.internal-address': '127.0.0.1',
    config: join(folder, 'etc/config.properties'),
    'log.levels-file': join(folder, 'etc/log.properties'),
    'jdk.attach.allowAttachSelf': 'true',
    'file.encoding': 'UTF-8',
  }
  return [
    javaFor(`Trino ${version}`, java),
    ...[`-Xmx${heap_gb}G`, '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', '-XX:TieredStopAtLevel=1'],
    // every statement compiles code of its own; the 48 MB that level 1 has by default are soon full
    '-XX:ReservedCodeCacheSize=512M',
    ...flags,
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ...['-cp', `${trinoFolder(version)}/lib/*`, ...main],
  ]
}

/**
 * A Java that is new enough: that of JAVA_HOME, or the one on the path.
 *
 * @throws Error that says what to install
 */
export function javaFor(what: string, oldest: number): string {
  const home = process.env.JAVA_HOME
  const program = home ? join(home, 'bin/java') : 'java'
  const found = versionOf(program)
  if (found !== undefined && found >= oldest) return program
  const instead = found === undefined ? `there is no ${program}` : `${program} is ${found}`
  throw new Error(
    `${what} needs Java ${oldest} or later, and ${instead}: install one and let JAVA_HOME name it`,
  )
}

function versionOf(program: string): number | undefined {
  try {
    const said = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number(/\b(\d+)/.exec(said)?.[1])
  } catch {
    return undefined
  }
}
