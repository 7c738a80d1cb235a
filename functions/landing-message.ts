import { z } from 'zod'
import { SkafferiError } from '../core/errors.ts'

/** Something to land, as a message of the landing queue asks for it. */
export type LandingOrder =
  | {
      /** Somebody put an object; it may be none of ours. */
      readonly put: { readonly bucket: string; readonly key: string }
      readonly correlation_id: string | null
      readonly put_at: Date | null
    }
  /** One of ours asks for an object of the lake to be landed, whoever put it. */
  | ({ readonly again: string } & Required<AgainOptions>)

/** What landing a key again has to know. */
export interface AgainOptions {
  /** Its sender has been told that it was refused. */
  readonly told?: boolean
  /** Nobody asks for it now: what was put after it stays in force. */
  readonly keeps_newer?: boolean
}

const EventBridgeEvent = z.object({
  source: z.literal('aws.s3'),
  time: z.iso.datetime({ offset: true }).optional(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), sequencer: z.string().optional() }),
    'request-id': z.string().optional(),
  }),
})
const S3Notification = z.object({
  Records: z.array(
    z.object({
      eventTime: z.iso.datetime({ offset: true }).optional(),
      responseElements: z.object({ 'x-amz-request-id': z.string().optional() }).optional(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string(), sequencer: z.string().optional() }),
      }),
    }),
  ),
})
/** What S3 sends once, when it is told to notify. */
const S3Test = z.object({ Event: z.literal('s3:TestEvent') })
const Again = z.object({
  land: z.object({
    key: z.string(),
    told: z.boolean().default(false),
    keeps_newer: z.boolean().default(false),
  }),
})

const instant = (text: string | undefined) => (text === undefined ? null : new Date(text))

const Message = z.union([
  Again.transform(({ land: { key, ...options } }): LandingOrder[] => [{ again: key, ...options }]),
  EventBridgeEvent.transform(({ detail, time }): LandingOrder[] => [
    {
      put: { bucket: detail.bucket.name, key: detail.object.key },
      correlation_id: detail['request-id'] ?? detail.object.sequencer ?? null,
      put_at: instant(time),
    },
  ]),
  S3Notification.transform(({ Records }): LandingOrder[] =>
    Records.map(({ s3: { bucket, object }, eventTime, responseElements }) => ({
      put: { bucket: bucket.name, key: decoded(object.key) },
      correlation_id: responseElements?.['x-amz-request-id'] ?? object.sequencer ?? null,
      put_at: instant(eventTime),
    })),
  ),
  S3Test.transform((): LandingOrder[] => []),
])

/**
 * What a message asks to land.
 *
 * @throws SkafferiError `refused` for a message that is none of the three
 */
export function readLandingMessage(body: string): LandingOrder[] {
  const parsed = Message.safeParse(parseJson(body))
  if (parsed.success) return parsed.data
  throw new SkafferiError(
    'refused',
    'the message tells of no object (valid: an EventBridge event of S3, an S3 notification, {"land":{"key":"landing/…"}})',
  )
}

/** The message that asks for a key to be landed again. */
export const againMessage = (key: string, options: AgainOptions = {}) =>
  JSON.stringify({ land: { key, ...options } })

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new SkafferiError('refused', 'the message is not JSON')
  }
}

/** Notifications have keys as forms have them; events have them as they are. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    throw new SkafferiError('refused', `the key is not URL-encoded: ${JSON.stringify(key)}`)
  }
}
