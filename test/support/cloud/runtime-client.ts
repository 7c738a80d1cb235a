// Runs a bundle's handler as Lambda's own client would: started in the asset's folder, told the rest by the
// environment. Beside each answer it says how much memory the process has had at most.
import { join } from 'node:path'

type Handler = (event: unknown, context: object) => Promise<unknown>

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env
const runtime = `http://${api}/2018-06-01/runtime`
const [path, property] = name!.split('.') as [string, string]

async function say(to: string, value: unknown): Promise<void> {
  const headers = { 'x-max-rss-kb': String(process.resourceUsage().maxRSS) }
  await fetch(`${runtime}/${to}`, { method: 'POST', headers, body: JSON.stringify(value ?? null) })
}

const told = (error: unknown) => {
  const { name: errorType, message: errorMessage, stack } = error as Error
  return { errorType, errorMessage, trace: stack?.split('\n') ?? [] }
}

let handler: Handler
try {
  handler = ((await import(join(root!, `${path}.mjs`))) as Record<string, Handler>)[property]!
  if (handler.length > 2) throw new Error('Runtime.CallbackHandlerDeprecated: a handler has two parameters')
} catch (error) {
  await say('init/error', told(error))
  process.exit(1)
}

for (;;) {
  const next = await fetch(`${runtime}/invocation/next`)
  const awsRequestId = next.headers.get('lambda-runtime-aws-request-id')!
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'))
  const context = {
    awsRequestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
  try {
    await say(`invocation/${awsRequestId}/response`, await handler(await next.json(), context))
  } catch (error) {
    await say(`invocation/${awsRequestId}/error`, told(error))
  }
}
