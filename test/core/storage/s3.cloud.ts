import { afterAll, beforeAll } from 'vitest'
import { S3Storage } from '../../../core/storage/s3.ts'
import { storageContract } from '../../contracts/storage.contract.ts'
import { type S3Server, startS3Server } from '../../support/cloud/versitygw.ts'

let server: S3Server
let bucket: string
let lakes = 0

beforeAll(async () => {
  server = await startS3Server()
  bucket = await server.makeBucket()
})
afterAll(() => server?.stop())

/** A lake of its own in the server's bucket. */
function freshLake(name = `lake-${++lakes}`): S3Storage {
  return new S3Storage(`s3://${bucket}/${name}`, { client: server.client() })
}

storageContract('S3Storage', async () => {
  const storage = freshLake()
  return { storage, close: () => storage.close() }
})
