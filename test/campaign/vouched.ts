import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  StoredCommit,
  StoredFile,
  StoredPackage,
  StoredPointer,
  StoredRelease,
  StoredRun,
} from './lake.ts'

/** A file that is named somewhere with its hash. */
type Named = Pick<StoredFile, 'key' | 'sha256'> & { readonly bytes?: number }

/**
 * What does not hold of the files that an object names, which has just begun to count: a commit names row
 * files, a run its results, a release its tables, a pointer a release. Nothing else names anything.
 */
export function vouchedFaults(root: string, key: string): string[] {
  const named = namedFiles(root, key)
  return named.flatMap((file) => {
    const fault = faultOf(root, file)
    return fault === null ? [] : [`${key} counts, but ${file.key} ${fault}`]
  })
}

function namedFiles(root: string, key: string): Named[] {
  const json = <T>(of = key) => JSON.parse(readFileSync(join(root, of), 'utf8')) as T
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  if (key.startsWith('commits/')) {
    const { kind, landing, curated, rolled } = json<StoredCommit>()
    return kind === 'acceptance' ? [landing, curated, ...(rolled ? [rolled] : [])] : []
  }
  if (key.startsWith('runs/')) return Object.values(json<StoredRun>().models).flat()
  if (key.endsWith('/current.json')) {
    const { release, release_sha256 } = json<StoredPointer>()
    const made = `${folder}${release}/release.json`
    return [{ key: made, sha256: release_sha256 }, ...namedFiles(root, made)]
  }
  if (!key.endsWith('/release.json')) return []
  const { resources } = json<StoredPackage>(`${folder}datapackage.json`)
  const files = json<StoredRelease>().files.map(({ path, ...file }) => ({ ...file, key: folder + path }))
  return [
    ...resources.map(({ path, hash, bytes }) => ({ key: folder + path, sha256: hash.slice(7), bytes })),
    ...files,
  ]
}

function faultOf(root: string, { key, sha256, bytes }: Named): string | null {
  try {
    const content = readFileSync(join(root, key))
    if (bytes !== undefined && content.length !== bytes) return `has ${content.length} bytes, not ${bytes}`
    const found = createHash('sha256').update(content).digest('hex')
    return found === sha256 ? null : `has SHA-256 ${found}, not ${sha256}`
  } catch (error) {
    return `cannot be read (${(error as Error).message})`
  }
}
