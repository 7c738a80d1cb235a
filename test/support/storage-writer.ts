import { openStorage } from '../../core/storage/open.ts'

/**
 * A process of its own that writes into a lake as its parent tells it: `node storage-writer.ts <url>`.
 * It says `ready`, does what it is sent, and answers with the result.
 */
export type Order =
  | { readonly do: 'put'; readonly key: string; readonly content: string }
  | { readonly do: 'swap'; readonly key: string; readonly content: string; readonly expected: string | null }
  | { readonly do: 'flood'; readonly prefix: string; readonly bytes: number }

const storage = await openStorage(process.argv[2]!)

async function obey(order: Order): Promise<void> {
  if (order.do === 'put') {
    process.send!((await storage.put(order.key, Buffer.from(order.content))) === 'written')
  } else if (order.do === 'swap') {
    process.send!(await storage.swapPointer(order.key, order.content, order.expected))
  } else {
    // until killed: objects whose bytes all are the object's number, and a pointer of the same kind
    for (let n = 1; ; n++) {
      await storage.put(`${order.prefix}/${n}`, Buffer.alloc(order.bytes, n % 251))
      const pointer = await storage.readPointer(`${order.prefix}/pointer`)
      const content = String.fromCharCode(97 + (n % 26)).repeat(order.bytes >> 3)
      await storage.swapPointer(`${order.prefix}/pointer`, content, pointer?.version ?? null)
    }
  }
}

process.on('message', (order: Order) => void obey(order))
process.send!('ready')
