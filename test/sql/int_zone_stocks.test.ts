import { describe, test } from 'vitest'
import { expectRows, runModel, T } from './run-model.ts'

/** Eleven quarters of supply − local − processable (Λ = 10 in each), the asked one last. */
function quarters(changes: readonly number[]): string {
  const rows = changes.map((change, at) => {
    const age = changes.length - 1 - at
    return `${T - age} ${age} 1 central ${Math.max(0, change) + 10} ${Math.max(0, change) + 10} 10 ${Math.max(0, -change)}`
  })
  return `quarter_index age cell scenario supply_kg produced_kg local_kg processable_kg\n${rows.join('\n')}`
}

const stocks = (loss: number, changes: readonly number[]) =>
  runModel('int_zone_stocks', {
    int_zone_quarters: quarters(changes),
    int_cells: 'cell product_group\n1 potato',
    stg_product_groups: `product_group quarterly_storage_loss\npotato ${loss}`,
  })

describe('stock', () => {
  test('half of what is left over is there a quarter later', async () => {
    const rows = await stocks(0.5, [0, 0, 0, 0, 0, 0, 0, 0, 100, -20, 5])
    expectRows(rows, [
      { quarter_index: T - 3, offered_stock_kg: 0 },
      { quarter_index: T - 2, offered_stock_kg: 0 },
      { quarter_index: T - 1, offered_stock_kg: 0.5 * 100 },
      { quarter_index: T, offered_stock_kg: 0.5 * (0.5 * 100 - 20) },
    ])
  })

  test('never falls below nothing, and what came before a shortage is gone', async () => {
    const rows = await stocks(0, [0, 0, 0, 0, 0, 0, 0, 100, -300, 40, 0])
    expectRows(rows, [
      { quarter_index: T - 3, offered_stock_kg: 0 },
      { quarter_index: T - 2, offered_stock_kg: 100 },
      { quarter_index: T - 1, offered_stock_kg: 0 },
      { quarter_index: T, offered_stock_kg: 40 },
    ])
  })

  test('each quarter looks back seven quarters, not further', async () => {
    const rows = await stocks(0, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
    expectRows(rows, [
      { quarter_index: T - 3, offered_stock_kg: sum([1, 2, 4, 8, 16, 32, 64]) },
      { quarter_index: T - 2, offered_stock_kg: sum([2, 4, 8, 16, 32, 64, 128]) },
      { quarter_index: T - 1, offered_stock_kg: sum([4, 8, 16, 32, 64, 128, 256]) },
      { quarter_index: T, offered_stock_kg: sum([8, 16, 32, 64, 128, 256, 512]) },
    ])
  })

  test('a loss of over 0.95 keeps nothing', async () => {
    const rows = await stocks(0.951, [0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0])
    expectRows(
      rows,
      [3, 2, 1, 0].map((age) => ({ quarter_index: T - age, offered_stock_kg: 0, grown_stock_kg: 0 })),
    )
  })
})
