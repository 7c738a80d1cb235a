import { describe, expect, test } from 'vitest'
import { againMessage, readLandingMessage } from '../../functions/landing-message.ts'
import { eventBridge, notification } from './invocation.ts'

const KEY = 'landing/purchases/grossist-a/2026-Q3/kök norr +1 %41.csv'

describe('readLandingMessage', () => {
  test('an EventBridge event has its key as it is', () => {
    const [order] = readLandingMessage(eventBridge('lake', KEY))
    expect(order).toMatchObject({ put: { bucket: 'lake', key: KEY }, correlation_id: 'N4N7GDK58NMKJ12R' })
  })

  test('a notification has its keys encoded, and may have several', () => {
    const orders = readLandingMessage(notification('lake', KEY, 'landing/a'))
    expect(orders).toMatchObject([
      { put: { bucket: 'lake', key: KEY }, correlation_id: 'C3D13FE58DE4C810' },
      { put: { bucket: 'lake', key: 'landing/a' } },
    ])
  })

  test('ours names a key, whether its sender has been told, and whether what is newer stays', () => {
    expect(readLandingMessage(againMessage(KEY))).toEqual([{ again: KEY, told: false, keeps_newer: false }])
    const options = { told: true, keeps_newer: true }
    expect(readLandingMessage(againMessage(KEY, options))).toEqual([{ again: KEY, ...options }])
  })

  test('what S3 sends to try a queue asks for nothing', () => {
    expect(readLandingMessage('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"}')).toEqual([])
  })

  test.each([
    ['not JSON', '<xml/>', 'not JSON'],
    ['another event', '{"source":"aws.ec2","detail":{}}', 'tells of no object'],
    ['a number', '7', 'tells of no object'],
    ['null', 'null', 'tells of no object'],
    [
      'a key that is not encoded',
      JSON.stringify({ Records: [{ s3: { bucket: { name: 'b' }, object: { key: '%E5%' } } }] }),
      'not URL-encoded',
    ],
  ])('%s is refused', (_, body, why) => {
    expect(() => readLandingMessage(body)).toThrow(why)
  })
})
