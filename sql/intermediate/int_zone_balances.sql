-- one row: a product group in a zone in one of the four quarters of the year, in one case
-- answers: what is available and reachable, and the gap split by what would close it
-- leaves out: forms and steps. Raw kg
with supplies as (
  select
    quarters.quarter_index, quarters.age, quarters.cell, quarters.scenario, quarters.local_kg,
    quarters.supply_kg, quarters.produced_kg, quarters.processable_kg, quarters.held_kg,
    quarters.local_kg + quarters.processable_kg + quarters.held_kg as demand_kg,
    stocks.offered_stock_kg as opening_stock_kg,
    greatest(0e0, stocks.offered_stock_kg + quarters.supply_kg - quarters.local_kg) as available_kg,
    greatest(0e0, stocks.grown_stock_kg + quarters.produced_kg - quarters.local_kg) as grown_kg
  from int_zone_quarters as quarters
  join int_zone_stocks as stocks
    on stocks.quarter_index = quarters.quarter_index
    and stocks.cell = quarters.cell
    and stocks.scenario = quarters.scenario
),

reaches as (
  select
    quarter_index, age, cell, scenario, demand_kg, local_kg, supply_kg, produced_kg, processable_kg, held_kg,
    opening_stock_kg, available_kg,
    -- never below what is available, were it by a rounding
    greatest(available_kg, grown_kg) as reachable_kg
  from supplies
),

int_zone_balances as (
  select
    quarter_index, age, cell, scenario, demand_kg, local_kg, supply_kg, produced_kg, processable_kg, held_kg,
    opening_stock_kg, available_kg, reachable_kg,
    demand_kg > 5e-4 as has_demand,
    greatest(0e0, opening_stock_kg + supply_kg - local_kg - processable_kg) as closing_stock_kg,
    least(available_kg, processable_kg) as procurable_kg,
    least(reachable_kg, processable_kg) - least(available_kg, processable_kg) as diverted_gap_kg,
    processable_kg - least(reachable_kg, processable_kg) as production_gap_kg,
    least(greatest(0e0, reachable_kg - processable_kg), held_kg) as processing_gap_kg,
    held_kg - least(greatest(0e0, reachable_kg - processable_kg), held_kg) as chain_gap_kg
  from reaches
)

select * from int_zone_balances
