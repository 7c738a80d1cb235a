-- one row: a product group in a zone with demand for it, in the asked quarter
-- answers: what is needed, on offer and grown, what of it can be processed and bought, and what is stored
-- leaves out: forms and steps; the low and the high case. Raw kg
with params (quarter) as (values (:quarter)),

balances as (
  select
    params.quarter,
    cells.zoning,
    cells.zone,
    cells.product_group,
    balances.demand_kg,
    balances.local_kg as purchased_local_kg,
    balances.opening_stock_kg,
    balances.supply_kg,
    balances.available_kg,
    balances.produced_kg,
    balances.reachable_kg,
    balances.processable_kg,
    balances.procurable_kg,
    balances.closing_stock_kg,
    coalesce(producers.producers, 0) as producers,
    producers.largest_producer_share,
    coalesce(statuses.supply_status, 'unreported') as supply_status,
    coverage.demand_coverage
  from int_zone_balances as balances
  join int_cells as cells on cells.cell = balances.cell
  join int_demand_coverage as coverage on coverage.cell = balances.cell and coverage.age = balances.age
  left join int_producers_counted as producers on producers.cell = balances.cell
  left join int_supply_statuses as statuses on statuses.cell = balances.cell
  cross join params
  where balances.age = 0 and balances.scenario = 'central' and balances.has_demand
)

select * from balances
