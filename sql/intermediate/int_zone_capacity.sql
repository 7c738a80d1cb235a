-- one row: a step that somebody in a zone could carry out in a quarter, in one case
-- answers: how much raw material it could take (K)
-- leaves out: zones nobody reported from. Raw kg
with int_zone_capacity as (
  select
    processing.quarter_index,
    cells.cell,
    processing.step,
    factors.scenario,
    sum(cast(processing.capacity_kg as double) * factors.supply_factor) / nullif(1e0 * steps.yield, 0e0) as capacity_kg
  from stg_processing as processing
  join int_place_cells as cells
    on cells.place = processing.place and cells.product_group = processing.product_group
  join stg_processing_steps as steps
    on steps.product_group = processing.product_group and steps.step = processing.step
  join int_scenario_factors as factors on factors.evidence = processing.evidence
  group by processing.quarter_index, cells.cell, processing.step, factors.scenario, steps.yield
)

select * from int_zone_capacity
