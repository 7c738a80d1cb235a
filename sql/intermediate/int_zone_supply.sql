-- one row: a product group that somebody in a zone grew in a quarter, in one case
-- answers: what was on offer to public kitchens and what was grown in all
-- leaves out: zones nobody reported from. Raw kg
with int_zone_supply as (
  select
    production.quarter_index,
    cells.cell,
    factors.scenario,
    sum(cast(production.available_kg as double) * factors.supply_factor) as supply_kg,
    sum(cast(production.produced_kg as double) * factors.supply_factor) as produced_kg
  from stg_production as production
  join int_place_cells as cells
    on cells.place = production.place and cells.product_group = production.product_group
  join int_scenario_factors as factors on factors.evidence = production.evidence
  group by production.quarter_index, cells.cell, factors.scenario
)

select * from int_zone_supply
