import { S3Client } from '@aws-sdk/client-s3'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, test } from 'vitest'
import { parseQuarter } from '../../core/quarter.ts'
import { uploadsTo } from '../../functions/uploads.ts'

const client = new S3Client({
  region: 'eu-north-1',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
})
const queue_url = 'https://sqs.eu-north-1.amazonaws.com/0/landing'
const uploads = uploadsTo({ lake: 's3://bucket/some/lake', queue_url, client })
const declared = {
  scope: { dataset: 'purchases', source: 'grossist-a', quarter: parseQuarter('2026-Q3') },
  delivery: 'd0123456789abcdef01234567',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  bytes: 1234,
  file: 'kök +1.csv',
}

test('a place is one object of just these bytes, for a quarter of an hour', async () => {
  const before = Date.now()
  const { method, url, headers, expires_at } = await uploads.placeFor(declared)
  const { hostname, pathname, searchParams } = new URL(url)
  expect(method).toBe('PUT')
  expect(hostname).toBe('bucket.s3.eu-north-1.amazonaws.com')
  expect(decodeURIComponent(pathname)).toBe(
    '/some/lake/landing/purchases/grossist-a/d0123456789abcdef01234567/kök +1.csv',
  )
  expect(Object.fromEntries(searchParams)).toMatchObject({
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'content-length;host;if-none-match;x-amz-checksum-sha256',
  })
  expect(headers).toEqual({
    'content-length': '1234',
    'if-none-match': '*',
    'x-amz-checksum-sha256': '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  })
  const expires = Date.parse(expires_at)
  expect(expires).toBeGreaterThanOrEqual(before + 900_000)
  expect(expires).toBeLessThan(before + 910_000)
})

test('the URL promises no checksum beside the one declared', async () => {
  const { url } = await uploads.placeFor(declared)
  expect([...new URL(url).searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
})

test('landing again is a message', async () => {
  const sqs = mockClient(SQSClient)
  await uploads.landAgain('landing/purchases/a/d1/x.csv')
  expect(sqs.commandCalls(SendMessageCommand)[0]!.args[0].input).toEqual({
    QueueUrl: queue_url,
    MessageBody: '{"land":{"key":"landing/purchases/a/d1/x.csv"}}',
  })
})
