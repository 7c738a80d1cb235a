import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { campaignProperty } from './campaign.ts'
import { FOCUSES } from './commands/mix.ts'
import { Workshop } from './world.ts'

/**
 * `node test/campaign/main.ts [--runs N] [--minutes M] [--seed S]`: sequences of operations, deaths and races,
 * until there have been so many or the time is over. Of a failure the shortest sequence found is printed, with
 * what it takes to see it again: `--seed S --commands C --path P --replay R`. (A race `freely` need not end the
 * same way again; one `in turns` does.)
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '400' },
    minutes: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    commands: { type: 'string', default: '16' },
    path: { type: 'string' },
    replay: { type: 'string' },
  },
})
const number = (name: 'runs' | 'minutes' | 'seed' | 'commands'): number => {
  const value = Number(values[name])
  if (Number.isFinite(value) && value > 0) return value
  console.error(`--${name} ${values[name]} is not a number above 0`)
  process.exit(2)
}

/** Sequences that share a seed; small, so that time and failures are looked at in between. */
const BATCH = 10
/** Sequences at once: one computes while another waits for the disk. */
const LANES = 3
/** How long a failing sequence may be made shorter. */
const SHRINK_MS = 90_000

const [runs, commands] = [number('runs'), number('commands')]
const deadline = performance.now() + number('minutes') * 60_000
const counts = { passed: 0, failed: 0, operations: 0 }
const outcomes = new Map<string, number>()
const workshop = await Workshop.open()

function count(log: readonly string[]): void {
  counts.operations += log.length
  for (const line of log) {
    const outcome = `${line.split(' ')[0]} ${line.slice(line.lastIndexOf(': ') + 2)}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
}

/** Goes through sequences of one seed; tells how many. */
async function batch(seed: number, numRuns: number): Promise<void> {
  const { path, replay: replayPath } = values
  let gone = 0
  const focus = FOCUSES[seed % FOCUSES.length]!
  const property = campaignProperty(workshop, {
    commands,
    focus,
    replayPath,
    onEnd: (log) => {
      gone++
      count(log)
    },
  })
  const result = await fc.check(property, {
    seed,
    numRuns,
    ...(path === undefined ? {} : { path }),
    interruptAfterTimeLimit: Math.max(1000, deadline - performance.now()) + SHRINK_MS,
    skipAllAfterTimeLimit: Math.max(1000, deadline - performance.now()),
    markInterruptAsFailure: false,
  })
  // what time did not allow is neither
  const isFailure = result.failed && result.counterexample !== null
  counts.passed += isFailure ? result.numRuns - 1 : Math.min(gone, numRuns)
  if (!isFailure) return
  counts.failed++
  const sequence = String(result.counterexample)
  const replay = /replayPath="([^"]*)"/.exec(sequence)?.[1]
  const again = { seed, commands, path: result.counterexamplePath, replay }
  const options = Object.entries(again).map(([name, value]) => `--${name} ${value}`)
  console.log(`\nFAILED: npm run campaign -- ${options.join(' ')}`)
  console.log(sequence)
  console.log(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance)
}

const seed = number('seed')
console.log(`campaign of up to ${runs} sequences with seeds from ${seed}`)
let begun = 0
async function lane(): Promise<void> {
  while (begun < runs && performance.now() < deadline) {
    const size = Math.min(BATCH, runs - begun)
    const own = seed + begun / BATCH
    begun += size
    await batch(own, size)
    console.log(`seed ${own}: ${counts.passed} passed, ${counts.failed} failed`)
    if (values.path !== undefined) begun = runs
  }
}
try {
  await Promise.all(Array.from({ length: values.path === undefined ? LANES : 1 }, lane))
} finally {
  await workshop.remove()
}
for (const [outcome, times] of [...outcomes].sort()) console.log(`${String(times).padStart(6)} ${outcome}`)
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed > 0 ? 1 : 0)
