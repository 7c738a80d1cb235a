import type { Table } from '../table.ts'
import { complete_purchases } from './complete_purchases.ts'
import { contracts } from './contracts.ts'
import { local_definitions } from './local_definitions.ts'
import { places } from './places.ts'
import { portion_profiles } from './portion_profiles.ts'
import { portions } from './portions.ts'
import { prices } from './prices.ts'
import { processing } from './processing.ts'
import { processing_steps } from './processing_steps.ts'
import { product_forms } from './product_forms.ts'
import { product_groups } from './product_groups.ts'
import { production } from './production.ts'
import { purchases } from './purchases.ts'
import { sources } from './sources.ts'
import { targets } from './targets.ts'
import { uncertainty } from './uncertainty.ts'
import { zones } from './zones.ts'
import { zonings } from './zonings.ts'

/** Every dataset, in an order in which each stands after all that it refers to. */
export const datasets: readonly Table[] = [
  places,
  zonings,
  zones,
  product_groups,
  processing_steps,
  product_forms,
  portion_profiles,
  local_definitions,
  targets,
  prices,
  uncertainty,
  sources,
  contracts,
  complete_purchases,
  portions,
  purchases,
  production,
  processing,
]
