import type { Table } from '../table.ts'
import { balances } from './balances.ts'
import { bottlenecks } from './bottlenecks.ts'
import { coverage } from './coverage.ts'
import { gaps } from './gaps.ts'
import { opportunities } from './opportunities.ts'
import { servings } from './servings.ts'
import { shares } from './shares.ts'

/** Every mart, in the contract's order. */
export const marts: readonly Table[] = [
  gaps,
  balances,
  bottlenecks,
  shares,
  servings,
  opportunities,
  coverage,
]
