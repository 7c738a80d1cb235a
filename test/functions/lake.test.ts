import { expect, test } from 'vitest'
import { S3Storage } from '../../core/storage/s3.ts'
import { isOurs } from '../../functions/lake.ts'
import { ScriptedS3 } from '../support/scripted-s3.ts'

const DECLARED = 'landing/purchases/a/d0123456789abcdef01234567/x.csv'
const BY_HAND = 'landing/purchases/a/2026-Q3/x.csv'

test('what the program put is its own, but not a copy that S3 made of it for somebody', async () => {
  const s3 = await ScriptedS3.start()
  try {
    const storage = new S3Storage('s3://bucket', { client: s3.client() })
    for (const key of [DECLARED, BY_HAND]) await storage.put(key, Buffer.from('x'))
    expect([await isOurs(storage, DECLARED), await isOurs(storage, BY_HAND)]).toEqual([true, false])
  } finally {
    await s3.stop()
  }
})
