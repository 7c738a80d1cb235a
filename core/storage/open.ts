import { fileURLToPath } from 'node:url'
import { SkafferiError } from '../errors.ts'
import { FileStorage } from './file.ts'
import type { Storage } from './storage.ts'

/** Opens the lake at a URL: a folder, as a path or `file:` URL. */
export function openStorage(url: string): Storage {
  if (url.startsWith('file:')) return new FileStorage(fileURLToPath(url))
  if (/^[a-z][a-z0-9+.-]+:/i.test(url)) {
    throw new SkafferiError('usage', `no storage for ${JSON.stringify(url)} (valid: a folder such as ./lake)`)
  }
  if (url === '') throw new SkafferiError('usage', 'the lake has no name (valid: a folder such as ./lake)')
  return new FileStorage(url)
}
