import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { landFolder } from '../../core/land-folder.ts'
import type { Storage } from '../../core/storage/storage.ts'

/** Lands files given as text by `<dataset>/<source>/<quarter|all>`; throws unless every one is accepted. */
export async function landFiles(
  storage: Storage,
  folder: string,
  files: Readonly<Record<string, string>>,
  now: () => Date = () => new Date(),
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, `${path}.csv`), text)
  }
  const results = await landFolder(storage, folder, { now })
  const refused = results.filter(({ status }) => status !== 'accepted')
  if (refused.length > 0) throw new Error(`not accepted: ${JSON.stringify(refused)}`)
}
