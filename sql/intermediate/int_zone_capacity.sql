-- one row: a step that somebody in a zone could carry out in a quarter, in one case
-- answers: how much raw material it could take (K)
-- leaves out: zones nobody reported from. Raw kg
with int_zone_capacity as (
  select
    processing.quarter_index,
    zones.zoning,
    zones.zone,
    processing.product_group,
    processing.step,
    factors.scenario,
    sum(cast(processing.capacity_kg as double) * factors.supply_factor) / nullif(paths.yield, 0e0) as capacity_kg
  from stg_processing as processing
  join int_place_zones as zones on zones.place = processing.place
  join int_scenario_factors as factors on factors.evidence = processing.evidence
  join int_step_paths as paths
    on paths.product_group = processing.product_group and paths.step = processing.step
  where zones.has_gaps
  group by
    processing.quarter_index,
    zones.zoning,
    zones.zone,
    processing.product_group,
    processing.step,
    factors.scenario,
    paths.yield
)

select * from int_zone_capacity
